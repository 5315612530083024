//! pseries: hypervisor console, RTAS power-off.
unsafe extern "C" {
    fn hcall(op: usize, a: usize, b: usize, c: usize, d: usize) -> isize;
    static boot_fdt: usize;
}

const H_PUT_TERM_CHAR: usize = 0x58;
const VTY: usize = 0x7100_0000;

pub fn init() {}

pub fn puts(s: &str) {
    for chunk in s.as_bytes().chunks(16) {
        let mut b = [0u8; 16];
        b[..chunk.len()].copy_from_slice(chunk);
        let word = |i: usize| b[i..i + 8].iter().fold(0u64, |w, x| w << 8 | *x as u64) as usize;
        // SAFETY: takes the bytes big-endian from registers; busy while not 0.
        while unsafe { hcall(H_PUT_TERM_CHAR, VTY, chunk.len(), word(0), word(8)) } != 0 {}
    }
}

/// The value of property `name` of node /rtas.
unsafe fn rtas_token(name: &[u8]) -> u32 {
    // SAFETY: a flattened device tree.
    unsafe {
        let p = boot_fdt as *const u8;
        let be = |o: usize| u32::from_be_bytes(p.add(o).cast::<[u8; 4]>().read_unaligned());
        let text = |o: usize| {
            let mut n = 0;
            while *p.add(o + n) != 0 {
                n += 1;
            }
            core::slice::from_raw_parts(p.add(o), n)
        };
        let (mut o, strings, mut in_rtas) = (be(8) as usize, be(12) as usize, false);
        loop {
            let token = be(o);
            o += 4;
            match token {
                1 => {
                    let n = text(o);
                    in_rtas = n == b"rtas";
                    o = (o + n.len() + 4) & !3;
                }
                3 => {
                    let len = be(o) as usize;
                    if in_rtas && text(strings + be(o + 4) as usize) == name {
                        return be(o + 8);
                    }
                    o = (o + 8 + len + 3) & !3;
                }
                2 | 4 => {}
                _ => return 0,
            }
        }
    }
}

pub fn exit(_status: usize) -> ! {
    #[repr(C, align(8))]
    struct Rtas([u32; 8]);
    // SAFETY: RTAS power-off through the hypervisor; the words are big-endian. What failed is on the console.
    unsafe {
        let mut b = Rtas([rtas_token(b"power-off").to_be(), 2u32.to_be(), 1u32.to_be(), !0, !0, 0, 0, 0]);
        hcall(0xf000, &raw mut b as usize, 0, 0, 0);
    }
    loop {}
}
