//! Where compiled code notes the pointers that it overwrites while the collector marks (`gc::barrier`).

use crate::base::layout::shared_record;

reflect::record! { wbbuf => shared_record { pub struct WbBuf {}} }

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
