//! Go calls Rust calls Go and so on: a loop within a hook of the loop outside, each with a goroutine of its own, whose stack
//! moves before its hook is done.

use crate::rt::{self, Block, check};
use alloc::sync::Arc;
use alloc::vec;
use core::ffi::c_void;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};
use oxigo_reflect::func::{CallSizes, Func, FuncType, Panic, Runtime, make_func};
use oxigo_reflect::raw::BUFFER_STACK;
use oxigo_reflect::types::Type;
use oxigo_reflect::value::Value;

struct Here;

// SAFETY: reflectcall as Go makes it.
unsafe impl Runtime for Here {
    unsafe fn reflectcall(
        &self,
        func: *const c_void,
        buffer: *mut u8,
        sizes: &CallSizes,
    ) -> Result<(), Panic> {
        let block = Block {
            typ: 0,
            func,
            stack_args: buffer.wrapping_add(BUFFER_STACK),
            args_size: sizes.args_size as usize,
            ret_offset: sizes.ret_offset as usize,
            frame_size: sizes.frame_size as usize,
            regs: buffer,
        };
        rt::run(&block, 2 << 10);
        Ok(())
    }
    fn rust_func_stub(&self) -> usize {
        oxigo_rt_arch::oxigo_rustfunc_stub as *const () as usize
    }
}

/// Calls to the given depth and back; returns it.
pub fn nested(depth: isize) -> isize {
    let (int, f64, wide) = (Type::int(), Type::float64(), Type::int().array(5));
    let ft = FuncType::new([int.clone(), wide.clone(), f64.clone()], [wide, int, f64]);
    let this = Arc::new(AtomicPtr::<Func>::default());
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
        r[1] = Value::int(r[1].as_int().unwrap_or(0) as isize + 1);
        r[2] = Value::float64(r[2].as_float().unwrap_or(0.0) + args[2].as_float().unwrap_or(0.0));
        // SAFETY: in a hook of the current goroutine.
        unsafe {
            rt::MOVE_ALWAYS = true;
            rt::move_stack();
            rt::MOVE_ALWAYS = false;
        }
        r
    });
    this.store((&raw const f).cast_mut(), Relaxed);
    let mut w = Value::zero(&Type::int().array(5));
    (0..5).for_each(|k| check(w.set_index(k, &Value::int(k as isize * 3)).is_ok(), "set_index"));
    let r = f.call(&Here, &[&Value::int(depth), &w, &Value::float64(0.25)]).unwrap();
    check(r[0].bytes() == w.bytes(), "stack results");
    check(r[1].as_int() == Some(100 + depth as i64), "every level ran");
    check(r[2].as_float() == Some(0.5 + 0.25 * depth as f64), "results of nested calls");
    depth
}
