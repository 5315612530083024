//! What a signal handler reads of the code it interrupted, and how it has that code go on elsewhere.

use super::Context;
use crate::machine::{FAKED, LINK};

const WORD: usize = size_of::<usize>();

/// Has an interrupted goroutine go on in `target` as if the instruction that it was at had called that; or, `entered`, as if the
/// function had been called whose entry it was at.
///
/// # Safety
/// The context is that of goroutine `g`, in compiled code or at an address that such code has called.
pub unsafe fn fake_call(ctx: &mut Context, target: usize, g: usize, entered: bool) {
    let pc = ctx.pc();
    // SAFETY: the words below SP are nobody's; a function without a check leaves room for the call.
    unsafe {
        let push = |ctx: &mut Context, size, word| {
            let at = ctx.sp() - size;
            *(at as *mut usize) = word;
            ctx.set_sp(at);
        };
        if LINK {
            let lr = ctx.lr();
            push(ctx, FAKED, lr);
            ctx.set_lr(if entered { lr } else { pc });
        } else if !entered {
            push(ctx, WORD, pc);
        }
        ctx.set_fixed(g);
    }
    ctx.set_pc(target);
}

/// The return address of a function that has been entered and has done nothing yet.
///
/// # Safety
/// As `fake_call`.
pub unsafe fn return_at_entry(ctx: &Context) -> usize {
    // SAFETY: the call has pushed it.
    if LINK { ctx.lr() } else { unsafe { *(ctx.sp() as *const usize) } }
}
