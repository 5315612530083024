//! The machines that there is a board for, by GOARCH. The compiler includes this file too: it has no dependencies.

/// GOARCHs, sorted.
pub const BOARDS: &[&str] = &[
    "386", "amd64", "arm", "arm64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64",
    "s390x",
];

/// How qemu is told of their virtio devices: how a device's name ends, with options; what else it must be told.
#[allow(dead_code, reason = "who starts machines reads it")]
pub const VIRTIO: &[(&str, &str, &[&str])] = &[
    ("386", "pci,disable-legacy=on", &[]),
    ("amd64", "pci,disable-legacy=on", &[]),
    ("arm", "device", IN_MEMORY),
    ("arm64", "device", IN_MEMORY),
    ("riscv64", "device", IN_MEMORY),
];
#[allow(dead_code, reason = "as above")]
const IN_MEMORY: &[&str] = &["-global", "virtio-mmio.force-legacy=false"];

/// Where a flat image has what the program is to be told, a text that ends with a zero, and how much room there is: qemu hands a firmware no
/// command line.
#[allow(dead_code, reason = "machines of flat images have it")]
pub const FLAT_LINE: (usize, usize) = (0x1_0000, 4096);

/// Machines of which more than one core is used.
#[allow(dead_code, reason = "who starts machines reads it")]
pub const CORES: &[&str] = &["amd64", "arm64", "riscv64"];
/// How many of them: for so many `boot.S` has stacks and blocks. The runtime's `os::MOST` is as many.
#[allow(dead_code, reason = "as above")]
pub const MOST_CORES: usize = 8;
