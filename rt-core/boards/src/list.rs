//! The machines that there is a board for, by GOARCH. The compiler includes this file too: it has no dependencies.

/// GOARCHs, sorted.
pub const BOARDS: &[&str] = &["386", "amd64", "arm", "arm64", "riscv64"];

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
