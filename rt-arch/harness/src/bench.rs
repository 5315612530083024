//! What a call through reflect costs, beside a direct call through a function pointer. The runtime keeps a goroutine
//! waiting, as one would for an attached thread; each call switches to it and back (`rt_gocall`).

use crate::rt::{self, G, println};
use core::arch::x86_64::_rdtsc;
use core::ffi::c_void;
use core::hint::black_box;
use core::ptr::null;
use oxigo_reflect::func::{CallBuffer, CallSizes, Func, FuncType, Panic, Runtime, UsedRegs};
use oxigo_reflect::types::Type;
use oxigo_reflect::value::Value;
use oxigo_rt_arch as arch;

unsafe extern "C" {
    fn th_ints();
    fn th_nothing();
    fn th_floats();
    fn th_mixed();
    fn th_stack();
}

/// A goroutine that waits to be called.
struct Service(*mut G);

// SAFETY: one goroutine, one call at a time.
unsafe impl Runtime for Service {
    #[inline]
    unsafe fn reflectcall(
        &self,
        func: *const c_void,
        buffer: *mut u8,
        sizes: &CallSizes,
    ) -> Result<(), Panic> {
        // SAFETY: the goroutine waits in rt_goidle.
        unsafe { arch::gocall(self.0.cast(), func, buffer, sizes) };
        Ok(())
    }
    fn rust_func_stub(&self) -> usize {
        0
    }
}

/// Ticks of the time stamp counter per call, times ten: the median of many rounds.
fn ticks(mut f: impl FnMut()) -> u64 {
    const N: u64 = 5_000;
    const ROUNDS: usize = 201;
    let mut rounds = [0; ROUNDS];
    for r in &mut rounds {
        // SAFETY: reads a counter.
        let start = unsafe { _rdtsc() };
        for _ in 0..N {
            f();
        }
        // SAFETY: as above.
        *r = (unsafe { _rdtsc() } - start) * 10 / N;
    }
    rounds.sort_unstable();
    rounds[ROUNDS / 2]
}

extern "C" fn ints(a: i64, b: i64) -> i64 {
    a + b
}
extern "C" fn nothing() {}
#[derive(Clone, Copy)]
#[repr(C)]
struct Halves(i32, i32);
extern "C" fn packed(a: Halves, b: f64) -> f64 {
    a.0 as f64 + b
}
extern "C" fn narrow(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}
#[allow(clippy::too_many_arguments)]
extern "C" fn many(
    a: i64,
    b: i64,
    _: i64,
    _: i64,
    _: i64,
    _: i64,
    _: f64,
    _: f64,
    _: f64,
    _: f64,
    _: f64,
) -> i64 {
    a + b
}
type Many = extern "C" fn(i64, i64, i64, i64, i64, i64, f64, f64, f64, f64, f64) -> i64;
extern "C" fn floats(a: f64, b: f64, c: f64, d: f64) -> f64 {
    a + b + (c + d)
}
#[repr(C)]
struct Pair(i64, f64);
extern "C" fn mixed(a: i64, b: i64, c: f64) -> Pair {
    Pair(a + b, c + a as f64)
}
#[derive(Clone, Copy)]
#[repr(C)]
struct Eight([i64; 8]);
#[allow(improper_ctypes_definitions)]
extern "C" fn stack(a: Eight) -> i64 {
    a.0[0] + a.0[7]
}

pub fn run() {
    // SAFETY: one thread.
    unsafe {
        let g = rt::new_goroutine(null(), 64 << 10);
        rt::idle(g);
        let rt_ = Service(g);
        arch::rt_setg(rt::g0().cast());

        let report =
            |name: &str, code: unsafe extern "C" fn(), ft: FuncType, args: &[&Value], direct: u64| {
                let closure = [code as *const () as usize];
                let f = Func::from_closure(ft, closure.as_ptr().cast());
                let mut results: alloc::vec::Vec<Value> = f.typ().results().iter().map(Value::zero).collect();
                let mut buffer = CallBuffer::<16>::new();
                let before = rt::mark();
                let t = ticks(|| {
                    let ok = f.call_into(&rt_, black_box(args), &mut results, &mut buffer).is_ok();
                    rt::check(ok, "the benchmark's call");
                });
                rt::check(rt::mark() == before, "calls into buffers allocate nothing");
                println(format_args!(
                    "{name:8} direct {}.{} ticks, through reflect {}.{} ticks, {}.{} times; \
                     result {:?}",
                    direct / 10,
                    direct % 10,
                    t / 10,
                    t % 10,
                    t / direct.max(1),
                    t * 10 / direct.max(1) % 10,
                    results
                ));
            };
        // The switch to the goroutine, the call and the way back alone.
        let mut regs = [0u64; 49];
        let closure = [th_ints as *const () as usize];
        let sizes = CallSizes::new(0, 0, UsedRegs { ints: 2, result_ints: 1, ..UsedRegs::default() });
        let t = ticks(|| {
            let _ = rt_.reflectcall(black_box(closure.as_ptr().cast()), regs.as_mut_ptr().cast(), &sizes);
        });
        println(format_args!("switch to a goroutine, call, and back: {}.{} ticks", t / 10, t % 10));

        let (i, f) = (Type::int, Type::float64);
        let p = black_box(ints as extern "C" fn(i64, i64) -> i64);
        let d = ticks(|| {
            black_box(p(black_box(3), black_box(4)));
        });
        let (a, b) = (Value::int(3), Value::int(4));
        report("ints", th_ints, FuncType::new([i(), i()], [i()]), &[&a, &b], d);

        let p = black_box(floats as extern "C" fn(f64, f64, f64, f64) -> f64);
        let d = ticks(|| {
            black_box(p(black_box(1.0), black_box(2.0), black_box(3.0), black_box(4.0)));
        });
        let v = [Value::float64(1.0), Value::float64(2.0), Value::float64(3.0), Value::float64(4.0)];
        report(
            "floats",
            th_floats,
            FuncType::new([f(), f(), f(), f()], [f()]),
            &[&v[0], &v[1], &v[2], &v[3]],
            d,
        );

        let p = black_box(mixed as extern "C" fn(i64, i64, f64) -> Pair);
        let d = ticks(|| {
            black_box(p(black_box(3), black_box(4), black_box(0.5)));
        });
        let c = Value::float64(0.5);
        report("mixed", th_mixed, FuncType::new([i(), i(), f()], [i(), f()]), &[&a, &b, &c], d);

        let p = black_box(stack as extern "C" fn(Eight) -> i64);
        let e = black_box(Eight([1, 2, 3, 4, 5, 6, 7, 8]));
        let d = ticks(|| {
            black_box(p(black_box(e)));
        });
        let eight = i().array(8);
        let mut v = Value::zero(&eight);
        for k in 0..8 {
            let _ = v.set_index(k, &Value::int(k as isize + 1));
        }
        report("stack", th_stack, FuncType::new([eight], [i()]), &[&v], d);

        let p = black_box(nothing as extern "C" fn());
        let d = ticks(|| p());
        report("nothing", th_nothing, FuncType::new([], []), &[], d);

        let p = black_box(packed as extern "C" fn(Halves, f64) -> f64);
        let d = ticks(|| {
            black_box(p(black_box(Halves(3, 4)), black_box(0.5)));
        });
        let halves = Type::strukt([("a", Type::int32()), ("b", Type::int32())]);
        let mut v = Value::zero(&halves);
        rt::check(v.set_field(0, &Value::int32(3)).is_ok(), "set_field");
        report("packed", th_mixed, FuncType::new([halves, f()], [f()]), &[&v, &c], d);

        // The same code serves: what it returns are the low halves, and the first two of many.
        let p = black_box(narrow as extern "C" fn(i32, i32) -> i32);
        let d = ticks(|| {
            black_box(p(black_box(3), black_box(4)));
        });
        let n = Type::int32;
        report("narrow", th_ints, FuncType::new([n(), n()], [n()]), &[&Value::int32(3), &Value::int32(4)], d);

        let p = black_box(many as Many);
        let d = ticks(|| {
            black_box(p(
                black_box(3),
                black_box(4),
                black_box(5),
                black_box(6),
                black_box(7),
                black_box(8),
                black_box(1.0),
                black_box(2.0),
                black_box(3.0),
                black_box(4.0),
                black_box(5.0),
            ));
        });
        let (ints, floats) =
            ([3, 4, 5, 6, 7, 8].map(Value::int), [1.0, 2.0, 3.0, 4.0, 5.0].map(Value::float64));
        let all: alloc::vec::Vec<&Value> = ints.iter().chain(&floats).collect();
        report("many", th_ints, FuncType::new(all.iter().map(|v| v.typ().clone()), [i()]), &all, d);
    }
}
