//! The tests.

use crate::gc;
use crate::rt::{self, BitVector, Block, MakeFunc, check, fail, println, run};
use crate::sig::{Coverage, Rng, Ty, random_type, random_value};
use alloc::vec;
use alloc::vec::Vec;
use core::ptr::{null, null_mut};
use oxigo_reflect::TypeView;
use oxigo_reflect::abi::{AbiDesc, AbiSeq, StepKind, assign};
use oxigo_reflect::arch::Arch;
use oxigo_reflect::regs::{MAX_REG_ARGS_WORDS, RegArgs};

pub static mut BAD_CALLS: usize = 0;

pub fn main(args: &[&[u8]]) -> bool {
    let num = |i: usize, or: u64| {
        args.get(i).map_or(or, |s| s.iter().fold(0, |n, b| n * 10 + (b.wrapping_sub(b'0') & 15) as u64))
    };
    let arch = Arch::host();
    #[cfg(all(target_arch = "x86_64", not(feature = "bare")))]
    if args.first() == Some(&&b"bench"[..]) {
        crate::bench::run();
        return true;
    }
    let n = num(0, 500);
    let seed = num(1, 0x9e37_79b9_7f4a_7c15);
    let small = args.iter().any(|a| *a == b"small") || arch.ptr_size == 4;

    let (sigs, in_regs) = signatures(n, seed);
    let api = crate::api::round_trips(n / 4 + 1, seed);
    #[cfg(target_arch = "x86_64")]
    // rt_gocall has room for 32 words on the stack.
    for words in [5, 16, 17] {
        check(crate::api::nested(60, words) >= 3, "nested calls make the stack grow");
    }
    let sizes = call_sizes(if small { 1 << 20 } else { 64 << 20 });
    let refused = large_frames(if small { 2 << 20 } else { 128 << 20 });
    let growths = recursion(if small { 4 << 20 } else { 64 << 20 });
    let polls = poll();
    bad_call();
    memory();
    crate::leaf::memory(if small { 300 } else { 2000 });
    crate::leaf::barrier();
    #[cfg(not(feature = "bare"))]
    crate::leaf::system();
    #[cfg(not(feature = "bare"))]
    let signals = crate::signals::run();
    #[cfg(feature = "bare")]
    let signals = 0;
    // SAFETY: one thread.
    let collections = unsafe { gc::COLLECTIONS };
    println(format_args!(
        "{}: {sigs} signatures ({in_regs} values in registers), {api} through the Rust API, {sizes} call sizes entered and {refused} refused, {growths} stack growths, {collections} collections, {polls} polls, {signals} signals",
        arch.name
    ));
    true
}

/// A value that a call passes: its bytes, and which of them matter.
struct Val {
    typ: &'static Ty,
    bytes: Vec<u8>,
    mask: Vec<u8>,
}

impl Val {
    fn random(r: &mut Rng, t: &'static Ty) -> Val {
        let (mut bytes, mut mask) = (vec![0; t.size as usize], vec![0; t.size as usize]);
        random_value(r, t, &mut bytes, &mut mask);
        // Pointers are to objects of the test heap.
        t.pointer_words(size_of::<usize>() as u64, 0, &mut |at| {
            let at = at as usize;
            bytes[at..at + size_of::<usize>()].copy_from_slice(&gc::alloc().to_ne_bytes());
        });
        Val { typ: t, bytes, mask }
    }
}

/// The call under test, for the callee's hook.
struct Expect {
    desc: AbiDesc,
    params: Vec<Val>,
    results: Vec<Val>,
    seen: usize,
}

static mut EXPECT: *mut Expect = null_mut();
unsafe extern "C" {
    #[link_name = "reflect.makeFuncStub"]
    fn make_func_stub();
    #[link_name = "reflect.methodValueCall"]
    fn method_value_call();
    fn th_recurse();
    fn th_poll();
}

/// Writes `vals` where `seq` says: registers or the frame.
fn put(seq: &AbiSeq, vals: &[Val], regs: &mut RegArgs, frame: &mut [u8]) {
    for (i, v) in vals.iter().enumerate() {
        for s in seq.value(i) {
            let part = &v.bytes[s.offset as usize..(s.offset + s.size) as usize];
            match s.kind {
                StepKind::Stack => {
                    frame[s.stack_offset as usize..(s.stack_offset + s.size) as usize].copy_from_slice(part)
                }
                _ => regs.store(s, part),
            }
        }
    }
}

/// Compares `vals` with what stands where `seq` says.
fn compare(what: &str, seq: &AbiSeq, vals: &[Val], regs: &RegArgs, frame: &[u8], ptrs: bool) {
    for (i, v) in vals.iter().enumerate() {
        for s in seq.value(i) {
            let range = s.offset as usize..(s.offset + s.size) as usize;
            let mut got = vec![0; s.size as usize];
            match s.kind {
                StepKind::Stack => {
                    got.copy_from_slice(&frame[s.stack_offset as usize..(s.stack_offset + s.size) as usize])
                }
                _ => regs.load(s, &mut got, ptrs),
            }
            for (k, at) in range.enumerate() {
                if (got[k] ^ v.bytes[at]) & v.mask[at] != 0 {
                    let want = &v.bytes[s.offset as usize..(s.offset + s.size) as usize];
                    fail(format_args!("{what} {i}: {s:?}: got {got:x?}, want {want:x?}"));
                }
            }
        }
    }
}

/// The pointers among `vals` that a collector must see where `seq` says.
fn each_pointer(seq: &AbiSeq, vals: &[Val], f: &mut dyn FnMut(usize)) {
    let word = size_of::<usize>();
    for (i, v) in vals.iter().enumerate() {
        let at = |k: u64| {
            usize::from_ne_bytes(core::array::from_fn(|b| v.bytes.get(k as usize + b).copied().unwrap_or(0)))
        };
        for s in seq.value(i) {
            match s.kind {
                StepKind::Pointer => f(at(s.offset)),
                StepKind::Stack => v.typ.pointer_words(word as u64, 0, &mut |k| f(at(k))),
                _ => {}
            }
        }
    }
}

unsafe fn regs_at(p: *mut u8) -> RegArgs<'static> {
    let arch = Arch::host();
    // SAFETY: a RegArgs.
    RegArgs::new(unsafe { core::slice::from_raw_parts_mut(p, arch.reg_args().size as usize) }, arch)
}

/// reflect.callReflect(ctxt, frame, retValid, regs): checks the arguments, moves the stack, leaves the results.
#[unsafe(no_mangle)]
unsafe extern "C" fn th_call_reflect(area: *mut usize) {
    // SAFETY: the area of the stub; the frame is as large as the description says.
    unsafe {
        let e = &mut *EXPECT;
        let size = e.desc.args_size as usize;
        let frame = core::slice::from_raw_parts_mut(*area.add(1) as *mut u8, size);
        if FRAME_TEST {
            for (i, b) in frame.iter_mut().enumerate() {
                check(i >= size / 2 || *b == (i * 7 + i / 251) as u8, "argument bytes of a large frame");
                *b = !((i * 7 + i / 251) as u8);
            }
            e.seen += 1;
            return;
        }
        compare("parameter", &e.desc.call, &e.params, &regs_at(*area.add(3) as *mut u8), frame, true);
        // A collection finds all pointers among the arguments, and lets go of an object that nobody has.
        let garbage = gc::alloc();
        gc::collect(rt::cur());
        check(!gc::alive(garbage), "an unreachable object dies");
        each_pointer(&e.desc.call, &e.params, &mut |p| {
            check(gc::alive(p), "a pointer argument keeps its object")
        });
        rt::move_stack();
        let frame = core::slice::from_raw_parts_mut(*area_now(area).add(1) as *mut u8, size);
        let mut regs = regs_at(*area_now(area).add(3) as *mut u8);
        regs.clear();
        put(&e.desc.ret, &e.results, &mut regs, frame);
        *(*area_now(area).add(2) as *mut u8) = 1;
        e.seen += 1;
    }
}

/// The hook's area after the stack may have moved.
unsafe fn area_now(area: *mut usize) -> *mut usize {
    // SAFETY: the offset from the stack's top stays the same.
    unsafe { rt::moved(area as usize) as *mut usize }
}

/// reflect.moveMakeFuncArgPtrs(ctxt, regs).
#[unsafe(no_mangle)]
unsafe extern "C" fn th_move_ptrs(area: *mut usize) {
    // SAFETY: the area of the stub: closure and RegArgs.
    unsafe {
        let ctxt = *area as *const MakeFunc;
        let regs = *area.add(1) as *mut u8;
        let l = Arch::host().reg_args();
        for i in 0..Arch::host().int_args.len() {
            let ptr =
                if (*ctxt).reg_ptrs[i / 8] >> (i % 8) & 1 != 0 { *regs.cast::<usize>().add(i) } else { 0 };
            *regs.add(l.ptrs as usize).cast::<usize>().add(i) = ptr;
        }
    }
}

/// Random signatures through reflectcall into makeFuncStub and back.
fn signatures(n: u64, seed: u64) -> (u64, usize) {
    let arch = Arch::host();
    let mut r = Rng(seed | 1);
    let mut in_regs = 0;
    let mut covered = Coverage::default();
    for round in 0..n {
        let mark = rt::mark();
        gc::reset();
        let types = |r: &mut Rng, n: u64| (0..n).map(|_| random_type(r, 3)).collect::<Vec<_>>();
        let count = r.below(10);
        let params = types(&mut r, count);
        let count = r.below(6);
        let results = types(&mut r, count);
        params.iter().chain(&results).for_each(|t| covered.count(t));
        // Every eighth signature goes without registers, as ABI0.
        let budget = if round % 8 == 7 { arch.abi0() } else { arch.abi_internal() };
        let desc = assign(&params, &results, None, budget);
        in_regs +=
            desc.call.steps.iter().chain(&desc.ret.steps).filter(|s| s.kind != StepKind::Stack).count();
        let size = desc.args_size as usize;
        let mut e = Expect {
            params: params.iter().map(|t| Val::random(&mut r, t)).collect(),
            results: results.iter().map(|t| Val::random(&mut r, t)).collect(),
            desc,
            seen: 0,
        };
        let mut words = [0u64; MAX_REG_ARGS_WORDS];
        let mut frame = vec![0u8; size];
        let code = if round & 1 == 0 { make_func_stub } else { method_value_call };
        let words_of = |bytes: u64| bytes as usize / size_of::<usize>();
        // The map ends with the last pointer.
        let n = words_of(e.desc.args_size).min(8 * e.desc.stack_ptrs.len());
        let map = BitVector { n: n as u32, data: e.desc.stack_ptrs.as_ptr() };
        let mut closure =
            MakeFunc { code, stack: &map, arg_len: e.desc.ret_offset as usize, reg_ptrs: [0; 8] };
        closure.reg_ptrs[..4].copy_from_slice(&e.desc.in_reg_ptrs.to_le_bytes());
        // SAFETY: the buffers outlive the call.
        unsafe {
            let mut regs = regs_at(words.as_mut_ptr().cast());
            put(&e.desc.call, &e.params, &mut regs, &mut frame);
            regs.set_return_ptrs(e.desc.out_reg_ptrs);
            EXPECT = &mut e;
            rt::MOVE_ALWAYS = round % 4 == 1;
            let block = Block {
                typ: 0,
                func: (&raw const closure).cast(),
                stack_args: frame.as_mut_ptr(),
                args_size: size,
                ret_offset: e.desc.ret_offset as usize,
                frame_size: size,
                regs: words.as_mut_ptr().cast(),
            };
            run(&block, 16 << 10);
            check(e.seen == 1, "the callee ran once");
            compare("result", &e.desc.ret, &e.results, &regs_at(words.as_mut_ptr().cast()), &frame, true);
            rt::MOVE_ALWAYS = false;
            drop(e);
            rt::release(mark);
        }
    }
    println(format_args!(
        "{}: {} values smaller than a word, {} of 64 bits, {} float32, {} complex, {} of size zero, {} ending in an empty array",
        arch.name,
        covered.sub_word,
        covered.wide,
        covered.float32,
        covered.complex,
        covered.zero_size,
        covered.trailing
    ));
    check(n < 200 || covered.complete(), "every kind of value went through");
    (n, in_regs)
}

/// Enters every callN up to `limit`, with a frame that fills it.
fn call_sizes(limit: usize) -> usize {
    let (mut size, mut entered) = (16, 0);
    // SAFETY: memory from map; one call at a time.
    unsafe {
        rt::MAX_STACK = limit * 4;
        while size <= limit {
            let mem = rt::map(size);
            let frame = core::slice::from_raw_parts_mut(mem as *mut u8, size);
            for (i, b) in frame.iter_mut().enumerate() {
                *b = (i * 7 + i / 251) as u8;
            }
            let mut e = Expect { desc: AbiDesc::default(), params: vec![], results: vec![], seen: 0 };
            EXPECT = &mut e;
            let mut words = [0u64; MAX_REG_ARGS_WORDS];
            let closure = MakeFunc { code: make_func_stub, stack: null(), arg_len: size, reg_ptrs: [0; 8] };
            // Half of it results, which come back inverted.
            e.desc.args_size = size as u64;
            e.desc.ret_offset = size as u64 / 2;
            let block = Block {
                typ: 0,
                func: (&raw const closure).cast(),
                stack_args: mem as *mut u8,
                args_size: size,
                ret_offset: size / 2,
                frame_size: size,
                regs: words.as_mut_ptr().cast(),
            };
            FRAME_TEST = true;
            run(&block, 8 << 10);
            FRAME_TEST = false;
            check(e.seen == 1, "the callee of callN ran once");
            for (i, b) in frame.iter().enumerate() {
                let want = (i * 7 + i / 251) as u8;
                check(*b == if i < size / 2 { want } else { !want }, "bytes of a large frame");
            }
            rt::unmap(mem, size);
            size *= 2;
            entered += 1;
        }
    }
    entered
}

pub static mut FRAME_TEST: bool = false;

/// Recursion to `limit` bytes of stack from 2 KB, all argument registers live.
fn recursion(limit: usize) -> usize {
    let arch = Arch::host();
    let mut words = [0u64; MAX_REG_ARGS_WORDS];
    let word: usize = 0x5afe;
    // SAFETY: th_recurse takes a depth, a pointer and unchanged registers.
    unsafe {
        rt::MAX_STACK = limit;
        let before = rt::GROWTHS;
        let p = words.as_mut_ptr().cast::<u8>();
        let l = arch.reg_args();
        for i in 0..l.ptrs as usize {
            *p.add(i) = (i * 31 + 7) as u8;
        }
        let frame = rt::find(th_recurse as *const () as usize).frame as usize + 8;
        let depth = limit / 2 / frame + limit / 4 / frame;
        let mut stack_args = [depth, &raw const word as usize];
        let ints = p.cast::<usize>();
        let closure = [th_recurse as *const () as usize];
        let mut block = Block {
            typ: 0,
            func: closure.as_ptr().cast(),
            stack_args: null_mut(),
            args_size: 0,
            ret_offset: 0,
            frame_size: 0,
            regs: p,
        };
        if arch.int_args.is_empty() {
            block.stack_args = stack_args.as_mut_ptr().cast();
            block.args_size = size_of_val(&stack_args);
            block.ret_offset = block.args_size;
            block.frame_size = block.args_size;
        } else {
            *ints = depth;
            *ints.add(1) = &raw const word as usize;
        }
        BOTTOM = 0;
        run(&block, 2 << 10);
        check(BOTTOM == 1, "the recursion reached its bottom once");
        rt::GROWTHS - before
    }
}

static mut BOTTOM: usize = 0;

/// The registers at the bottom of th_recurse.
#[unsafe(no_mangle)]
unsafe extern "C" fn th_bottom(regs: *mut u8) {
    // SAFETY: a RegArgs of the test function.
    unsafe {
        BOTTOM += 1;
        let arch = Arch::host();
        let l = arch.reg_args();
        for i in 2 * size_of::<usize>()..l.ptrs as usize {
            if *regs.add(i) != (i * 31 + 7) as u8 {
                fail(format_args!("byte {i} of the registers at the bottom of the recursion"));
            }
        }
        if !arch.int_args.is_empty() {
            check(*regs.cast::<usize>() == 0, "the depth at the bottom");
            check(*(*regs.cast::<usize>().add(1) as *const usize) == 0x5afe, "the pointer at the bottom");
        }
    }
}

/// All argument registers survive a poll that moves the stack.
fn poll() -> usize {
    let arch = Arch::host();
    let mut words = [0u64; MAX_REG_ARGS_WORDS];
    let p = words.as_mut_ptr().cast::<u8>();
    let l = arch.reg_args();
    // SAFETY: as in `recursion`.
    unsafe {
        for i in 0..l.ptrs as usize {
            *p.add(i) = (i * 13 + 1) as u8;
        }
        let closure = [th_poll as *const () as usize];
        let mut frame = [0usize; 5];
        for (i, w) in frame.iter_mut().enumerate() {
            *w = 0x1234_5678 + i * 0x1111;
        }
        let on_stack = if arch.int_args.is_empty() { size_of_val(&frame) } else { 0 };
        let block = Block {
            typ: 0,
            func: closure.as_ptr().cast(),
            stack_args: frame.as_mut_ptr().cast(),
            args_size: on_stack,
            ret_offset: 0,
            frame_size: on_stack,
            regs: p,
        };
        rt::MOVE_ALWAYS = true;
        run(&block, 8 << 10);
        rt::MOVE_ALWAYS = false;
        for i in 0..l.ptrs as usize {
            check(*p.add(i) == (i * 13 + 1) as u8, "registers after a poll");
        }
        for (i, w) in frame.iter().enumerate() {
            check(*w == 0x1234_5678 + i * 0x1111, "words that were in registers during a poll");
        }
        rt::POLLS
    }
}

/// Every callN from `from` on asks for more stack than there may be, and touches none: also where SP minus the frame
/// would be below zero.
fn large_frames(from: usize) -> usize {
    let (mut size, mut tried) = (from, 0);
    let mut words = [0u64; MAX_REG_ARGS_WORDS];
    let closure = [th_poll as *const () as usize];
    // SAFETY: one thread; the call does not get as far as its callee.
    unsafe {
        rt::MAX_STACK = 1 << 20;
        rt::EXPECT_OVERFLOW = true;
        rt::OVERFLOWS = 0;
        while size <= 1 << 30 {
            let block = Block {
                typ: 0,
                func: closure.as_ptr().cast(),
                stack_args: null_mut(),
                args_size: 0,
                ret_offset: 0,
                frame_size: size,
                regs: words.as_mut_ptr().cast(),
            };
            run(&block, 8 << 10);
            size *= 2;
            tried += 1;
        }
        rt::EXPECT_OVERFLOW = false;
        check(rt::OVERFLOWS == tried, "each large frame overflows the stack");
    }
    tried
}

/// A frame over 1 GiB is refused.
fn bad_call() {
    let block = Block {
        typ: 0,
        func: null_mut(),
        stack_args: null_mut(),
        args_size: 0,
        ret_offset: 0,
        frame_size: (1 << 30) + 1,
        regs: null_mut(),
    };
    run(&block, 8 << 10);
    // SAFETY: one thread.
    check(unsafe { BAD_CALLS } == 1, "a frame over 1 GiB is refused");
}

/// C's memory routines (Rust's own) against byte loops.
fn memory() {
    let mut r = Rng(12345);
    let mut a = vec![0u8; 9000];
    let mut b = vec![0u8; 9000];
    for _ in 0..4000 {
        let n = if r.below(8) == 0 { r.below(4000) } else { r.below(160) } as usize;
        let (from, to) = (r.below(4500) as usize, r.below(4500) as usize);
        for (i, x) in a.iter_mut().enumerate() {
            *x = (i as u64 ^ r.0) as u8;
        }
        b.copy_from_slice(&a);
        a.copy_within(from..from + n, to);
        if from < to {
            for i in (0..n).rev() {
                b[to + i] = core::hint::black_box(b[from + i]);
            }
        } else {
            for i in 0..n {
                b[to + i] = core::hint::black_box(b[from + i]);
            }
        }
        check(a.iter().zip(&b).all(|(x, y)| core::hint::black_box(x) == y), "memmove");
        check(a == b, "memcmp of equal memory");
        let c = r.next() as u8;
        a[to..to + n].fill(c);
        check(a[to..to + n].iter().all(|x| *x == c), "memset");
        check(a[..to] == b[..to] && a[to + n..] == b[to + n..], "memset stays inside");
    }
}
