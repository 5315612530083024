//! What the IR knows of the machine: sizes, the order of bytes, what accesses it allows.
//!
//! One [`Target`] stands in each [`crate::Program`], made from `reflect`'s table in one place ([`Target::of`]); everything that is
//! about sizes, bytes in memory or constants of a kind asks it. It names no machine: passes and their tests work for any shape.
use crate::Ty;
use reflect::arch::{Fused, Ops};

/// A shape of machines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// Bytes in a word: a `Ptr`, a length, an offset. 4 or 8.
    pub word: u32,
    /// Most significant byte first.
    pub big_endian: bool,
    /// Loads and stores need no alignment.
    pub unaligned: bool,
    /// Bytes at address 0 that fault; 0: what may be nil is compared with it.
    pub nil_page: u32,
    /// What the machine does; [`crate::passes::legalize`] sees to the rest.
    pub ops: Ops,
    /// Which products are not rounded before they are added.
    pub fused: Fused,
}

/// Where accesses through nil fault they do in this many bytes, on every system there is.
const NIL_PAGE: u32 = 4096;

/// Names of operations for the text form, with their place.
macro_rules! ops {
    ($($name:ident),*) => {
        /// An operation's flag.
        type Flag = fn(&mut Ops) -> &mut bool;
        /// Operations by name.
        pub(crate) const OPS: &[(&str, Flag)] = &[$((stringify!($name), |o| &mut o.$name)),*];
    };
}
ops!(popcount, clz, ctz, bswap, rotate, narrow, divide, wide_div, const_div, unsigned_float);

/// The ways to fuse by name.
pub(crate) const FUSED: &[(&str, Fused)] =
    &[("left", Fused::Left), ("right", Fused::Right), ("right_or_negated", Fused::RightOrNegated)];

impl Target {
    /// The four shapes that tests of passes run for.
    pub const SHAPES: [Target; 4] = [
        Target::shape(8, false, true),
        Target::shape(8, true, true),
        Target::shape(4, false, false),
        Target::shape(4, true, false),
    ];

    /// A machine that can do everything.
    const fn shape(word: u32, big_endian: bool, unaligned: bool) -> Target {
        Target { word, big_endian, unaligned, nil_page: NIL_PAGE, ops: Ops::ALL, fused: Fused::None }
    }

    /// What an architecture's row says.
    pub fn of(arch: &reflect::Arch) -> Target {
        Target {
            word: arch.ptr_size as u32,
            big_endian: arch.big_endian,
            unaligned: arch.unaligned,
            nil_page: if arch.nil_faults { NIL_PAGE } else { 0 },
            ops: arch.ops,
            fused: arch.fused,
        }
    }
    /// The integer kind of a word: lengths, offsets, code addresses.
    pub fn word_ty(self) -> Ty {
        Ty::int(self.word)
    }
    /// Bytes of a value.
    pub fn size(self, ty: Ty) -> u32 {
        ty.size(self.word)
    }
    /// Bits of a value.
    pub fn bits(self, ty: Ty) -> u32 {
        8 * self.size(ty)
    }
    /// The low bits of `x` that a `ty` has, sign-extended.
    pub fn sext(self, x: i64, ty: Ty) -> i64 {
        let unused = 64 - self.bits(ty);
        x << unused >> unused
    }
    /// The low bits of `x` that a `ty` has.
    pub fn zext(self, x: i64, ty: Ty) -> u64 {
        let unused = 64 - self.bits(ty);
        (x as u64) << unused >> unused
    }
    /// The number that up to eight bytes of memory are.
    pub fn get(self, bytes: &[u8]) -> u64 {
        let add = |n: u64, &b: &u8| n << 8 | b as u64;
        if self.big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
    }
    /// Writes the low bytes of a number to memory.
    pub fn put(self, bytes: &mut [u8], n: u64) {
        let last = bytes.len().wrapping_sub(1);
        for (i, b) in bytes.iter_mut().enumerate() {
            let at = if self.big_endian { last - i } else { i };
            *b = n.checked_shr(8 * at as u32).unwrap_or(0) as u8;
        }
    }
}

/// What a test of a pass finds, which must be the same for all shapes.
#[cfg(test)]
pub(crate) fn for_all<T: PartialEq + std::fmt::Debug>(test: impl Fn(Target) -> T) -> T {
    let first = test(Target::SHAPES[0]);
    for t in &Target::SHAPES[1..] {
        assert_eq!(test(*t), first, "{t:?} differs from {:?}", Target::SHAPES[0]);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_an_order() {
        for t in Target::SHAPES {
            let mut bytes = [0; 4];
            t.put(&mut bytes, 0x5_0102_0304);
            assert_eq!(bytes, if t.big_endian { [1, 2, 3, 4] } else { [4, 3, 2, 1] });
            assert_eq!(t.get(&bytes), 0x0102_0304);
            assert_eq!((t.get(&[]), t.get(&[7])), (0, 7));
        }
    }

    #[test]
    fn every_row_is_a_shape() {
        for arch in &reflect::arch::ALL {
            let t = Target::of(arch);
            let same = |s: &Target| (s.word, s.big_endian) == (t.word, t.big_endian);
            assert!(Target::SHAPES.iter().any(same), "{}", arch.name);
        }
    }
}
