//! The tests.

use crate::base::println;
use crate::collect::{self, BitVector, MakeFunc};
use crate::rt::{self, Block, check, fail, run};
use crate::sig::{Rng, Ty, random_type, random_value};
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::ptr::null_mut;
use oxigo_reflect::Kind;
use oxigo_reflect::abi::{AbiDesc, AbiSeq, StepKind, assign};
use oxigo_reflect::arch::Arch;
use oxigo_reflect::func::{CallBuffer, CallError, CallSizes, Func, FuncType, Panic, Runtime};
use oxigo_reflect::rtype::{TFlag, TypeRef};
use oxigo_reflect::types::Type;
use oxigo_reflect::value::Value;
use oxigo_reflect::word::{Wide, Word};
use oxigo_rt_arch::{Code, pc};

pub static mut BAD_CALLS: usize = 0;

const SIZES: usize = 64 << 20;
const DEEP: usize = 64 << 20;

pub fn main(args: &[&[u8]]) -> bool {
    let num = |i: usize, or: u64| {
        let digits = args.get(i).filter(|s| !s.is_empty());
        digits.map_or(or, |s| s.iter().fold(0, |n, b| n * 10 + (b.wrapping_sub(b'0') & 15) as u64))
    };
    let (n, seed) = (num(0, 500), num(1, 12345));
    let (sigs, values, pointers) = signatures(n, seed);
    let api = crate::api::round_trips(n / 4 + 1, seed);
    let wrong = wrong_use();
    linked_types();
    let nested = crate::nested::nested(60);
    let sizes = call_sizes(SIZES);
    let refused = large_frames(2 * SIZES);
    let (growths, unwinds) = recursion(DEEP);
    let polls = poll();
    let parks = crate::leaf::switches();
    bad_call();
    crate::leaf::memory(2000);
    crate::leaf::barrier();
    crate::leaf::imports();
    // SAFETY: one thread.
    let (collections, swept) = unsafe { (collect::COLLECTIONS, collect::SWEPT) };
    println(format_args!(
        "wasm: {collections} collections during MakeFunc kept {pointers} pointer arguments and freed {swept} other cells; \
         {parks} parks; {nested} nested loops; {} MiB of memory",
        rt::memory() >> 20
    ));
    println(format_args!(
        "wasm: {sigs} signatures ({values} values in linear memory), {api} through the Rust API, {wrong} wrong calls refused, \
         {sizes} call sizes entered and {refused} refused, {growths} stack growths to {} MiB, {unwinds} unwindings, {polls} polls",
        DEEP >> 20
    ));
    true
}

/// A value that a call passes: its bytes, and which of them matter.
struct Val {
    bytes: Vec<u8>,
    mask: Vec<u8>,
}

impl Val {
    fn random(r: &mut Rng, t: &'static Ty) -> Val {
        let (mut bytes, mut mask) = (vec![0; t.size as usize], vec![0; t.size as usize]);
        random_value(r, t, &mut bytes, &mut mask);
        Val { bytes, mask }
    }
}

/// The call under test, for the callee's hook.
struct Expect {
    desc: AbiDesc,
    params: Vec<Val>,
    results: Vec<Val>,
    cells: Vec<usize>,
    seen: usize,
}

static mut EXPECT: *mut Expect = null_mut();
pub static mut FRAME_TEST: bool = false;

unsafe extern "C" {
    #[link_name = "reflect.makeFuncStub"]
    fn make_func_stub(point: u32) -> u32;
    #[link_name = "reflect.methodValueCall"]
    fn method_value_call(point: u32) -> u32;
    fn th_recurse(point: u32) -> u32;
    fn th_twice(point: u32) -> u32;
    fn th_poll(point: u32) -> u32;
}

/// A call of `func` with stack arguments and results in `frame`.
fn block(func: *const Word, frame: &mut [u8], ret_offset: usize) -> Block {
    Block {
        typ: 0,
        func: func.cast(),
        stack_args: frame.as_mut_ptr(),
        args_size: frame.len(),
        ret_offset,
        frame_size: frame.len(),
        regs: null_mut(),
    }
}

/// Calls `code` with words as arguments and results.
pub fn call_words(code: Code, args: &[Word], results: usize) -> Vec<Word> {
    let mut frame: Vec<u8> = args.iter().flat_map(|a| a.to_ne_bytes()).collect();
    frame.resize(8 * (args.len() + results), 0);
    run(&block(rt::closure(code).as_ptr(), &mut frame, 8 * args.len()), 8 << 10);
    frame.chunks_exact(8).map(|w| Word::from_ne_bytes(w.try_into().unwrap())).collect()
}

/// Writes `vals` where `seq` says, in the frame: there are no registers.
fn put(seq: &AbiSeq, vals: &[Val], frame: &mut [u8]) {
    for (i, v) in vals.iter().enumerate() {
        for s in seq.value(i) {
            check(s.kind == StepKind::Stack, "all values are on the stack");
            let part = &v.bytes[s.offset as usize..(s.offset + s.size) as usize];
            frame[s.stack_offset as usize..(s.stack_offset + s.size) as usize].copy_from_slice(part);
        }
    }
}

/// Compares `vals` with what stands where `seq` says.
fn compare(what: &str, seq: &AbiSeq, vals: &[Val], frame: &[u8]) {
    for (i, v) in vals.iter().enumerate() {
        for s in seq.value(i) {
            let want = &v.bytes[s.offset as usize..(s.offset + s.size) as usize];
            let got = &frame[s.stack_offset as usize..(s.stack_offset + s.size) as usize];
            let mask = &v.mask[s.offset as usize..];
            if want.iter().zip(got).zip(mask).any(|((w, g), m)| (w ^ g) & m != 0) {
                fail(format_args!("{what} {i}: {s:?}: got {got:x?}, want {want:x?}"));
            }
        }
    }
}

/// The argument area of a function in assembly, as a hook sees it.
type Area = *mut Word;

/// The hook's area after the stack may have moved.
unsafe fn area_now(area: Area) -> Area {
    // SAFETY: the offset from the stack's top stays the same.
    unsafe { rt::moved(area as usize) as Area }
}

/// reflect.callReflect(ctxt, frame, retValid, regs): checks the arguments, moves the stack, collects, leaves the results.
#[unsafe(no_mangle)]
unsafe extern "C" fn th_call_reflect(area: Area) {
    // SAFETY: the area of the stub; the frame is as large as the description says.
    unsafe {
        let e = &mut *EXPECT;
        let size = e.desc.args_size as usize;
        let frame = |area: Area| core::slice::from_raw_parts_mut(*area.add(1) as usize as *mut u8, size);
        e.seen += 1;
        if FRAME_TEST {
            for (i, b) in frame(area).iter_mut().enumerate() {
                check(i >= size / 2 || *b == (i * 7 + i / 251) as u8, "argument bytes of a large frame");
                *b = !((i * 7 + i / 251) as u8);
            }
            return;
        }
        compare("parameter", &e.desc.call, &e.params, frame(area));
        rt::move_stack();
        let area = area_now(area);
        if !e.cells.is_empty() {
            let garbage = collect::cell();
            collect::collect(rt::current());
            check(!collect::is_alive(garbage), "the collector frees what nothing leads to");
            collect::check_alive(&e.cells);
        }
        compare("parameter after the stack has moved", &e.desc.call, &e.params, frame(area));
        frame(area).fill(0xe5);
        put(&e.desc.ret, &e.results, frame(area));
        *(*area.add(2) as usize as *mut u8) = 1;
    }
}

/// reflect.moveMakeFuncArgPtrs(ctxt, regs): nothing to move.
#[unsafe(no_mangle)]
unsafe extern "C" fn th_move_ptrs(area: Area) {
    // SAFETY: the area of the stub: closure and RegArgs.
    let ctxt = unsafe { *area } as usize as *const MakeFunc;
    // SAFETY: as above.
    check(unsafe { (*ctxt).reg_ptrs } == [0; 8], "the closure that moveMakeFuncArgPtrs gets");
}

/// Random signatures through reflectcall into makeFuncStub and back: how many, their values, their pointer words.
fn signatures(n: u64, seed: u64) -> (u64, usize, usize) {
    let arch = Arch::host();
    let mut r = Rng(seed | 1);
    let (mut values, mut pointers) = (0, 0);
    for round in 0..n {
        let mark = rt::mark();
        let types = |r: &mut Rng, n: u64| (0..n).map(|_| random_type(r, 3)).collect::<Vec<_>>();
        let count = r.below(10);
        let params = types(&mut r, count);
        let count = r.below(6);
        let results = types(&mut r, count);
        let desc = assign(&params, &results, None, arch.abi_internal());
        check(
            desc == assign(&params, &results, None, arch.abi0()),
            "with zero registers ABIInternal is ABI0",
        );
        let size = desc.args_size as usize;
        let mut e = Expect {
            params: params.iter().map(|t| Val::random(&mut r, t)).collect(),
            results: results.iter().map(|t| Val::random(&mut r, t)).collect(),
            cells: vec![],
            desc,
            seen: 0,
        };
        values += params.len() + results.len();
        let mut frame = vec![0u8; size];
        put(&e.desc.call, &e.params, &mut frame);
        // Pointer words of the arguments lead to cells that nothing else leads to.
        for word in (0..e.desc.ret_offset as usize / 8).filter(|w| e.desc.stack_ptr(*w)) {
            let cell = collect::cell();
            frame[8 * word..8 * word + 8].copy_from_slice(&(cell as Word).to_ne_bytes());
            e.cells.push(cell);
        }
        for (i, v) in e.params.iter_mut().enumerate() {
            for s in e.desc.call.value(i) {
                let from = s.stack_offset as usize;
                let n = v.bytes.len();
                v.bytes.copy_from_slice(&frame[from..from + n]);
            }
        }
        pointers += e.cells.len();
        let bits = BitVector {
            n: (e.desc.ret_offset / 8) as u32,
            data: Wide::new(e.desc.stack_ptrs.as_ptr()),
            len: e.desc.stack_ptrs.len() as Word,
            cap: e.desc.stack_ptrs.len() as Word,
        };
        let code = if round & 1 == 0 { make_func_stub } else { method_value_call };
        let closure = MakeFunc {
            code: pc(code as *const () as usize, 0),
            stack: Wide::new(&raw const bits),
            arg_len: size as Word,
            reg_ptrs: [0; 8],
        };
        // SAFETY: the buffers outlive the call.
        unsafe {
            EXPECT = &mut e;
            rt::MOVE_ALWAYS = round % 4 == 1;
            run(&block(&raw const closure.code, &mut frame, e.desc.ret_offset as usize), 16 << 10);
            rt::MOVE_ALWAYS = false;
            check(e.seen == 1, "the callee ran once");
            compare("result", &e.desc.ret, &e.results, &frame);
            compare_arguments(&e, &frame);
            drop(e);
            rt::release(mark);
        }
    }
    (n, values, pointers)
}

/// The caller's arguments are as they were: only results are copied back.
fn compare_arguments(e: &Expect, frame: &[u8]) {
    compare("the caller's argument", &e.desc.call, &e.params, frame);
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
            let mut e =
                Expect { desc: AbiDesc::default(), params: vec![], results: vec![], cells: vec![], seen: 0 };
            EXPECT = &mut e;
            let closure = MakeFunc {
                code: pc(make_func_stub as *const () as usize, 0),
                stack: Wide::new(core::ptr::null()),
                arg_len: size as Word,
                reg_ptrs: [0; 8],
            };
            // Half of it results, which come back inverted.
            e.desc.args_size = size as u64;
            e.desc.ret_offset = size as u64 / 2;
            FRAME_TEST = true;
            run(&block(&raw const closure.code, frame, size / 2), 8 << 10);
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

/// Recursion to `limit` bytes of stack from 2 KB, twice: growths of the stack, unwindings of wasm's own.
fn recursion(limit: usize) -> (usize, usize) {
    let word: Word = 0x5afe;
    // SAFETY: th_recurse takes a depth, a pointer and two words.
    unsafe {
        rt::MAX_STACK = limit;
        let before = (rt::GROWTHS, rt::UNWINDS);
        let frame = rt::find(pc(th_recurse as *const () as usize, 0)).frame as usize + 8;
        let depth = limit / 2 / frame + limit / 4 / frame;
        let args = [depth as Word, &raw const word as usize as Word, PASSED[0], PASSED[1]];
        let mut frame: Vec<u8> = args.iter().flat_map(|a| a.to_ne_bytes()).collect();
        BOTTOM = 0;
        run(&block(rt::closure(th_twice).as_ptr(), &mut frame, 32), 2 << 10);
        check(BOTTOM == 2, "each recursion reached its bottom once");
        (rt::GROWTHS - before.0, rt::UNWINDS - before.1)
    }
}

const PASSED: [Word; 2] = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210];
static mut BOTTOM: usize = 0;

/// The arguments at the bottom of th_recurse.
#[unsafe(no_mangle)]
unsafe extern "C" fn th_bottom(area: Area) {
    // SAFETY: the arguments of the innermost call.
    unsafe {
        BOTTOM += 1;
        check(*area == 1, "the depth at the bottom");
        check(*(*area.add(1) as usize as *const Word) == 0x5afe, "the pointer at the bottom");
        check([*area.add(2), *area.add(3)] == PASSED, "arguments at the bottom of the recursion");
    }
}

/// What lives across a poll survives it, though the stack moves.
fn poll() -> usize {
    // SAFETY: one thread.
    unsafe {
        let words = [1, 2, 3, 4, 5].map(|i: Word| 0x1234_5678_9abc + i * 0x1111);
        rt::MOVE_ALWAYS = true;
        let after = call_words_inout(th_poll, &words);
        rt::MOVE_ALWAYS = false;
        check(after == words, "words that were in a frame during a poll");
        rt::POLLS
    }
}

/// Calls `code`, whose arguments are its results.
fn call_words_inout(code: Code, args: &[Word]) -> Vec<Word> {
    let mut frame: Vec<u8> = args.iter().flat_map(|a| a.to_ne_bytes()).collect();
    run(&block(rt::closure(code).as_ptr(), &mut frame, 0), 8 << 10);
    frame.chunks_exact(8).map(|w| Word::from_ne_bytes(w.try_into().unwrap())).collect()
}

/// Every callN from `from` on asks for more stack than there may be, and touches none: also where SP minus the frame
/// would be below zero.
fn large_frames(from: usize) -> usize {
    let (mut size, mut tried) = (from, 0);
    // SAFETY: one thread; the call does not get as far as its callee.
    unsafe {
        rt::MAX_STACK = 1 << 20;
        rt::EXPECT_OVERFLOW = true;
        rt::OVERFLOWS = 0;
        while size <= 1 << 30 {
            let mut block = block(rt::closure(th_poll).as_ptr(), &mut [], 0);
            block.frame_size = size;
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
    let mut block = block(core::ptr::null(), &mut [], 0);
    block.frame_size = (1 << 30) + 1;
    run(&block, 8 << 10);
    // SAFETY: one thread.
    check(unsafe { BAD_CALLS } == 1, "a frame over 1 GiB is refused");
}

/// Descriptors as a compiler lays them out for wasm: words of 8 bytes, addresses of 4.
fn linked_types() {
    fn common(size: Word, ptr_bytes: Word, direct: bool, kind: Kind) -> [Word; 6] {
        let direct = if direct { TFlag::DIRECT_IFACE.bits() as Word } else { 0 };
        [size, ptr_bytes, direct << 32 | 8 << 40 | 8 << 48 | (kind as Word) << 56, 0, 0, 0]
    }
    fn at<T>(x: &[T]) -> Word {
        x.as_ptr() as usize as Word
    }
    let (a, b) = ([1u8, 1, b'A'], [1u8, 1, b'B']);
    let int = common(8, 0, false, Kind::Int);
    let pointer = [&common(8, 8, true, Kind::Pointer)[..], &[at(&int)]].concat();
    let fields = [at(&a), at(&int), 0, at(&b), at(&pointer), 8];
    let record = [&common(16, 16, false, Kind::Struct)[..], &[0, at(&fields), 2, 2]].concat();
    let counts = 2 | 1 << 16;
    let func = [&common(8, 8, true, Kind::Func)[..], &[counts, at(&record), at(&pointer), at(&int)]].concat();
    // SAFETY: well-formed descriptors that outlive the types.
    let typ = |words: &[Word]| Type::linked(unsafe { TypeRef::new(words.as_ptr().cast()) });
    let Some(signature) = typ(&func).signature() else { fail(format_args!("a linked func type")) };
    let text = alloc::string::ToString::to_string(&signature);
    check(text == "func(struct { A int; B *int }, *int) int", "a linked signature");
    let d = signature.abi();
    let ptrs = [0, 1, 2, 3].map(|i| d.stack_ptr(i));
    check(d.args_size == 32 && ptrs == [false, true, true, false], "the ABI of a linked signature");
    let t = typ(&record);
    check(t.field_named("B") == Some(1) && t.size() == 16, "a linked struct type");
    check(t.field(1).is_some_and(|(t, off)| off == 8 && t.elem().is_some()), "a linked field");
    check(
        t.same(&Type::strukt([("A", Type::int()), ("B", Type::int().pointer())])),
        "linked and built types",
    );
}

/// A runtime that must not be asked.
struct Never;

// SAFETY: makes no calls.
unsafe impl Runtime for Never {
    unsafe fn reflectcall(&self, _: *const c_void, _: *mut u8, _: &CallSizes) -> Result<(), Panic> {
        fail(format_args!("a wrong call was made"))
    }
    fn rust_func_stub(&self) -> usize {
        0
    }
}

/// Wrong use is an error: how many were tried.
fn wrong_use() -> usize {
    let ft = FuncType::new([Type::int(), Type::int8().array(64)], [Type::string()]);
    let code = rt::closure(th_poll);
    // SAFETY: nothing is called.
    let (nil, f) = unsafe {
        (Func::from_closure(ft.clone(), core::ptr::null()), Func::from_closure(ft, code.as_ptr().cast()))
    };
    let (i, s, a) = (Value::int(-7), Value::string("x"), Value::zero(&Type::int8().array(64)));
    check(i.as_int() == Some(-7) && s.as_str_bytes() == Some(b"x"), "values in 8-byte words");
    check(matches!(nil.call(&Never, &[&i, &a]), Err(CallError::NilFunc)), "a nil function");
    check(
        matches!(f.call(&Never, &[&i]), Err(CallError::ArgumentCount { want: 2, got: 1 })),
        "too few arguments",
    );
    let wrong = f.call(&Never, &[&s, &a]);
    check(matches!(wrong, Err(CallError::ArgumentType { index: 0, .. })), "an argument of a wrong type");
    let mut out = [Value::int(0)];
    let wrong = f.call_into(&Never, &[&i, &a], &mut out, &mut CallBuffer::<64>::new());
    check(matches!(wrong, Err(CallError::ResultType { index: 0 })), "a result buffer of a wrong type");
    let mut out = [s.clone()];
    let wrong = f.call_into(&Never, &[&i, &a], &mut out, &mut CallBuffer::<4>::new());
    check(matches!(wrong, Err(CallError::FrameTooLarge)), "a buffer too small");
    5
}
