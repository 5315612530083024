//! Random types, signatures and values.

use alloc::boxed::Box;
use alloc::vec::Vec;
use oxigo_reflect::abi::align_up;
use oxigo_reflect::arch::Arch;
use oxigo_reflect::{Kind, TypeView};

/// xorshift64*.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    pub fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 16) % n
    }
}

#[derive(Debug)]
pub struct Ty {
    pub kind: Kind,
    pub size: u64,
    pub align: u64,
    pub elem: Option<&'static Ty>,
    pub len: u64,
    pub fields: Vec<(&'static Ty, u64)>,
}

impl TypeView for &'static Ty {
    fn kind(self) -> Kind {
        self.kind
    }
    fn size(self) -> u64 {
        self.size
    }
    fn align(self) -> u64 {
        self.align
    }
    fn elem(self) -> Self {
        self.elem.unwrap()
    }
    fn len(self) -> u64 {
        self.len
    }
    fn num_fields(self) -> usize {
        self.fields.len()
    }
    fn field(self, i: usize) -> (Self, u64) {
        self.fields[i]
    }
}

fn leak(t: Ty) -> &'static Ty {
    Box::leak(Box::new(t))
}

/// A type without parts.
pub fn basic(kind: Kind) -> &'static Ty {
    let arch = Arch::host();
    let p = arch.ptr_size as u64;
    let size = match kind {
        Kind::Bool | Kind::Int8 | Kind::Uint8 => 1,
        Kind::Int16 | Kind::Uint16 => 2,
        Kind::Int32 | Kind::Uint32 | Kind::Float32 => 4,
        Kind::Int64 | Kind::Uint64 | Kind::Float64 | Kind::Complex64 => 8,
        Kind::Complex128 => 16,
        Kind::String | Kind::Interface => 2 * p,
        Kind::Slice => 3 * p,
        _ => p,
    };
    let align = match kind {
        Kind::Complex64 => 4,
        Kind::Complex128 => 8.min(arch.max_align as u64),
        Kind::String | Kind::Interface | Kind::Slice => p,
        _ => size.min(arch.max_align as u64),
    };
    leak(Ty { kind, size, align, elem: None, len: 0, fields: Vec::new() })
}

/// A type of at most `depth` levels.
pub fn random_type(r: &mut Rng, depth: u32) -> &'static Ty {
    const KINDS: [Kind; 22] = [
        Kind::Bool,
        Kind::Int,
        Kind::Int8,
        Kind::Int16,
        Kind::Int32,
        Kind::Int64,
        Kind::Uint,
        Kind::Uint8,
        Kind::Uint16,
        Kind::Uint32,
        Kind::Uint64,
        Kind::Uintptr,
        Kind::Float32,
        Kind::Float64,
        Kind::Complex64,
        Kind::Complex128,
        Kind::Pointer,
        Kind::UnsafePointer,
        Kind::Chan,
        Kind::String,
        Kind::Interface,
        Kind::Slice,
    ];
    match if depth == 0 { 9 } else { r.below(10) } {
        0 | 1 => {
            let elem = random_type(r, depth - 1);
            let len = [0, 1, 1, 1, 2, 3][r.below(6) as usize];
            leak(Ty {
                kind: Kind::Array,
                size: elem.size * len,
                align: elem.align,
                elem: Some(elem),
                len,
                fields: Vec::new(),
            })
        }
        2..=4 => {
            let (mut off, mut align, mut fields) = (0, 1, Vec::new());
            let mut last = 1;
            for _ in 0..r.below(5) {
                let t = random_type(r, depth - 1);
                off = align_up(off, t.align);
                fields.push((t, off));
                off += t.size;
                align = align.max(t.align);
                last = t.size;
            }
            if off > 0 && last == 0 {
                off += 1; // Go pads a trailing zero-size field
            }
            leak(Ty { kind: Kind::Struct, size: align_up(off, align), align, elem: None, len: 0, fields })
        }
        _ => basic(KINDS[r.below(KINDS.len() as u64) as usize]),
    }
}

/// How many types of the kinds that need care went through the calls.
#[derive(Default)]
pub struct Coverage {
    pub sub_word: u64,
    pub float32: u64,
    pub wide: u64,
    pub complex: u64,
    pub zero_size: u64,
    pub trailing: u64,
}

impl Coverage {
    /// Counts `t` and its parts.
    pub fn count(&mut self, t: &'static Ty) {
        let word = Arch::host().ptr_size as u64;
        self.zero_size += (t.size == 0) as u64;
        match t.kind {
            Kind::Array => self.count(t.elem.unwrap()),
            Kind::Struct => {
                let empty_array = |f: &(&'static Ty, u64)| f.0.kind == Kind::Array && f.0.size == 0;
                self.trailing += (t.size > 0 && t.fields.last().is_some_and(empty_array)) as u64;
                t.fields.iter().for_each(|f| self.count(f.0));
            }
            Kind::Float32 => self.float32 += 1,
            Kind::Complex64 | Kind::Complex128 => self.complex += 1,
            Kind::Int64 | Kind::Uint64 | Kind::Float64 => self.wide += 1,
            _ => self.sub_word += (t.size < word) as u64,
        }
    }

    /// Whether nothing is missing.
    pub fn complete(&self) -> bool {
        [self.sub_word, self.float32, self.wide, self.complex, self.zero_size, self.trailing]
            .iter()
            .all(|n| *n > 0)
    }
}

/// Fills a value of type `t` at `out`; `mask` gets ones where the bytes matter (no padding).
pub fn random_value(r: &mut Rng, t: &'static Ty, out: &mut [u8], mask: &mut [u8]) {
    match t.kind {
        Kind::Array => {
            let elem = t.elem.unwrap();
            let n = elem.size as usize;
            for i in 0..t.len as usize {
                random_value(r, elem, &mut out[i * n..(i + 1) * n], &mut mask[i * n..(i + 1) * n]);
            }
        }
        Kind::Struct => {
            for &(f, off) in &t.fields {
                let range = off as usize..(off + f.size) as usize;
                random_value(r, f, &mut out[range.clone()], &mut mask[range]);
            }
        }
        Kind::Float32 | Kind::Complex64 => {
            for c in out.chunks_exact_mut(4) {
                // No NaNs: where a float32 is widened in registers, a signalling one would be quieted.
                c.copy_from_slice(&(r.below(1 << 24) as f32 * 0.37 - 1e6).to_ne_bytes());
            }
            mask.fill(0xff);
        }
        _ => {
            out.fill_with(|| r.next() as u8);
            mask.fill(0xff);
        }
    }
}
