//! From cargo's target to Oxigo's.

use reflect::arch::{ALL, Arch};

/// What cargo tells of the target: the triple, and `CARGO_CFG_TARGET_ARCH`, `_OS`, `_ENV`.
#[derive(Clone, Copy, Debug)]
pub struct Cargo<'a> {
    pub triple: &'a str,
    pub arch: &'a str,
    pub os: &'a str,
    pub env: &'a str,
}

/// The first part of a triple: the machine.
fn machine(triple: &str) -> &str {
    triple.split('-').next().unwrap_or("")
}

/// Oxigo's name for the target, or why there is none.
pub fn of(cargo: Cargo<'_>) -> Result<String, String> {
    let Cargo { triple, os, env, .. } = cargo;
    let unknown = || Err(format!("Go code is not compiled for {triple}"));
    let own = ALL.iter().find(|a| machine(a.tools.rust_target) == machine(triple));
    match (os, own) {
        ("linux", Some(_)) if env != "gnu" => {
            Err(format!("Go code is not compiled for {triple}: use {}-unknown-linux-gnu", machine(triple)))
        }
        ("linux", Some(arch)) => Ok(format!("linux/{}", arch.name)),
        ("none", Some(arch)) if triple == arch.tools.rust_target_bare => Ok(format!("none/{}", arch.name)),
        // The same machine with other registers for floats: Go's calls would go wrong.
        ("none", _) => match ALL.iter().find(|a| is(a, cargo.arch) && bare(a)) {
            Some(arch) => Err(format!(
                "Go code is not compiled for {triple}, where floats are not passed as Go passes them: use {}",
                arch.tools.rust_target_bare
            )),
            None => unknown(),
        },
        _ => unknown(),
    }
}

/// Whether it is the architecture that Rust calls so.
fn is(arch: &Arch, rust: &str) -> bool {
    machine(arch.tools.rust_target_bare).starts_with(rust)
}

/// Whether rustup has a target for it without a system.
fn bare(arch: &Arch) -> bool {
    arch.tools.rust_target_bare.contains("-none") && !arch.tools.rust_target_bare.contains("linux")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let of = |triple, arch, os, env| of(Cargo { triple, arch, os, env });
        let known = |t: &str| Ok::<String, String>(t.into());
        assert_eq!(of("x86_64-unknown-linux-gnu", "x86_64", "linux", "gnu"), known("linux/amd64"));
        assert_eq!(of("aarch64-unknown-linux-gnu", "aarch64", "linux", "gnu"), known("linux/arm64"));
        assert_eq!(of("aarch64-unknown-none", "aarch64", "none", ""), known("none/arm64"));
        assert_eq!(of("riscv64gc-unknown-none-elf", "riscv64", "none", ""), known("none/riscv64"));
        for (triple, arch, os, env, want) in [
            ("aarch64-unknown-none-softfloat", "aarch64", "none", "", ": use aarch64-unknown-none"),
            ("riscv64imac-unknown-none-elf", "riscv64", "none", "", ": use riscv64gc-unknown-none-elf"),
            ("armv7a-none-eabi", "arm", "none", "", ": use armv7a-none-eabihf"),
            ("x86_64-unknown-linux-musl", "x86_64", "linux", "musl", ": use x86_64-unknown-linux-gnu"),
            ("x86_64-pc-windows-gnu", "x86_64", "windows", "gnu", "x86_64-pc-windows-gnu"),
            ("sparc64-unknown-linux-gnu", "sparc64", "linux", "gnu", "sparc64-unknown-linux-gnu"),
        ] {
            let said = of(triple, arch, os, env).unwrap_err();
            assert!(said.ends_with(want) && said.contains(triple), "{said}");
        }
    }
}
