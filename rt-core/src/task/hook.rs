//! How Rust functions that compiled code calls are written.

use super::g::G;

/// How a parking hook ends.
#[must_use]
pub enum End<R = ()> {
    /// With these results: the goroutine goes on behind the stub's call.
    Done(R),
    /// The goroutine waits, is queued or has ended. Who wakes it writes results through `G::hook_args`.
    Parked(Next),
}

/// What the thread does whose goroutine has parked.
#[must_use]
#[derive(Clone, Copy)]
pub enum Next {
    /// It looks for work.
    Search,
    /// It runs this one, which is runnable and in no queue, within the same time slice.
    Run(*mut G),
}

/// Defines one hook: `hook! {` `fn "link.name"(arg: T, ...) -> (res: R, ...) leaf { body } }`.
///
/// The argument struct is what the stub builds: parameters in order with their alignment, which is a word's
/// at most ([`go_layout`](crate::base::layout)), results from the next word on. The body yields the result, a
/// tuple for several. A *leaf* neither scans, moves nor parks anything. A *safepoint* hook may do the first two. A *parking* hook
/// is one too, and its body yields an [`End`]; `go_on` (the scheduler's, which is in a later layer) is looked up where the hook
/// stands. All hooks return from their bodies, and only the code here enters the scheduler.
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
            #[allow(unused_variables, unused_unsafe, unused_parens, unreachable_code, clippy::diverging_sub_expression, clippy::redundant_closure_call, clippy::unused_unit, reason = "all shapes of hooks share one body")]
            unsafe extern "C" fn entry(args: *mut Args) {
                // SAFETY: the contract of hooks; see each body's callee.
                unsafe {
                    $crate::task::hook!(@enter $kind args);
                    $(let $a = core::ptr::read_unaligned(&raw const (*args).$a);)*
                    let ($($p),*) = $crate::task::hook!(@results $kind ($($rt),*) $body);
                    $(core::ptr::write_unaligned(&raw mut (*args).$p, $p);)*
                }
            }
        };
    };
    (@enter leaf $args:ident) => {};
    (@enter $safepoint:ident $args:ident) => {
        let g = $crate::task::current::curg();
        (*g).hook_args = $args as usize;
    };
    (@results parking ($($rt:ty),*) $body:block) => {
        match (|| -> $crate::task::End<($($rt),*)> { $body })() {
            $crate::task::End::Done(results) => results,
            $crate::task::End::Parked(next) => go_on(next),
        }
    };
    (@results $kind:ident ($($rt:ty),*) $body:block) => { $body };
}
pub(crate) use hook;
