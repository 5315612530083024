//! Calls through a runtime of plain Rust: the "Go code" is a closure that reads the call's words. What passes real
//! registers is tested with the assembly (rt-arch/harness); here the Rust side runs under any checker.

use oxigo_reflect::func::*;
use oxigo_reflect::types::Type;
use oxigo_reflect::value::Value;
use std::ffi::c_void;

/// Every closure is one of `make_func`: the call goes straight to its hook.
struct Loopback;

#[repr(C)]
struct Area {
    ctxt: *const c_void,
    frame: *mut u8,
    ret_valid: *mut u8,
    regs: *mut u8,
}

// SAFETY: only make_func closures are called.
unsafe impl Runtime for Loopback {
    unsafe fn reflectcall(&self, func: *const c_void, buffer: *mut u8, _: &CallSizes) -> Result<(), Panic> {
        let mut valid = 0;
        let frame = buffer.wrapping_add(oxigo_reflect::raw::BUFFER_STACK);
        let mut area = Area { ctxt: func, frame, ret_valid: &mut valid, regs: buffer };
        // SAFETY: the words that the stub would hand over.
        unsafe { rust_func_hook((&raw mut area).cast(), || (&raw mut area).cast()) };
        Ok(())
    }
    fn rust_func_stub(&self) -> usize {
        0
    }
}

#[test]
fn arguments_and_results_of_many_shapes() {
    let pair = Type::strukt([("a", Type::int8()), ("b", Type::float32())]);
    let wide = Type::int().array(3);
    let t = FuncType::new(
        [Type::int16(), Type::string(), pair.clone(), wide.clone(), Type::complex128()],
        [wide.clone(), Type::string(), Type::float32(), Type::bool()],
    );
    let f = make_func(&Loopback, t, |args| {
        assert_eq!(args[0].as_int(), Some(-3));
        assert_eq!(args[1].as_str_bytes(), Some(&b"hello"[..]));
        assert_eq!(args[2].field(0).unwrap().as_int(), Some(5));
        assert_eq!(args[4].bytes()[8..], 2f64.to_ne_bytes());
        vec![args[3].clone(), args[1].clone(), args[2].field(1).unwrap(), Value::bool(true)]
    });
    let mut p = Value::zero(&pair);
    p.set_field(0, &Value::int8(5)).unwrap();
    p.set_field(1, &Value::float32(1.25)).unwrap();
    let mut w = Value::zero(&wide);
    w.set_index(2, &Value::int(99)).unwrap();
    let args = [Value::int16(-3), Value::string("hello"), p, w, Value::complex128(1.0, 2.0)];
    let refs: Vec<&Value> = args.iter().collect();
    let got = f.call(&Loopback, &refs).unwrap();
    assert_eq!(got[0].index(2).unwrap().as_int(), Some(99));
    assert_eq!(got[1].as_str_bytes(), Some(&b"hello"[..]));
    assert_eq!((got[2].as_float(), got[3].as_bool()), (Some(1.25), Some(true)));

    let mut results: Vec<Value> = f.typ().results().iter().map(Value::zero).collect();
    let mut buffer = CallBuffer::<16>::new();
    f.call_into(&Loopback, &refs, &mut results, &mut buffer).unwrap();
    assert_eq!(results[0].bytes(), got[0].bytes());
    assert_eq!(
        f.call_into(&Loopback, &refs, &mut results, &mut CallBuffer::<2>::new()),
        Err(CallError::FrameTooLarge)
    );
}

#[test]
fn wrong_use_is_an_error() {
    let t = FuncType::new([Type::int()], []);
    let f = make_func(&Loopback, t.clone(), |_| vec![]);
    let call = |args: &[&Value]| f.call(&Loopback, args).unwrap_err().to_string();
    assert_eq!(call(&[]), "call with too few input arguments: 0, want 1");
    assert_eq!(call(&[&Value::int(1), &Value::int(2)]), "call with too many input arguments: 2, want 1");
    assert_eq!(call(&[&Value::uint(1)]), "call using uint as type int (argument 0)");
    // SAFETY: never called.
    let nil = unsafe { Func::from_closure(t, std::ptr::null()) };
    assert_eq!(nil.call(&Loopback, &[&Value::int(1)]).unwrap_err(), CallError::NilFunc);
    let big = FuncType::new([Type::uint8().array(1 << 31)], []);
    assert_eq!(big.abi().args_size, 1 << 31);
}

#[test]
fn held_values_are_visible() {
    let v = Value::string("x");
    let word = v.bytes().as_ptr() as usize;
    let seen = || {
        let mut n = 0;
        oxigo_reflect::held::each_range(|p, len| n += (p as usize == word && len >= 2) as usize);
        n
    };
    assert_eq!(seen(), 1);
    let moved = v;
    assert_eq!(seen(), 1);
    drop(moved);
    assert_eq!(seen(), 0);
}
