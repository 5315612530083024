//! Variants of architectures: `GOAMD64` and its like. Code is generated for one variant of each; others are refused by name.

/// GOARCH, the environment variable, what it may say (first what code is generated for), and its build tags.
struct Variant {
    goarch: &'static str,
    env: &'static str,
    value: &'static str,
    tags: &'static [&'static str],
}

const fn row(
    goarch: &'static str,
    env: &'static str,
    value: &'static str,
    tags: &'static [&'static str],
) -> Variant {
    Variant { goarch, env, value, tags }
}

static VARIANTS: &[Variant] = &[
    row("386", "GO386", "sse2", &["386.sse2"]),
    row("amd64", "GOAMD64", "v1", &["amd64.v1"]),
    row("arm", "GOARM", "7", &["arm.5", "arm.6", "arm.7"]),
    row("arm64", "GOARM64", "v8.0", &["arm64.v8.0"]),
    row("mips", "GOMIPS", "hardfloat", &["mips.hardfloat"]),
    row("mipsle", "GOMIPS", "hardfloat", &["mipsle.hardfloat"]),
    row("mips64", "GOMIPS64", "hardfloat", &["mips64.hardfloat"]),
    row("mips64le", "GOMIPS64", "hardfloat", &["mips64le.hardfloat"]),
    row("ppc64", "GOPPC64", "power8", &["ppc64.power8"]),
    row("ppc64le", "GOPPC64", "power8", &["ppc64le.power8"]),
    row("riscv64", "GORISCV64", "rva20u64", &["riscv64.rva20u64"]),
];

/// The build tags of the variant.
pub fn tags(goarch: &str) -> impl Iterator<Item = String> + '_ {
    let rows = VARIANTS.iter().filter(move |v| v.goarch == goarch);
    rows.flat_map(|v| v.tags).map(|t| t.to_string())
}

/// The variable that chooses the variant, and the variant.
pub fn setting(goarch: &str) -> Option<(&'static str, &'static str)> {
    VARIANTS.iter().find(|v| v.goarch == goarch).map(|v| (v.env, v.value))
}

/// Refuses another variant than the one that code is generated for. `env` reads the environment.
pub fn check(goarch: &str, env: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let Some((name, value)) = setting(goarch) else { return Ok(()) };
    match env(name).filter(|v| !v.is_empty() && v != value) {
        Some(other) => Err(format!("not supported: {name}={other} (code is made for {name}={value})")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn variants() {
        let set = |value: &'static str| move |name: &str| (name == "GOAMD64").then(|| value.to_string());
        assert!(super::check("amd64", set("v1")).is_ok() && super::check("amd64", set("")).is_ok());
        assert!(super::check("arm64", set("v3")).is_ok());
        let refused = "not supported: GOAMD64=v3 (code is made for GOAMD64=v1)";
        assert_eq!(super::check("amd64", set("v3")), Err(refused.into()));
    }
}
