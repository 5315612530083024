//! Go's words in Rust's hands: as wide as Go's pointers, which on wasm are wider than Rust's.

/// A word of Go's memory: `uintptr`.
#[cfg(not(target_arch = "wasm32"))]
pub type Word = usize;
/// A word of Go's memory: `uintptr`.
#[cfg(target_arch = "wasm32")]
pub type Word = u64;

/// A word of Go's memory that holds a `T`, a pointer or `usize` of Rust's; what is above it is zero.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Wide<T>(T);

#[cfg(not(target_arch = "wasm32"))]
impl<T: Copy> Wide<T> {
    /// The word that holds `x`.
    pub const fn new(x: T) -> Wide<T> {
        Wide(x)
    }
}

/// A word of Go's memory that holds a `T`, a pointer or `usize` of Rust's; what is above it is zero.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(8))]
pub struct Wide<T>(T, u32);

#[cfg(target_arch = "wasm32")]
impl<T: Copy> Wide<T> {
    /// The word that holds `x`.
    pub const fn new(x: T) -> Wide<T> {
        Wide(x, 0)
    }
}

impl<T: Copy> Wide<T> {
    /// What it holds.
    pub const fn get(self) -> T {
        self.0
    }
}

/// A pointer in Go's memory.
#[cfg(not(target_arch = "wasm32"))]
pub type Ptr<T> = *const T;
/// A pointer in Go's memory.
#[cfg(target_arch = "wasm32")]
pub type Ptr<T> = Wide<*const T>;

/// A length or size of Go's that fits into Rust's.
#[allow(clippy::unnecessary_cast, reason = "on wasm a Word is wider")]
pub const fn size(w: Word) -> usize {
    w as usize
}

/// The address in a pointer of Go's.
#[cfg(not(target_arch = "wasm32"))]
pub const fn addr<T>(p: Ptr<T>) -> *const T {
    p
}
/// The address in a pointer of Go's.
#[cfg(target_arch = "wasm32")]
pub const fn addr<T>(p: Ptr<T>) -> *const T {
    p.get()
}

/// A pointer of Go's to an address.
#[cfg(not(target_arch = "wasm32"))]
pub const fn ptr<T>(p: *const T) -> Ptr<T> {
    p
}
/// A pointer of Go's to an address.
#[cfg(target_arch = "wasm32")]
pub const fn ptr<T>(p: *const T) -> Ptr<T> {
    Wide::new(p)
}

/// The code word of a closure whose code is the function at `address`. On wasm an address is an index in the table of
/// functions, and a code word leaves room for the number of a resume point below it.
pub const fn code_word(address: usize) -> Word {
    if cfg!(target_arch = "wasm32") { (address as Word) << 16 } else { address as Word }
}

const _: () = assert!(size_of::<Wide<usize>>() == size_of::<Word>());
