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
                let kind = match head.rsplit([' ', ')']).next() {
                    Some("leaf") => Kind::Leaf,
                    Some("safepoint" | "parking") => Kind::Parking,
                    _ => panic!("{name}: no kind"),
                };
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

    #[test]
    fn only_the_end_of_hooks_enters_the_scheduler() {
        fn visit(dir: &std::path::Path, found: &mut std::vec::Vec<String>) {
            for path in fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()) {
                if path.is_dir() {
                    visit(&path, found);
                } else if fs::read_to_string(&path).unwrap().contains(concat!("go", "_on(")) {
                    found.push(path.to_str().unwrap().rsplit_once("src/").unwrap().1.to_string());
                }
            }
        }
        let mut found = std::vec::Vec::new();
        visit(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        // What all hooks share, morestack, the function itself, and the program's first thread.
        assert_eq!(sorted(found), ["sched/check.rs", "sched/run.rs", "start/mod.rs", "task/hook.rs"]);
    }
}
