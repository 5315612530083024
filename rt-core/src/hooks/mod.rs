//! How does compiled code reach the runtime? Through hooks: Go functions without a body whose link
//! name stands in [`list`]. The compiler makes a stub for each that lays its arguments out as a
//! struct and calls the exported function here on the thread's own stack (`rt_hookcall`).
//!
//! - [`list`]: the one list, shared with the compiler. `task::hook` defines one.
//! - [`memory`]: allocation, barriers, finalizers; [`metrics`]; [`misc`]: time, environment, image; [`printing`]; `calls`: what the library asks of
//!   a kernel, where there is none.
//!
//! The hooks of each part of the scheduler stand beside it (`chan`, `sema`, `timer`, ...).

#[cfg(feature = "bare")]
mod calls;
pub mod list;
pub mod memory;
pub mod metrics;
pub mod misc;
pub mod printing;

#[cfg(test)]
mod tests {
    use super::list::{BARE, HOOKS, Kind};
    use std::collections::BTreeMap;
    use std::string::{String, ToString};
    use std::{format, fs};

    fn collect(dir: &std::path::Path, found: &mut BTreeMap<String, Kind>) {
        for e in fs::read_dir(dir).unwrap() {
            let path = e.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for part in text.split(concat!("hook", "! { fn \"")).skip(1) {
                let (name, rest) = part.split_once('"').unwrap();
                let head = &rest[..rest.find(" {").unwrap()];
                let kind = if head.trim_end().ends_with("parking") { Kind::Parking } else { Kind::Leaf };
                assert!(head.contains("leaf") || head.contains("parking"), "{name}: no kind");
                assert!(found.insert(name.to_string(), kind).is_none(), "{name} is defined twice");
            }
        }
    }

    fn sorted(mut lines: std::vec::Vec<String>) -> std::vec::Vec<String> {
        lines.sort();
        lines
    }

    #[test]
    fn list_names_exactly_the_hooks() {
        let mut found = BTreeMap::new();
        collect(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        // Those that assembly calls are not the compiler's affair.
        found.retain(|name, _| !name.starts_with("rt_"));
        let text = |k: &Kind| format!("{k:?}");
        let defined: std::vec::Vec<_> =
            found.iter().map(|(n, k)| format!("(\"{n}\", {}),", text(k))).collect();
        let listed: std::vec::Vec<_> =
            HOOKS.iter().chain(BARE).map(|(n, k)| format!("(\"{n}\", {}),", text(k))).collect();
        let listed = sorted(listed);
        assert_eq!(defined, listed);
    }
}
