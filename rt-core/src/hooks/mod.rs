//! How does compiled code reach the runtime? Through hooks: Go functions without a body whose link
//! name stands in [`list`]. The compiler makes a stub for each that lays its arguments out as a
//! struct and calls the exported function here on the thread's own stack (`rt_hookcall`).
//!
//! - [`list`]: the one list, shared with the compiler.
//! - [`memory`]: allocation, barriers, finalizers; [`misc`]: time, environment, image, printing.
//!
//! The hooks of each part of the scheduler stand beside it (`chan`, `sema`, `timer`, ...).

pub mod list;
pub mod memory;
pub mod misc;

/// Defines one hook: `hook! {` `fn "link.name"(arg: T, ...) -> (res: R, ...) leaf { body } }`.
///
/// The argument struct is what the stub builds: parameters in order with their alignment, results
/// from the next word on. The body yields the result, a tuple for several. A *leaf* neither scans,
/// moves nor parks anything. A *parking* hook is a safepoint; it may end in `sched::schedule()`
/// instead of returning, and whoever wakes the goroutine writes results through `G::hook_args`.
#[macro_export]
macro_rules! hook {
    (fn $name:literal ($($a:ident: $t:ty),* $(,)?) -> ($($r:ident: $rt:ty),+ $(,)?) $kind:ident $body:block) => {
        $crate::hook!(@emit $name ($($a: $t),*) ($($r: $rt),+) $kind ($($r),+) $body);
    };
    (fn $name:literal ($($a:ident: $t:ty),* $(,)?) -> $rt:ty, $kind:ident $body:block) => {
        $crate::hook!(@emit $name ($($a: $t),*) (result: $rt) $kind (result) $body);
    };
    (fn $name:literal ($($a:ident: $t:ty),* $(,)?) $kind:ident $body:block) => {
        $crate::hook!(@emit $name ($($a: $t),*) () $kind () $body);
    };
    (@emit $name:literal ($($a:ident: $t:ty),*) ($($r:ident: $rt:ty),*) $kind:ident ($($p:ident),*) $body:block) => {
        const _: () = {
            #[repr(C)]
            #[allow(dead_code, reason = "hooks without arguments don't look at the struct")]
            struct Args {
                $($a: $t,)*
                _results: [usize; 0],
                $($r: $rt,)*
            }
            // SAFETY: only the compiler's stub of this link name calls it, with its argument area.
            #[unsafe(export_name = $name)]
            #[allow(unused_variables, unused_unsafe, unused_parens, unreachable_code, clippy::diverging_sub_expression, clippy::unused_unit, reason = "all shapes of hooks share one body")]
            unsafe extern "C" fn entry(args: *mut Args) {
                // SAFETY: the contract of hooks; see each body's callee.
                unsafe {
                    $crate::hook!(@enter $kind args);
                    $(let $a = core::ptr::read(&raw const (*args).$a);)*
                    let ($($p),*) = $body;
                    $(core::ptr::write(&raw mut (*args).$p, $p);)*
                }
            }
        };
    };
    (@enter leaf $args:ident) => {};
    (@enter parking $args:ident) => {
        let g = $crate::sched::curg();
        (*g).hook_args = $args as usize;
    };
}

#[cfg(test)]
mod tests {
    use super::list::{HOOKS, Kind};
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
            HOOKS.iter().map(|(n, k)| format!("(\"{n}\", {}),", text(k))).collect();
        assert_eq!(defined, listed);
    }
}
