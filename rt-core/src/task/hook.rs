//! How Rust functions that compiled code calls are written.

/// Defines one hook: `hook! {` `fn "link.name"(arg: T, ...) -> (res: R, ...) leaf { body } }`.
///
/// The argument struct is what the stub builds: parameters in order with their alignment, which is a word's
/// at most ([`go_layout`](crate::base::layout)), results from the next word on. The body yields the result, a
/// tuple for several. A *leaf* neither scans, moves nor parks anything. A *parking* hook is a safepoint; it may
/// end in `sched::schedule()` instead of returning, and whoever wakes the goroutine writes results through
/// `G::hook_args`.
macro_rules! hook {
    (fn $name:literal ($($a:ident: $t:ty),* $(,)?) -> ($($r:ident: $rt:ty),+ $(,)?) $kind:ident $body:block) => {
        $crate::task::hook!(@emit $name ($($a: $t),*) ($($r: $rt),+) $kind ($($r),+) $body);
    };
    (fn $name:literal ($($a:ident: $t:ty),* $(,)?) -> $rt:ty, $kind:ident $body:block) => {
        $crate::task::hook!(@emit $name ($($a: $t),*) (result: $rt) $kind (result) $body);
    };
    (fn $name:literal ($($a:ident: $t:ty),* $(,)?) $kind:ident $body:block) => {
        $crate::task::hook!(@emit $name ($($a: $t),*) () $kind () $body);
    };
    (@emit $name:literal ($($a:ident: $t:ty),*) ($($r:ident: $rt:ty),*) $kind:ident ($($p:ident),*) $body:block) => {
        const _: () = {
            $crate::base::layout::go_layout! {
                #[allow(dead_code, reason = "hooks without arguments don't look at the struct")]
                struct Args {
                    $($a: $t,)*
                    _results: [usize; 0],
                    $($r: $rt,)*
                }
            }
            // SAFETY: only the compiler's stub of this link name calls it, with its argument area.
            #[unsafe(export_name = $name)]
            #[allow(unused_variables, unused_unsafe, unused_parens, unreachable_code, clippy::diverging_sub_expression, clippy::unused_unit, reason = "all shapes of hooks share one body")]
            unsafe extern "C" fn entry(args: *mut Args) {
                // SAFETY: the contract of hooks; see each body's callee.
                unsafe {
                    $crate::task::hook!(@enter $kind args);
                    $(let $a = core::ptr::read_unaligned(&raw const (*args).$a);)*
                    let ($($p),*) = $body;
                    $(core::ptr::write_unaligned(&raw mut (*args).$p, $p);)*
                }
            }
        };
    };
    (@enter leaf $args:ident) => {};
    (@enter parking $args:ident) => {
        let g = $crate::task::current::curg();
        (*g).hook_args = $args as usize;
    };
}
pub(crate) use hook;
