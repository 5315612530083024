//! Which encodings does an instruction have? Rows in the order in which Go's assembler tries them; the first whose operands
//! fit is taken.
//!
//! A line of the tables holds many instructions of one shape:
//!
//! ```text
//!   operands | encoding | NAME:opcode NAME:opcode ...
//! ```
//!
//! Operands stand in Go's order, the destination last. The letters say class and role:
//!
//! | operand | takes | goes into |
//! |---|---|---|
//! | `r` `x` `y` | a general, XMM, YMM register | ModRM.reg |
//! | `ru` `xu` `yu` | the same | ModRM.rm |
//! | `rr` | the same | both |
//! | `rv` `xv` `yv` | the same | VEX.vvvv |
//! | `x4` `y4` | the same | the high half of an immediate byte |
//! | `m` | memory | ModRM.rm |
//! | `rm` `xm` `ym` | register or memory | ModRM.rm |
//! | `w` `wu` `wm` `wv` `w4` | XMM or YMM in all places: two rows | as above |
//! | `z` `zu` `zv` `zm` `k` `ku` `kv` `km` | a ZMM, a mask register | as above |
//! | `v` `vu` `vv` `vm` | XMM, YMM or ZMM in all places: three rows | as above |
//! | `h` `hm` | half as much beside `v`: XMM, XMM, YMM | as above |
//! | `xs` `ys` `zs` `ws` `vs` `hs` | memory that a vector of indices of that size tells | ModRM.rm |
//! | `rb` `rmb` | a byte register, or memory | as above |
//! | `r?` `rm?` | of the width of the instruction's suffix | as above |
//! | `ax` `al` `cl` `x0` | this register | – |
//! | `one` `i8` `u8` `b8` `u2` `i32` | an integer in range; `b8`: of a byte, signed or not | an immediate |
//!
//! In the encoding `@` is the opcode. `66` `F2` `F3` in front of it are prefixes, `W` is REX.W or VEX.W, `V` `V66` `VF2` `VF3`
//! begin a VEX prefix, followed by its map; `/0` to `/7` fill ModRM.reg, `+r` adds a `ru` register to the opcode, `ib` `iw` `id`
//! `iz` are immediates. A name with `{BWLQ}` stands for one instruction a suffix, with operand size prefix or REX.W as the suffix
//! wants; in these `80*` is an opcode whose byte form is 80 and whose other form is 81.
//!
//! `E` `E66` `EF2` `EF3` begin an EVEX prefix. Behind the opcode stands what it allows: `k` a mask in front of the destination, `K` one
//! that must be there, `Z` zeroing, `R` rounding and `S` no exceptions (beside `v`: of ZMM alone), `B4` `B8` a broadcast operand of that size. `N16` is the unit
//! of a short displacement; `Nf` `Nh` `Nq` `Ne` the size of the vector, half of it, a quarter, an eighth; `Nd` the pattern 8, 32, 64.
mod evex;
mod int;
mod sse;
mod vex;

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// What an operand may be, and where it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Kind.
    pub kind: Kind,
    /// Place.
    pub role: Role,
}

/// Kinds of operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the module's table says what they are")]
pub enum Kind {
    Reg,
    RegMem,
    ByteReg,
    ByteRegMem,
    Mem,
    XIndex,
    YIndex,
    ZIndex,
    X,
    XMem,
    Y,
    YMem,
    Z,
    ZMem,
    K,
    KMem,
    Ax,
    Al,
    Cl,
    X0,
    One,
    I8,
    U8,
    B8,
    U2,
    I32,
}

/// Places in an encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the module's table says what they are")]
pub enum Role {
    Reg,
    Rm,
    Both,
    Vvvv,
    Is4,
    Imm,
    None,
}

/// ModRM.reg, or no ModRM at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Modrm {
    /// No ModRM byte.
    None,
    /// An operand.
    Reg,
    /// A digit of the opcode.
    Digit(u8),
    /// The register is part of the opcode.
    Plus,
}

/// A VEX prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vex {
    /// 0, 1 (66), 2 (F3), 3 (F2).
    pub pp: u8,
    /// 1 (0F), 2 (0F 38), 3 (0F 3A).
    pub map: u8,
    /// 256 bits.
    pub long: bool,
}

/// An EVEX prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Evex {
    /// 0, 1 (66), 2 (F3), 3 (F2).
    pub pp: u8,
    /// 1 (0F), 2 (0F 38), 3 (0F 3A).
    pub map: u8,
    /// 128, 256, 512 bits.
    pub length: u8,
    /// Unit of a displacement of one byte.
    pub unit: u8,
    /// The same of a broadcast operand; 0: none is allowed.
    pub broadcast: u8,
    /// `.Z` is allowed.
    pub zero: bool,
    /// `.RN_SAE` and the like are.
    pub round: bool,
    /// `.SAE` is.
    pub sae: bool,
    /// A mask is.
    pub mask: bool,
    /// It cannot do without.
    pub must: bool,
}

/// One way to encode an instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Operands.
    pub slots: Vec<Slot>,
    /// 66, F2, F3 in front of REX.
    pub prefixes: Vec<u8>,
    /// REX.W or VEX.W.
    pub wide: bool,
    /// Opcode bytes.
    pub opcode: Vec<u8>,
    /// ModRM.
    pub modrm: Modrm,
    /// Bytes of each immediate, in order.
    pub imms: Vec<u8>,
    /// VEX instead of prefixes and REX.
    pub vex: Option<Vex>,
    /// EVEX instead.
    pub evex: Option<Evex>,
}

impl Row {
    /// How many operands are there at least?
    pub fn fewest(&self) -> usize {
        self.slots.len() + usize::from(self.evex.is_some_and(|e| e.must))
    }
}

static ROWS: LazyLock<FxHashMap<String, Vec<Row>>> = LazyLock::new(|| {
    let mut all: FxHashMap<String, Vec<Row>> = FxHashMap::default();
    let generated = int::generated();
    for line in [int::LINES, sse::LINES, vex::LINES, evex::LINES, &generated].into_iter().flat_map(str::lines)
    {
        let line = line.trim();
        if !line.is_empty() {
            add_line(&mut all, line);
        }
    }
    for (alias, of) in int::ALIASES.iter().chain(sse::ALIASES) {
        let rows = all[*of].clone();
        all.insert(alias.to_string(), rows);
    }
    all
});

fn add_line(all: &mut FxHashMap<String, Vec<Row>>, line: &str) {
    let mut columns = line.split('|').map(str::trim);
    let (Some(operands), Some(encoding), Some(names), None) =
        (columns.next(), columns.next(), columns.next(), columns.next())
    else {
        panic!("bad row {line:?}");
    };
    for item in names.split_whitespace() {
        let (name, opcode) = item.split_once(':').unwrap_or((item, ""));
        let encoding = encoding.replace('@', &opcode.replace('/', " /").replace('.', " "));
        let forms: Vec<(String, Option<char>)> = match name.split_once('{') {
            Some((stem, rest)) => {
                let (sizes, tail) = rest.split_once('}').unwrap_or_else(|| panic!("bad name {name:?}"));
                sizes.chars().map(|c| (format!("{stem}{c}{tail}"), Some(c))).collect()
            }
            None => vec![(name.to_string(), None)],
        };
        for (name, size) in forms {
            let any = |letter| operands.split(',').any(|o| o.starts_with(letter));
            let widths: &[char] = match () {
                () if any('v') => &['x', 'y', 'z'],
                () if any('w') => &['x', 'y'],
                () => &['x'],
            };
            for &w in widths {
                let row = row(operands, &encoding, size, w);
                all.entry(name.clone()).or_default().push(row);
            }
        }
    }
}

fn slot(text: &str, byte: bool, wide: char) -> Slot {
    let half = if wide == 'z' { 'y' } else { 'x' };
    let text = match (text.strip_prefix(['w', 'v']), text.strip_prefix('h')) {
        (Some(rest), _) => format!("{wide}{rest}"),
        (_, Some(rest)) => format!("{half}{rest}"),
        _ => text.to_string(),
    };
    let text = match text.strip_suffix('?') {
        Some(stem) if byte => format!("{stem}b"),
        Some(stem) => stem.to_string(),
        None => text,
    };
    use Kind::*;
    let (kind, role) = match text.as_str() {
        "r" => (Reg, Role::Reg),
        "ru" => (Reg, Role::Rm),
        "rr" => (Reg, Role::Both),
        "rv" => (Reg, Role::Vvvv),
        "rm" => (RegMem, Role::Rm),
        "rb" => (ByteReg, Role::Reg),
        "rbu" => (ByteReg, Role::Rm),
        "rmb" => (ByteRegMem, Role::Rm),
        "m" => (Mem, Role::Rm),
        "xs" => (XIndex, Role::Rm),
        "ys" => (YIndex, Role::Rm),
        "zs" => (ZIndex, Role::Rm),
        "x" => (X, Role::Reg),
        "xu" => (X, Role::Rm),
        "xv" => (X, Role::Vvvv),
        "x4" => (X, Role::Is4),
        "xm" => (XMem, Role::Rm),
        "y" => (Y, Role::Reg),
        "yu" => (Y, Role::Rm),
        "yv" => (Y, Role::Vvvv),
        "y4" => (Y, Role::Is4),
        "ym" => (YMem, Role::Rm),
        "z" => (Z, Role::Reg),
        "zu" => (Z, Role::Rm),
        "zv" => (Z, Role::Vvvv),
        "zm" => (ZMem, Role::Rm),
        "k" => (K, Role::Reg),
        "ku" => (K, Role::Rm),
        "kv" => (K, Role::Vvvv),
        "km" => (KMem, Role::Rm),
        "ax" => (Ax, Role::None),
        "al" => (Al, Role::None),
        "cl" => (Cl, Role::None),
        "x0" => (X0, Role::None),
        "one" => (One, Role::None),
        "i8" => (I8, Role::Imm),
        "u8" => (U8, Role::Imm),
        "b8" => (B8, Role::Imm),
        "u2" => (U2, Role::Imm),
        "i32" => (I32, Role::Imm),
        other => panic!("bad operand {other:?}"),
    };
    Slot { kind, role }
}

fn row(operands: &str, encoding: &str, size: Option<char>, wide: char) -> Row {
    let byte = size == Some('B');
    let slots: Vec<Slot> =
        operands.split(',').filter(|o| !o.is_empty()).map(|o| slot(o.trim(), byte, wide)).collect();
    let needs_modrm = slots.iter().any(|s| matches!(s.role, Role::Reg | Role::Rm | Role::Both));
    let mut row = Row {
        slots,
        prefixes: Vec::new(),
        wide: size == Some('Q'),
        opcode: Vec::new(),
        modrm: if needs_modrm { Modrm::Reg } else { Modrm::None },
        imms: Vec::new(),
        vex: None,
        evex: None,
    };
    if size == Some('W') {
        row.prefixes.push(0x66);
    }
    let tokens: Vec<&str> = encoding.split_whitespace().collect();
    for (i, &t) in tokens.iter().enumerate() {
        let more = tokens.get(i + 1).is_some_and(|t| !t.starts_with(['/', '+', 'i']));
        match t {
            "66" | "F2" | "F3"
                if row.opcode.is_empty() && row.vex.is_none() && row.evex.is_none() && more =>
            {
                row.prefixes.push(u8::from_str_radix(t, 16).expect("hexadecimal"));
            }
            "W" => row.wide = true,
            "V" | "V66" | "VF3" | "VF2" => {
                let pp = ["V", "V66", "VF3", "VF2"].iter().position(|p| *p == t).expect("one of them");
                row.vex = Some(Vex { pp: pp as u8, map: 0, long: false });
            }
            "0F" | "0F38" | "0F3A" if row.vex.is_some_and(|v| v.map == 0) => {
                let map = ["0F", "0F38", "0F3A"].iter().position(|p| *p == t).expect("one of them") + 1;
                row.vex = row.vex.map(|v| Vex { map: map as u8, ..v });
            }
            "E" | "E66" | "EF3" | "EF2" => {
                let pp = ["E", "E66", "EF3", "EF2"].iter().position(|p| *p == t).expect("one of them");
                row.evex = Some(Evex { pp: pp as u8, ..Evex::default() });
            }
            "0F" | "0F38" | "0F3A" if row.evex.is_some_and(|v| v.map == 0) => {
                let map = ["0F", "0F38", "0F3A"].iter().position(|p| *p == t).expect("one of them") + 1;
                row.evex = row.evex.map(|v| Evex { map: map as u8, ..v });
            }
            "Z" | "R" | "S" | "k" | "K" | "B4" | "B8" if row.evex.is_some() && !row.opcode.is_empty() => {}
            t if t.starts_with('N') && row.evex.is_some() => {}
            "L0" | "L1" | "L2" => {}
            "+r" => row.modrm = Modrm::Plus,
            "ib" => row.imms.push(1),
            "iw" => row.imms.push(2),
            "id" => row.imms.push(4),
            "iz" => row.imms.push(match size {
                Some('B') => 1,
                Some('W') => 2,
                _ => 4,
            }),
            t => {
                if let Some(d) = t.strip_prefix('/') {
                    row.modrm = Modrm::Digit(d.parse().expect("a digit"));
                } else {
                    let (t, star) = t.strip_suffix('*').map_or((t, false), |t| (t, true));
                    let op = u8::from_str_radix(t, 16)
                        .unwrap_or_else(|_| panic!("bad opcode {t:?} in {encoding:?}"));
                    row.opcode.push(op + u8::from(star && !byte));
                }
            }
        }
    }
    if row.vex.is_some() {
        row.prefixes.clear();
        // A YMM operand anywhere makes the instruction a 256-bit one.
        let y = row.slots.iter().any(|s| matches!(s.kind, Kind::Y | Kind::YMem | Kind::YIndex));
        row.vex = row.vex.map(|v| Vex { long: y || tokens.contains(&"L1"), ..v });
    }
    if let Some(e) = &mut row.evex {
        permissions(e, &row.slots, &tokens, wide, operands.split(',').any(|o| o.starts_with('v')));
    }
    row
}

/// What the words behind the opcode say of an EVEX prefix.
fn permissions(e: &mut Evex, slots: &[Slot], tokens: &[&str], wide: char, all: bool) {
    let has = |t: &str| tokens.contains(&t);
    let any = |kinds: &[Kind]| slots.iter().any(|s| kinds.contains(&s.kind));
    e.length = match () {
        () if has("L2") || !has("L0") && !has("L1") && any(&[Kind::Z, Kind::ZMem, Kind::ZIndex]) => 2,
        () if has("L1") || !has("L0") && any(&[Kind::Y, Kind::YMem, Kind::YIndex]) => 1,
        () => 0,
    };
    let step = ['x', 'y', 'z'].iter().position(|w| *w == wide).unwrap_or(0);
    let unit = tokens.iter().find_map(|t| t.strip_prefix('N')).unwrap_or("1");
    e.unit = match unit {
        "f" => 16 << step,
        "h" => 8 << step,
        "q" => 4 << step,
        "e" => 2 << step,
        "d" => [8, 32, 64][step],
        n => n.parse().expect("a number"),
    };
    // An opcode may be B4 or B8 too: it stands in front of the unit.
    let behind = tokens.iter().skip_while(|t| !t.starts_with('N'));
    e.broadcast = behind.filter_map(|t| t.strip_prefix('B')?.parse().ok()).next().unwrap_or(0);
    let widest = !all || wide == 'z';
    (e.zero, e.mask, e.must) = (has("Z"), has("k") || has("K"), has("K"));
    (e.round, e.sae) = (widest && has("R"), widest && has("S"));
}

/// The encodings of an instruction.
pub fn rows(name: &str) -> Option<&'static [Row]> {
    ROWS.get(name).map(Vec::as_slice)
}

/// Is it an instruction that [`super::func`] takes care of, or one of the table's?
pub fn known(name: &str) -> bool {
    ROWS.contains_key(name) || is_jump(name) || int::SPECIAL.contains(&name)
}

/// All names of the table, for tests.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROWS.keys().map(String::as_str)
}

/// Condition code of a conditional jump.
pub fn condition(jump: &str) -> Option<u8> {
    let cc = jump.strip_prefix('J')?;
    let i = int::CONDITIONS.iter().position(|c| c.split_whitespace().any(|n| n == cc))?;
    Some(i as u8)
}

/// Does it take a label?
pub fn is_jump(name: &str) -> bool {
    matches!(name, "JMP" | "CALL" | "RET" | "JCXZL" | "JCXZQ" | "LOOP" | "LOOPEQ" | "LOOPNE")
        || condition(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_well_formed() {
        assert!(names().count() > 700);
        for name in names() {
            for r in rows(name).expect("it has rows") {
                let regs = r.slots.iter().filter(|s| matches!(s.role, Role::Reg | Role::Both)).count();
                let rms = r.slots.iter().filter(|s| matches!(s.role, Role::Rm | Role::Both)).count();
                let imms = r.slots.iter().filter(|s| s.role == Role::Imm).count();
                let is4 = r.slots.iter().filter(|s| s.role == Role::Is4).count();
                match r.modrm {
                    Modrm::Reg => assert!(regs == 1 && rms == 1, "{name}: {r:?}"),
                    Modrm::Digit(_) | Modrm::Plus => assert!(regs == 0 && rms == 1, "{name}: {r:?}"),
                    Modrm::None => assert!(regs + rms == 0, "{name}: {r:?}"),
                }
                assert_eq!(imms, r.imms.len(), "{name}: {r:?}");
                assert!(is4 <= 1 && !r.opcode.is_empty(), "{name}: {r:?}");
                assert!(r.vex.is_none_or(|v| v.map != 0), "{name}: {r:?}");
                assert!(r.evex.is_none_or(|v| v.map != 0), "{name}: {r:?}");
            }
        }
    }

    #[test]
    fn conditions_have_all_their_names() {
        for (name, cc) in [("JEQ", 4), ("JZ", 4), ("JHI", 7), ("JA", 7), ("JGT", 15), ("JLO", 2), ("JPS", 10)]
        {
            assert_eq!(condition(name), Some(cc), "{name}");
        }
        assert_eq!(condition("JMP"), None);
    }
}
