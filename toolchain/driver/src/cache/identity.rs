//! Which compiler this is. Another one may make other code of the same function.
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;

/// The note that the linker puts into executables, a hash of all that is in them; the executable's own hash where there is none.
pub fn of_compiler() -> Option<Vec<u8>> {
    let mut exe = File::open("/proc/self/exe").ok()?;
    if let Some(id) = build_id(&exe) {
        return Some(id);
    }
    let mut bytes = Vec::new();
    exe.read_to_end(&mut bytes).ok()?;
    Some(blake3::hash(&bytes).as_bytes().to_vec())
}

/// `NT_GNU_BUILD_ID` of an executable of 64 bits in this machine's order.
fn build_id(exe: &File) -> Option<Vec<u8>> {
    const NOTE: u32 = 4;
    const BUILD_ID: u32 = 3;
    let mut head = [0; 64];
    exe.read_exact_at(&mut head, 0).ok()?;
    if !head.starts_with(b"\x7fELF\x02") {
        return None;
    }
    let half = |b: &[u8], at: usize| Some(u16::from_ne_bytes(b.get(at..at + 2)?.try_into().ok()?));
    let word = |b: &[u8], at: usize| Some(u32::from_ne_bytes(b.get(at..at + 4)?.try_into().ok()?));
    let long = |b: &[u8], at: usize| Some(u64::from_ne_bytes(b.get(at..at + 8)?.try_into().ok()?));
    let (at, size, count) = (long(&head, 32)?, half(&head, 54)?, half(&head, 56)?);
    for n in 0..count {
        let mut segment = [0; 56];
        exe.read_exact_at(&mut segment, at + u64::from(n) * u64::from(size)).ok()?;
        let len = long(&segment, 32)?;
        if word(&segment, 0)? != NOTE || len > 1 << 16 {
            continue;
        }
        let mut notes = vec![0; len as usize];
        exe.read_exact_at(&mut notes, long(&segment, 8)?).ok()?;
        let mut rest = &notes[..];
        while rest.len() >= 12 {
            let (name, text) = (word(rest, 0)? as usize, word(rest, 4)? as usize);
            let from = 12 + name.next_multiple_of(4);
            if word(rest, 8)? == BUILD_ID && rest.get(12..16) == Some(b"GNU\0") && text >= 8 {
                return rest.get(from..from + text).map(<[u8]>::to_vec);
            }
            rest = rest.get(from + text.next_multiple_of(4)..)?;
        }
    }
    None
}
