//! What a call through reflect costs, beside a direct call through a function pointer. The runtime keeps a goroutine
//! waiting, as one would for an attached thread; each call switches to it and back.

use crate::rt::{self, Block, G, println};
use core::arch::x86_64::_rdtsc;
use core::ffi::c_void;
use core::hint::black_box;
use core::ptr::null;
use oxigo_reflect::func::{CallBuffer, Func, FuncType, Panic, RawCall, Runtime};
use oxigo_reflect::types::Type;
use oxigo_reflect::value::Value;
use oxigo_rt_arch as arch;

unsafe extern "C" {
    fn th_serve();
    fn th_ints();
    fn th_floats();
    fn th_mixed();
    fn th_stack();
}

#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "assembly reads it")]
static mut th_block: *const Block = null();

/// The goroutine wants its next call: the one before is done.
#[unsafe(no_mangle)]
unsafe extern "C" fn th_next(_area: *mut u8) {
    // SAFETY: a parking hook on g0.
    unsafe { arch::rt_on_g0_return(rt::g0().cast()) }
}

unsafe extern "C" fn resume(g: *mut c_void) {
    // SAFETY: the goroutine waits in th_next.
    unsafe { arch::rt_gogo(g) }
}

struct Service(*mut G);

// SAFETY: one goroutine, one call at a time.
unsafe impl Runtime for Service {
    unsafe fn reflectcall(&self, c: &RawCall) -> Result<(), Panic> {
        let block = Block {
            typ: 0,
            func: c.func,
            stack_args: c.stack_args,
            args_size: c.args_size as usize,
            ret_offset: c.ret_offset as usize,
            frame_size: c.frame_size as usize,
            regs: c.regs,
        };
        // SAFETY: as above.
        unsafe {
            th_block = &block;
            arch::rt_on_g0(rt::g0().cast(), resume, self.0.cast());
        }
        Ok(())
    }
    fn rust_func_stub(&self) -> usize {
        0
    }
}

/// The best of several rounds, in ticks of the time stamp counter per call.
fn ticks(mut f: impl FnMut()) -> u64 {
    const N: u64 = 20_000;
    (0..15)
        .map(|_| {
            // SAFETY: reads a counter.
            let start = unsafe { _rdtsc() };
            for _ in 0..N {
                f();
            }
            // SAFETY: as above.
            (unsafe { _rdtsc() } - start) / N
        })
        .min()
        .unwrap_or(0)
}

extern "C" fn ints(a: i64, b: i64) -> i64 {
    a + b
}
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
        let code = [th_serve as *const () as usize];
        let g = rt::new_goroutine(code.as_ptr().cast(), 64 << 10);
        let rt_ = Service(g);
        arch::rt_on_g0(rt::g0().cast(), resume, g.cast());

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
                    "{name:8} direct {direct:3} ticks, through reflect {t:4} ticks, {}.{} times; result {:?}",
                    t / direct.max(1),
                    t * 10 / direct.max(1) % 10,
                    results
                ));
            };
        // The switch to the goroutine, reflectcall and the way back alone.
        let mut regs = [0u64; 49];
        let closure = [th_ints as *const () as usize];
        let raw = RawCall {
            typ: null(),
            func: closure.as_ptr().cast(),
            stack_args: core::ptr::null_mut(),
            args_size: 0,
            ret_offset: 0,
            frame_size: 0,
            regs: regs.as_mut_ptr().cast(),
        };
        let t = ticks(|| {
            let _ = rt_.reflectcall(black_box(&raw));
        });
        println(format_args!("switch to a goroutine and back, with reflectcall: {t} ticks"));

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
    }
}
