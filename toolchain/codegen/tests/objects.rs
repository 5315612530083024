//! Object files take what is a machine's from its tables.
use oxigo_codegen::{Options, compile_program, isa};

/// A call, and a constant of the pool.
const PROGRAM: &str = "\
sig0 = go (i64, f64) -> (i64, f64)
sig1 = go (i64) -> (i64)
func f0 \"p.f\" sig0
b0(v0: i64, v1: f64):
  v2: i64 = call f1 sig1(v0)
  v3: f64 = fconst 0x3ff8000000000000
  v4: f64 = fmul v1, v3
  ret v2, v4
end
func f1 \"p.g\" sig1 noinline
b0(v0: i64):
  ret v0
end
";

/// A number in the order of bytes that the file says it has.
fn number<const N: usize>(file: &[u8], at: usize) -> u64 {
    const BIG: u8 = 2;
    let add = |n: u64, &b: &u8| n << 8 | b as u64;
    let bytes = &file[at..at + N];
    if file[5] == BIG { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
}

/// The types of all relocations of a file, low bytes first.
fn relocations(file: &[u8]) -> Vec<u32> {
    const RELA: u64 = 4;
    const REL: u64 = 9;
    let wide = file[4] == 2;
    // This machine's files with the low byte first have the symbol before the types, of which there are three.
    const MIPS: u64 = 8;
    let symbol_first = wide && file[5] != 2 && self::number::<2>(file, 18) == MIPS;
    // A header of the file or of a section: the field's offset where words have 8 bytes, and where they have 4.
    let number = |at: usize, fields: (usize, usize)| match wide {
        true => number::<8>(file, at + fields.0) as usize,
        false => number::<4>(file, at + fields.1) as usize,
    };
    let half =
        |fields: (usize, usize)| self::number::<2>(file, if wide { fields.0 } else { fields.1 }) as usize;
    let (sections, size, count) = (number(0, (40, 32)), half((58, 46)), half((60, 48)));
    let mut types = Vec::new();
    for header in (0..count).map(|n| sections + n * size) {
        let kind = self::number::<4>(file, header + 4);
        if kind == if wide { RELA } else { REL } {
            let (from, len) = (number(header, (24, 16)), number(header, (32, 20)));
            types.extend((from..from + len).step_by(if wide { 24 } else { 8 }).map(|at| match wide {
                true if symbol_first => file[at + 15] as u32,
                true => self::number::<8>(file, at + 8) as u32,
                false => self::number::<4>(file, at + 4) as u8 as u32,
            }));
        }
    }
    types
}

#[test]
fn objects_say_whose_they_are() {
    let mut machines = 0;
    for m in isa::MACHINES.iter() {
        let wide = m.row.ptr_size == 8;
        let text = if wide { PROGRAM.to_string() } else { PROGRAM.replace("i64", "i32") };
        let program = ir::parse::program_of(m.row, &text).unwrap_or_else(|e| panic!("{e}"));
        let debug_info = Some("p".into());
        let options = Options { arch: Some(m.row), debug_info, check: true, ..Options::default() };
        let file =
            compile_program(&program, &options).unwrap_or_else(|e| panic!("{}: {e:?}", m.row.name)).bytes;
        assert_eq!(number::<2>(&file, 18), m.row.tools.elf_machine as u64, "{}", m.row.name);
        let flags = if wide { 48 } else { 36 };
        assert_eq!(number::<4>(&file, flags), m.row.tools.elf_flags as u64, "{}", m.row.name);
        let mut known = vec![m.elf.address, m.elf.half];
        known.extend(m.fixups.iter().map(|k| k.elf));
        known.extend(m.fixups.iter().filter_map(|k| k.pair).map(|p| p.elf));
        let have = relocations(&file);
        assert!(have.len() > 10, "{}: {have:?}", m.row.name);
        assert!(have.iter().all(|t| known.contains(t)), "{}: {have:?} beside {known:?}", m.row.name);
        machines += 1;
    }
    assert!(machines > 1);
}
