//! What the firmware's device tree says.

use hermit_dtb::Dtb;

fn tree(at: usize) -> Option<Dtb<'static>> {
    // SAFETY: the board knows that the firmware leaves a tree there; a header says whether it is one.
    unsafe { Dtb::from_raw(at as *const u8) }
}

/// Where memory ends that a node describes, by two cells of 64 bits.
pub fn memory_end(at: usize, node: &str) -> Option<usize> {
    let tree = tree(at)?;
    let reg = tree.get_property(node, "reg")?;
    let word = |i: usize| Some(u64::from_be_bytes(reg.get(8 * i..8 * i + 8)?.try_into().ok()?));
    Some(usize::try_from(word(0)? + word(1)?).unwrap_or(usize::MAX))
}

/// What the program is to be told, or nothing.
pub fn command_line(at: usize) -> &'static [u8] {
    let line = tree(at).and_then(|t| t.get_property("/chosen", "bootargs")).unwrap_or(b"");
    line.strip_suffix(b"\0").unwrap_or(line)
}

/// A property of a node that is a number of 32 bits.
pub fn number(at: usize, node: &str, name: &str) -> Option<u32> {
    Some(u32::from_be_bytes(tree(at)?.get_property(node, name)?.try_into().ok()?))
}

/// How many processors it names.
pub fn cores(at: usize) -> usize {
    let named = |name: &&str| name.starts_with("cpu@");
    tree(at).map_or(1, |tree| tree.enum_subnodes("/cpus").filter(named).count())
}

/// A property of a node that is a text.
pub fn text(at: usize, node: &str, name: &str) -> Option<&'static [u8]> {
    tree(at)?.get_property(node, name)?.strip_suffix(b"\0")
}
