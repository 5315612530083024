//! The printed part of docs/ABI.md: registers and frames by architecture. A test compares it with the committed page.

use crate::arch::{Arch, Float32InReg, Reg};
use alloc::string::String;
use core::fmt::Write;

/// The line before the printed part of the page.
pub const BEGIN: &str =
    "<!-- printed from reflect/src/arch.rs: OXIGO_BLESS=1 cargo test -p oxigo-reflect --test doc -->";
/// The line after it.
pub const END: &str = "<!-- end of the printed part -->";

/// The printed part, without its bounding lines.
pub fn registers(rows: &[Arch]) -> String {
    let mut s = String::new();
    let _ = writeln!(
        s,
        "| GOARCH | integer arguments and results | floats | float32 in a register | RegArgs bytes |"
    );
    let _ = writeln!(s, "|---|---|---|---|---|");
    for a in rows {
        let none = "none: the stack";
        let ints = if a.int_args.is_empty() { none.into() } else { runs(a.int_args) };
        let floats = if a.float_args.is_empty() { none.into() } else { runs(a.float_args) };
        let form = match a.float32 {
            _ if a.float_args.is_empty() => "–",
            Float32InReg::Low => "the low 4 bytes",
            Float32InReg::Widened => "widened to float64",
            Float32InReg::NanBoxed => "NaN-boxed",
            Float32InReg::High => "the high 4 bytes",
        };
        let l = a.reg_args();
        let size = if l.size == 0 { "0".into() } else { layout(a) };
        let _ = writeln!(s, "| {} | {ints} | {floats} | {form} | {size} |", a.name);
    }
    let _ = writeln!(s);
    let _ = writeln!(
        s,
        "| GOARCH | pointer | byte order | g | context | return address | into morestack | free for assembly | zero | \
         fixed frame | SP aligned | nil faults |"
    );
    let _ = writeln!(s, "|---|---|---|---|---|---|---|---|---|---|---|---|");
    for a in rows {
        let one = |r: &Option<Reg>, or: &str| r.map_or(String::from(or), |r| r.go.into());
        let _ = writeln!(
            s,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            a.name,
            a.ptr_size,
            if a.big_endian { "big" } else { "little" },
            one(&a.g, if a.family == "wasm" { "global" } else { "thread-local" }),
            one(&a.ctxt, "global"),
            one(&a.link, if a.family == "wasm" { "–" } else { "pushed" }),
            one(&a.more_link, "–"),
            if a.scratch.is_empty() { "–".into() } else { runs(a.scratch) },
            one(&a.zero, "–"),
            a.min_frame,
            a.stack_align,
            if a.nil_faults { "yes" } else { "no" },
        );
    }
    s
}

/// `R3–R10 R14–R17`: registers in order, neighbours joined.
fn runs(regs: &[Reg]) -> String {
    let number = |r: &Reg| {
        let at = r.go.find(|c: char| c.is_ascii_digit())?;
        Some((&r.go[..at], r.go[at..].parse::<u32>().ok()?))
    };
    let mut s = String::new();
    let mut i = 0;
    while i < regs.len() {
        let mut end = i;
        while let (Some((p, n)), Some((q, m))) = (number(&regs[end]), regs.get(end + 1).and_then(number)) {
            if p != q || m != n + 1 {
                break;
            }
            end += 1;
        }
        let sep = if s.is_empty() { "" } else { " " };
        let _ = match end - i {
            0 => write!(s, "{sep}{}", regs[i].go),
            1 => write!(s, "{sep}{} {}", regs[i].go, regs[end].go),
            _ => write!(s, "{sep}{}–{}", regs[i].go, regs[end].go),
        };
        i = end + 1;
    }
    s
}

fn layout(a: &Arch) -> String {
    let l = a.reg_args();
    alloc::format!(
        "{}: Floats at {}, Ptrs at {}, ReturnIsPtr at {}",
        l.size,
        l.floats,
        l.ptrs,
        l.return_is_ptr
    )
}
