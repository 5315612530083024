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

/// Keys of the auxiliary vector: the program's headers and their number, a page's size, the kernel's image of code.
#[cfg_attr(not(feature = "pie"), allow(dead_code, reason = "for addresses that the program writes itself"))]
pub const AT_PHDR: usize = 3;
#[cfg_attr(not(feature = "pie"), allow(dead_code, reason = "for addresses that the program writes itself"))]
pub const AT_PHNUM: usize = 5;
pub const AT_PAGESZ: usize = 6;
pub const AT_SYSINFO_EHDR: usize = 33;

/// Calls `f` with the keys and values of the auxiliary vector.
///
/// # Safety
/// `envp` is the environment as the kernel laid it out, the vector behind it.
#[inline(always)] // the program's addresses may not be there yet
pub unsafe fn each_told(envp: *const *const u8, mut f: impl FnMut(usize, usize)) {
    // SAFETY: the caller's promise; pairs of a key and a value, the last key 0.
    unsafe {
        let mut p = envp;
        while !(*p).is_null() {
            p = p.add(1);
        }
        let mut aux: *const [usize; 2] = p.add(1).cast();
        while (*aux)[0] != 0 {
            f((*aux)[0], (*aux)[1]);
            aux = aux.add(1);
        }
    }
}
