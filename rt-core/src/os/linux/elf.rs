//! What the kernel tells of images in memory: the auxiliary vector, and the heads of an ELF image.

pub const PT_LOAD: u32 = 1;
pub const PT_DYNAMIC: u32 = 2;

/// A segment.
#[repr(C)]
pub struct Segment {
    pub kind: u32,
    #[cfg(target_pointer_width = "64")]
    _flags: u32,
    pub offset: usize,
    pub addr: usize,
    _physical: usize,
    _in_file: usize,
    #[cfg_attr(not(feature = "pie"), allow(dead_code, reason = "a part of the layout"))]
    pub size: usize,
    #[cfg(target_pointer_width = "32")]
    _flags: u32,
    _align: usize,
}

/// The auxiliary vector: pairs of a key and a value, the last key 0.
///
/// # Safety
/// `envp` is the environment as the kernel laid it out.
#[inline(always)] // the program's addresses may not be there yet
pub unsafe fn auxiliary(envp: *const *const u8) -> *const [usize; 2] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut p = envp;
        while !(*p).is_null() {
            p = p.add(1);
        }
        p.add(1).cast()
    }
}
