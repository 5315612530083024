//! Where compiled code notes the pointers that it overwrites while the collector marks (`gc::barrier`).

/// Words of the buffer.
const WORDS: usize = 512;

/// A P's buffer, at the beginning of its cache; the assembly knows all but `buf`.
#[repr(C)]
pub struct WbBuf {
    /// Where the next word goes.
    pub next: *mut usize,
    /// One past the last word.
    pub end: *mut usize,
    /// The assembly's arguments for the hook.
    area: [usize; 4],
    /// And the registers it saves meanwhile.
    save: [u8; 512],
    buf: [usize; WORDS],
}

impl WbBuf {
    /// Empties the buffer; its address must be final.
    pub fn reset(&mut self) {
        self.next = self.buf.as_mut_ptr();
        self.end = self.buf.as_mut_ptr_range().end;
    }

    /// The first word.
    pub fn words(&self) -> *const usize {
        self.buf.as_ptr()
    }
}

const _: () = {
    use core::mem::offset_of;
    use rt_arch::layout::*;
    assert!(offset_of!(WbBuf, next) == C_WB_NEXT && offset_of!(WbBuf, end) == C_WB_END);
    assert!(offset_of!(WbBuf, area) == C_WB_AREA && offset_of!(WbBuf, save) == C_WB_SAVE);
    assert!(offset_of!(WbBuf, buf) - offset_of!(WbBuf, save) == C_WB_SAVE_SIZE);
};
