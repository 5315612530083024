//! The machines that there is a board for, by GOARCH. The compiler includes this file too: it has no dependencies.

/// GOARCHs, sorted.
pub const BOARDS: &[&str] = &["amd64", "arm64", "riscv64"];
