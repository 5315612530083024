//! A check after marking, with the world stopped: whatever a marked object points to is marked.

use super::mark;
use crate::base::print;
use crate::base::stopped::Stopped;
use crate::mem::span::{Span, State};
use crate::mem::{arena, arenas_high};
use core::sync::atomic::{AtomicUsize, Ordering::*};

/// Walks all spans and dies at the first pointer from a marked object to an unmarked one.
pub fn check(_: &Stopped) {
    for i in 0..arenas_high() {
        let Some(a) = arena::at(i) else { continue };
        for page in 0..arena::ARENA_PAGES {
            let s = a.span(page);
            // SAFETY: the world is stopped, spans stay.
            unsafe {
                let here = arena::address_of(i) + page * crate::mem::sizes::PAGE;
                if !s.is_null() && (*s).state() == State::InUse && (*s).base == here && !(*s).noscan() {
                    check_span(s);
                }
            }
        }
    }
}

unsafe fn check_span(s: *mut Span) {
    // SAFETY: as above.
    unsafe {
        for i in 0..(*s).nelems as usize {
            if !(*s).is_marked(i) {
                continue;
            }
            let data = (*s).object(i) + (*s).header();
            mark::each_object_slot(s, i, data, (*s).elem_size - (*s).header(), |slot| {
                let p = AtomicUsize::from_ptr(slot as *mut usize).load(Relaxed);
                let t = arena::span_of(p);
                if t.is_null() || (*t).state() != State::InUse {
                    return;
                }
                let j = (*t).index_of(p);
                if j < (*t).nelems as usize && !(*t).is_marked(j) {
                    print::str("runtime: marked object ");
                    print::hex(data as u64);
                    print::str(" at offset ");
                    print::dec((slot - data) as u64);
                    print::str("\n");
                    mark::bad_pointer(p, "to an unmarked object");
                }
            });
        }
    }
}
