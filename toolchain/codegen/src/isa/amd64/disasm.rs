//! The disassembler behind `-S`: from bytes to the text that LLVM's prints for them in Intel syntax.
//!
//! It knows the instructions that [`super::encode`]'s callers write, and no others; what it does not know it refuses.
//! Working on the finished bytes, it shows what is really there, whoever wrote it. `encodings.rs` holds it
//! against LLVM's disassembler, and that against what was meant.
use super::regs;
use crate::mach::Decoded;
use crate::regalloc::Reg;

struct Cursor<'a> {
    code: &'a [u8],
    at: usize,
    rex: u8,
    p66: bool,
    /// 0xf2 or 0xf3.
    rep: u8,
}

/// The operand in ModRM's `rm`.
enum Place {
    Reg(u8),
    Mem(String),
}

const ALU: [&str; 8] = ["add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"];
const SHIFT: [&str; 8] = ["rol", "ror", "rcl", "rcr", "shl", "shr", "", "sar"];
const UNARY: [&str; 8] = ["test", "", "not", "neg", "mul", "imul", "div", "idiv"];
const COND: [&str; 16] =
    ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"];

fn pointer(bytes: u8) -> &'static str {
    match bytes {
        1 => "byte ptr",
        2 => "word ptr",
        4 => "dword ptr",
        8 => "qword ptr",
        _ => "xmmword ptr",
    }
}

fn gpr(r: u8, bytes: u8) -> String {
    regs::name(Reg::int(r), bytes)
}

fn xmm(r: u8) -> String {
    format!("xmm{r}")
}

impl Cursor<'_> {
    fn byte(&mut self) -> Option<u8> {
        let b = *self.code.get(self.at)?;
        self.at += 1;
        Some(b)
    }
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let b = self.code.get(self.at..self.at + N)?.try_into().ok()?;
        self.at += N;
        Some(b)
    }
    fn w(&self) -> bool {
        self.rex & 8 != 0
    }
    /// Width of an integer operation: 1 for the 8-bit form.
    fn size(&self, wide: bool) -> u8 {
        match (wide, self.w(), self.p66) {
            (false, ..) => 1,
            (_, true, _) => 8,
            (_, _, true) => 2,
            _ => 4,
        }
    }
    /// An immediate of an operation of this width, of at most 4 bytes, as LLVM prints it: signed only if it is extended.
    fn imm(&mut self, size: u8) -> Option<String> {
        Some(match size {
            1 => i8::from_le_bytes(self.take()?).to_string(),
            2 => u16::from_le_bytes(self.take()?).to_string(),
            4 => u32::from_le_bytes(self.take()?).to_string(),
            _ => i32::from_le_bytes(self.take()?).to_string(),
        })
    }
    /// ModRM: `reg` and `rm`.
    fn modrm(&mut self) -> Option<(u8, Place)> {
        let m = self.byte()?;
        let reg = (m >> 3 & 7) | (self.rex & 4) << 1;
        let (mode, rm) = (m >> 6, m & 7);
        if mode == 3 {
            return Some((reg, Place::Reg(rm | (self.rex & 1) << 3)));
        }
        let mut parts = Vec::new();
        if mode == 0 && rm == 5 {
            parts.push("rip".to_string());
        } else if rm == 4 {
            let sib = self.byte()?;
            let base = sib & 7;
            if mode == 0 && base == 5 {
                return None;
            }
            parts.push(gpr(base | (self.rex & 1) << 3, 8));
            let index = (sib >> 3 & 7) | (self.rex & 2) << 2;
            match (index, sib >> 6) {
                (4, _) => {}
                (x, 0) => parts.push(gpr(x, 8)),
                (x, s) => parts.push(format!("{}*{}", 1 << s, gpr(x, 8))),
            }
        } else {
            parts.push(gpr(rm | (self.rex & 1) << 3, 8));
        }
        let disp = match mode {
            1 => i8::from_le_bytes(self.take()?) as i32,
            2 => i32::from_le_bytes(self.take()?),
            _ if parts[0] == "rip" => i32::from_le_bytes(self.take()?),
            _ => 0,
        };
        let mut text = parts.join(" + ");
        match disp {
            0 => {}
            d if d < 0 => text += &format!(" - {}", d.unsigned_abs()),
            d => text += &format!(" + {d}"),
        }
        Some((reg, Place::Mem(text)))
    }
    fn rm(&self, p: &Place, size: u8) -> String {
        match p {
            Place::Reg(r) => {
                // Without a REX prefix, numbers 4 to 7 are AH to BH, which we never write.
                if size == 1 && (4..8).contains(r) && self.rex == 0 { "?".into() } else { gpr(*r, size) }
            }
            Place::Mem(m) => format!("{} [{m}]", pointer(size)),
        }
    }
    fn reg(&self, r: u8, size: u8) -> String {
        self.rm(&Place::Reg(r), size)
    }
    fn xrm(&self, p: &Place, size: u8) -> String {
        match p {
            Place::Reg(r) => xmm(*r),
            Place::Mem(m) => format!("{} [{m}]", pointer(size)),
        }
    }
}

/// The one instruction with a VEX prefix, a product and a sum.
fn fused(c: &mut Cursor) -> Option<String> {
    let [extended, rest, 0xb9] = c.take()? else { return None };
    c.rex = (!extended >> 7 & 1) << 2 | !extended >> 5 & 1;
    let (r, rm) = c.modrm()?;
    let known = extended & 0x5f == 0x42 && rest & 0x87 == 0x81;
    known.then(|| format!("vfmadd231sd {}, {}, {}", xmm(r), xmm(!rest >> 3 & 15), c.xrm(&rm, 8)))
}

/// Disassembles the instruction at `at`; `None` if it is none of ours.
pub fn decode(code: &[u8], at: usize) -> Option<Decoded> {
    let mut c = Cursor { code, at, rex: 0, p66: false, rep: 0 };
    let mut prefix = "";
    loop {
        match *code.get(c.at)? {
            0x66 => c.p66 = true,
            b @ (0xf2 | 0xf3) => c.rep = b,
            0xf0 => prefix = "lock ",
            _ => break,
        }
        c.at += 1;
    }
    if let b @ 0x40..=0x4f = *code.get(c.at)? {
        c.rex = b;
        c.at += 1;
    }
    let mut branch = None;
    let text = match c.byte()? {
        0x0f => two_bytes(&mut c, &mut branch)?,
        0xc4 => fused(&mut c)?,
        op => one_byte(&mut c, op, &mut branch)?,
    };
    Some(Decoded { len: c.at - at, text: format!("{prefix}{text}"), branch })
}

fn one_byte(c: &mut Cursor, op: u8, branch: &mut Option<i32>) -> Option<String> {
    let size = c.size(op & 1 != 0);
    let low = op & 7 | (c.rex & 1) << 3;
    Some(match op {
        0x00..=0x3f if op & 7 < 4 => {
            let (r, rm) = c.modrm()?;
            let (r, rm) = (c.reg(r, size), c.rm(&rm, size));
            let name = ALU[op as usize >> 3];
            if op & 2 == 0 { format!("{name} {rm}, {r}") } else { format!("{name} {r}, {rm}") }
        }
        0x50..=0x57 => format!("push {}", gpr(low, 8)),
        0x58..=0x5f => format!("pop {}", gpr(low, 8)),
        0x63 => {
            let (r, rm) = c.modrm()?;
            format!("movsxd {}, {}", gpr(r, 8), c.rm(&rm, 4))
        }
        0x69 | 0x6b => {
            let size = c.size(true);
            let (r, rm) = c.modrm()?;
            let rm = c.rm(&rm, size);
            let imm = c.imm(if op == 0x6b { 1 } else { size })?;
            format!("imul {}, {rm}, {imm}", gpr(r, size))
        }
        0x70..=0x7f => {
            *branch = Some(c.byte()? as i8 as i32);
            format!("j{}", COND[op as usize & 15])
        }
        0x80 | 0x81 | 0x83 => {
            let (r, rm) = c.modrm()?;
            let rm = c.rm(&rm, size);
            format!("{} {rm}, {}", ALU[r as usize & 7], c.imm(if op == 0x83 { 1 } else { size })?)
        }
        0x84..=0x89 => {
            let (r, rm) = c.modrm()?;
            let name = ["test", "xchg", "mov"][(op as usize - 0x84) / 2];
            format!("{name} {}, {}", c.rm(&rm, size), c.reg(r, size))
        }
        0x8a | 0x8b => {
            let (r, rm) = c.modrm()?;
            format!("mov {}, {}", c.reg(r, size), c.rm(&rm, size))
        }
        0x8d => {
            let (r, Place::Mem(m)) = c.modrm()? else { return None };
            format!("lea {}, [{m}]", gpr(r, size))
        }
        0x90 if c.rep == 0xf3 => "pause".into(),
        0x90 => "nop".into(),
        0x99 => if c.w() { "cqo" } else { "cdq" }.into(),
        0xa5 if c.rep == 0xf3 && c.w() => "rep movsq qword ptr es:[rdi], qword ptr [rsi]".into(),
        0xab if c.rep == 0xf3 && c.w() => "rep stosq qword ptr es:[rdi], rax".into(),
        0xb8..=0xbf if c.w() => format!("movabs {}, {}", gpr(low, 8), i64::from_le_bytes(c.take()?)),
        0xb8..=0xbf => format!("mov {}, {}", gpr(low, 4), c.imm(4)?),
        0xc0 | 0xc1 | 0xd0..=0xd3 => {
            let (r, rm) = c.modrm()?;
            let (name, rm) = (SHIFT[r as usize & 7], c.rm(&rm, size));
            match op {
                0xc0 | 0xc1 => format!("{name} {rm}, {}", c.byte()?),
                0xd0 | 0xd1 => format!("{name} {rm}"),
                _ => format!("{name} {rm}, cl"),
            }
        }
        0xc3 => "ret".into(),
        0xc6 | 0xc7 => {
            let (0, rm) = c.modrm()? else { return None };
            let rm = c.rm(&rm, size);
            format!("mov {rm}, {}", c.imm(size)?)
        }
        0xcc => "int3".into(),
        0xe8 | 0xe9 => {
            *branch = Some(i32::from_le_bytes(c.take()?));
            if op == 0xe8 { "call" } else { "jmp" }.into()
        }
        0xeb => {
            *branch = Some(c.byte()? as i8 as i32);
            "jmp".into()
        }
        0xf6 | 0xf7 => {
            let (r, rm) = c.modrm()?;
            let rm = c.rm(&rm, size);
            match r & 7 {
                0 => format!("test {rm}, {}", c.imm(size)?),
                1 => return None,
                r => format!("{} {rm}", UNARY[r as usize]),
            }
        }
        0xfe | 0xff => {
            let (r, rm) = c.modrm()?;
            match r & 7 {
                0 => format!("inc {}", c.rm(&rm, size)),
                1 => format!("dec {}", c.rm(&rm, size)),
                2 if op == 0xff => format!("call {}", c.rm(&rm, 8)),
                4 if op == 0xff => format!("jmp {}", c.rm(&rm, 8)),
                _ => return None,
            }
        }
        _ => return None,
    })
}

fn two_bytes(c: &mut Cursor, branch: &mut Option<i32>) -> Option<String> {
    let op = c.byte()?;
    let size = c.size(true);
    let gsize = if c.w() { 8 } else { 4 };
    // Suffix and width of scalar or whole-register float operations, by prefix.
    let (fs, fsize) = match (c.rep, c.p66) {
        (0xf2, _) => ("sd", 8),
        (0xf3, _) => ("ss", 4),
        (_, true) => ("pd", 16),
        _ => ("ps", 16),
    };
    Some(match op {
        0x0b => "ud2".into(),
        0x1f => {
            let (_, rm) = c.modrm()?;
            format!("nop {}", c.rm(&rm, size))
        }
        0x10 | 0x11 => {
            let (r, rm) = c.modrm()?;
            let name = if fsize == 16 { "movups".into() } else { format!("mov{fs}") };
            let rm = c.xrm(&rm, fsize);
            if op == 0x10 { format!("{name} {}, {rm}", xmm(r)) } else { format!("{name} {rm}, {}", xmm(r)) }
        }
        0x2a if fsize < 16 => {
            let (r, rm) = c.modrm()?;
            format!("cvtsi2{fs} {}, {}", xmm(r), c.rm(&rm, gsize))
        }
        0x2c if fsize < 16 => {
            let (r, rm) = c.modrm()?;
            format!("cvtt{fs}2si {}, {}", gpr(r, gsize), c.xrm(&rm, fsize))
        }
        0x2e if fsize == 16 => {
            let (r, rm) = c.modrm()?;
            let (name, size) = if c.p66 { ("ucomisd", 8) } else { ("ucomiss", 4) };
            format!("{name} {}, {}", xmm(r), c.xrm(&rm, size))
        }
        0x28 | 0x51 | 0x54 | 0x56..=0x59 | 0x5c | 0x5e => {
            let (r, rm) = c.modrm()?;
            let name = match op {
                0x28 => "mova",
                0x51 => "sqrt",
                0x54 => "and",
                0x56 => "or",
                0x57 => "xor",
                0x58 => "add",
                0x59 => "mul",
                0x5c => "sub",
                _ => "div",
            };
            format!("{name}{fs} {}, {}", xmm(r), c.xrm(&rm, fsize))
        }
        0x5a if fsize < 16 => {
            let (r, rm) = c.modrm()?;
            let to = if fs == "sd" { "ss" } else { "sd" };
            format!("cvt{fs}2{to} {}, {}", xmm(r), c.xrm(&rm, fsize))
        }
        0x6e | 0x7e if c.p66 => {
            let (r, rm) = c.modrm()?;
            let (name, rm) = (if c.w() { "movq" } else { "movd" }, c.rm(&rm, gsize));
            if op == 0x6e { format!("{name} {}, {rm}", xmm(r)) } else { format!("{name} {rm}, {}", xmm(r)) }
        }
        0xd6 if c.p66 => {
            let (r, rm) = c.modrm()?;
            format!("movq {}, {}", c.xrm(&rm, 8), xmm(r))
        }
        0x40..=0x4f => {
            let (r, rm) = c.modrm()?;
            format!("cmov{} {}, {}", COND[op as usize & 15], gpr(r, size), c.rm(&rm, size))
        }
        0x80..=0x8f => {
            *branch = Some(i32::from_le_bytes(c.take()?));
            format!("j{}", COND[op as usize & 15])
        }
        0x90..=0x9f => {
            let (_, rm) = c.modrm()?;
            format!("set{} {}", COND[op as usize & 15], c.rm(&rm, 1))
        }
        0xaf => {
            let (r, rm) = c.modrm()?;
            format!("imul {}, {}", gpr(r, size), c.rm(&rm, size))
        }
        0xb0 | 0xb1 | 0xc0 | 0xc1 => {
            let size = c.size(op & 1 != 0);
            let (r, rm) = c.modrm()?;
            let name = if op < 0xc0 { "cmpxchg" } else { "xadd" };
            format!("{name} {}, {}", c.rm(&rm, size), c.reg(r, size))
        }
        0xb6 | 0xb7 | 0xbe | 0xbf => {
            let (r, rm) = c.modrm()?;
            let name = if op < 0xb8 { "movzx" } else { "movsx" };
            format!("{name} {}, {}", gpr(r, size), c.rm(&rm, 1 + (op & 1)))
        }
        0x3a if c.p66 && c.byte()? == 0x0b => {
            let (r, rm) = c.modrm()?;
            let rm = c.xrm(&rm, 8);
            format!("roundsd {}, {rm}, {}", xmm(r), c.byte()?)
        }
        0xb8 if c.rep == 0xf3 => {
            let (r, rm) = c.modrm()?;
            format!("popcnt {}, {}", gpr(r, size), c.rm(&rm, size))
        }
        0xbc | 0xbd if c.rep == 0 => {
            let (r, rm) = c.modrm()?;
            format!("bs{} {}, {}", if op == 0xbc { 'f' } else { 'r' }, gpr(r, size), c.rm(&rm, size))
        }
        0xc8..=0xcf => format!("bswap {}", gpr(op & 7 | (c.rex & 1) << 3, gsize)),
        _ => return None,
    })
}
