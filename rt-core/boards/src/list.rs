//! The machines that there is a board for, by GOARCH. The compiler includes this file too: it has no dependencies.

/// GOARCHs, sorted.
pub const BOARDS: &[&str] = &["amd64", "arm64", "riscv64"];

/// How qemu is told of their virtio devices: how a device's name ends, with options; what else it must be told.
#[allow(dead_code, reason = "who starts machines reads it")]
pub const VIRTIO: &[(&str, &str, &[&str])] = &[
    ("amd64", "pci,disable-legacy=on", &[]),
    ("arm64", "device", IN_MEMORY),
    ("riscv64", "device", IN_MEMORY),
];
#[allow(dead_code, reason = "as above")]
const IN_MEMORY: &[&str] = &["-global", "virtio-mmio.force-legacy=false"];
