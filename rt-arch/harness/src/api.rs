//! reflect's Rust API through the real assembly: Rust calls a Go func value that is a Rust closure.

use crate::rt::{self, Block, check, run};
use crate::sig::{Rng, Ty, random_type, random_value};
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::c_void;
#[cfg(target_arch = "x86_64")]
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use oxigo_reflect::func::{
    CallBuffer, CallSizes, Func, FuncType, Panic, Runtime, StubArea, make_func, rust_func_hook,
};
use oxigo_reflect::raw::BUFFER_STACK;
use oxigo_reflect::types::Type;
use oxigo_reflect::value::Value;
use oxigo_reflect::{Kind, TypeView};

struct Here;

// SAFETY: reflectcall as Go makes it.
unsafe impl Runtime for Here {
    unsafe fn reflectcall(
        &self,
        func: *const c_void,
        buffer: *mut u8,
        sizes: &CallSizes,
    ) -> Result<(), Panic> {
        #[cfg(target_arch = "x86_64")]
        if DIRECT.load(Relaxed) {
            // SAFETY: as promised to us.
            unsafe { direct(func, buffer, sizes) };
            return Ok(());
        }
        let block = Block {
            typ: 0,
            func,
            stack_args: buffer.wrapping_add(BUFFER_STACK),
            args_size: sizes.args_size as usize,
            ret_offset: sizes.ret_offset as usize,
            frame_size: sizes.frame_size as usize,
            regs: buffer,
        };
        run(&block, 8 << 10);
        Ok(())
    }
    fn rust_func_stub(&self) -> usize {
        oxigo_rt_arch::oxigo_rustfunc_stub as *const () as usize
    }
}

/// Whether calls go by rt_gocall instead of starting a goroutine that makes a reflectcall.
static DIRECT: AtomicBool = AtomicBool::new(false);
/// How many such calls are under way.
#[cfg(target_arch = "x86_64")]
static DEPTH: AtomicUsize = AtomicUsize::new(0);

/// By rt_gocall, on a small goroutine; calls from within a call's callee on the same one.
#[cfg(target_arch = "x86_64")]
unsafe fn direct(func: *const c_void, buffer: *mut u8, sizes: &CallSizes) {
    // SAFETY: one thread; the goroutine waits in rt_goidle or in the hook of a Rust closure.
    unsafe {
        let outermost = DEPTH.fetch_add(1, Relaxed) == 0;
        if outermost {
            rt::idle(rt::new_goroutine(core::ptr::null(), 8 << 10));
            oxigo_rt_arch::rt_setg(rt::g0().cast());
        }
        let g = rt::current();
        let before = (rt::waits_at(g), rt::waits_at(rt::g0()).1);
        check(oxigo_rt_arch::gocall(g.cast(), func, buffer, sizes), "gocall returns true");
        let after = (rt::waits_at(g), rt::waits_at(rt::g0()).1);
        check(after == before, "gocall leaves the goroutine and g0 as they were");
        check(oxigo_rt_arch::rt_getg() == rt::g0().cast(), "gocall returns to g0");
        if DEPTH.fetch_sub(1, Relaxed) == 1 {
            rt::discard(g);
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_rustfunc(area: *mut StubArea) {
    // SAFETY: called by the stub; the area is as far from the stack's end as before, wherever that is now.
    unsafe {
        let g = rt::current();
        let depth = rt::from_end(g, area as usize);
        rust_func_hook(area, || rt::from_end(g, depth) as *mut StubArea)
    }
}

/// Go calls Rust calls Go and so on, with a stack that starts small: the deeper calls move it. `words` are on the stack, as
/// arguments and as results.
#[cfg(target_arch = "x86_64")]
pub fn nested(depth: isize, words: u64) -> usize {
    let (int, f64, wide) = (Type::int(), Type::float64(), Type::int().array(words));
    let ft = FuncType::new([int.clone(), wide.clone(), f64.clone()], [wide, int, f64]);
    let this = alloc::sync::Arc::new(core::sync::atomic::AtomicPtr::<Func>::default());
    let inner = this.clone();
    let f = make_func(&Here, ft, move |args| {
        let n = args[0].as_int().unwrap_or(0);
        if n == 0 {
            return vec![args[1].clone(), Value::int(100), Value::float64(0.5)];
        }
        // SAFETY: set below, before the first call.
        let me = unsafe { &*inner.load(Relaxed) };
        let mut r = me.call(&Here, &[&Value::int(n as isize - 1), &args[1], &args[2]]).unwrap();
        check(r[0].bytes() == args[1].bytes(), "stack results of nested calls");
        let (sum, x) = (r[1].as_int().unwrap_or(0), args[2].as_float().unwrap_or(0.0));
        r[1] = Value::int(sum as isize + 1);
        r[2] = Value::float64(r[2].as_float().unwrap_or(0.0) + x);
        r
    });
    this.store((&raw const f).cast_mut(), Relaxed);
    let mut w = Value::zero(&Type::int().array(words));
    (0..words).for_each(|k| check(w.set_index(k, &Value::int(k as isize * 3)).is_ok(), "set_index"));
    DIRECT.store(true, Relaxed);
    // SAFETY: reading a counter.
    let before = unsafe { rt::GROWTHS };
    let r = f.call(&Here, &[&Value::int(depth), &w, &Value::float64(0.25)]).unwrap();
    DIRECT.store(false, Relaxed);
    check(r[0].bytes() == w.bytes(), "stack results");
    check(r[1].as_int() == Some(100 + depth as i64), "every level ran");
    check(r[2].as_float() == Some(0.5 + 0.25 * depth as f64), "float results of nested calls");
    // SAFETY: as above.
    unsafe { rt::GROWTHS - before }
}

/// The API's type of a test type.
fn api_type(t: &'static Ty) -> Type {
    match t.kind {
        Kind::Array => api_type(t.elem.unwrap()).array(t.len),
        Kind::Struct => Type::strukt(t.fields.iter().map(|(f, _)| ("f", api_type(f)))),
        Kind::Pointer => Type::int().pointer(),
        Kind::Slice => Type::int().slice(),
        Kind::Chan => Type::int().chan(),
        k => Type::basic(k),
    }
}

fn random(r: &mut Rng, t: &'static Ty) -> Value {
    let (mut bytes, mut mask) = (vec![0; t.size as usize], vec![0; t.size as usize]);
    random_value(r, t, &mut bytes, &mut mask);
    let typ = api_type(t);
    check(
        typ.size() == t.size && TypeView::align(typ.view()) == t.align,
        "the API lays types out as the tests do",
    );
    // SAFETY: nobody follows the pointers.
    unsafe { Value::from_bytes(&typ, &bytes) }
}

fn same(a: &[Value], b: &[Value], t: &[&'static Ty]) -> bool {
    a.iter().zip(b).zip(t).all(|((a, b), t)| {
        let (mut bytes, mut mask) = (vec![0; t.size as usize], vec![0; t.size as usize]);
        random_value(&mut Rng(1), t, &mut bytes, &mut mask);
        a.bytes().iter().zip(b.bytes()).zip(&mask).all(|((x, y), m)| (x ^ y) & m == 0)
    })
}

struct Case {
    args: Vec<Value>,
    results: Vec<Value>,
    types: Vec<&'static Ty>,
}

static mut CASE: Option<Case> = None;
static mut CALLED: usize = 0;

/// Calls random signatures; returns how many.
pub fn round_trips(n: u64, seed: u64) -> u64 {
    let mut r = Rng(seed ^ 0xabcdef | 1);
    for _ in 0..n {
        let mark = rt::mark();
        let types = |r: &mut Rng, n: u64| (0..n).map(|_| random_type(r, 2)).collect::<Vec<_>>();
        let count = r.below(8);
        let params = types(&mut r, count);
        let count = r.below(5);
        let results = types(&mut r, count);
        let ft = FuncType::new(params.iter().map(|t| api_type(t)), results.iter().map(|t| api_type(t)));
        let args: Vec<Value> = params.iter().map(|t| random(&mut r, t)).collect();
        let want: Vec<Value> = results.iter().map(|t| random(&mut r, t)).collect();
        // SAFETY: one thread; the case outlives the calls.
        unsafe {
            CALLED = 0;
            CASE = Some(Case { args: args.clone(), results: want.clone(), types: params });
            let f: Func = make_func(&Here, ft, |got| {
                let Some(c) = &*(&raw const CASE) else { return vec![] };
                check(same(got, &c.args, &c.types), "arguments of a Rust closure");
                CALLED += 1;
                c.results.clone()
            });
            let refs: Vec<&Value> = args.iter().collect();
            let got = f.call(&Here, &refs);
            check(got.is_ok_and(|g| same(&g, &want, &results)), "results of a call");
            let mut out: Vec<Value> = results.iter().map(|t| Value::zero(&api_type(t))).collect();
            let mut buffer = CallBuffer::<256>::new();
            let r = f.call_into(&Here, &refs, &mut out, &mut buffer);
            check(r.is_ok() && same(&out, &want, &results), "results of a call into buffers");
            check(CALLED == 2, "the closure ran twice");
            // The same by the short way, where there is one.
            DIRECT.store(cfg!(target_arch = "x86_64"), Relaxed);
            let mut out: Vec<Value> = results.iter().map(|t| Value::zero(&api_type(t))).collect();
            let r = f.call_into(&Here, &refs, &mut out, &mut buffer);
            DIRECT.store(false, Relaxed);
            check(r.is_ok() && same(&out, &want, &results), "results of a direct call into buffers");
            check(CALLED == 3, "the closure ran again");
            CASE = None;
            drop(refs);
            drop((f, out, args, want));
            rt::release(mark);
        }
    }
    n
}
