//! Calls through a runtime of plain Rust: the "Go code" is a closure that reads the call's words. What passes real
//! registers is tested with the assembly (rt-arch/harness); here the Rust side runs under any checker.

use oxigo_reflect::arch::Arch;
use oxigo_reflect::func::*;
use oxigo_reflect::types::Type;
use oxigo_reflect::value::Value;

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
    let nil = Func::from_value(Value::zero(&Type::func(&t))).unwrap();
    assert_eq!(nil.call(&Loopback, &[&Value::int(1)]).unwrap_err(), CallError::NilFunc);
    let mut none = [];
    let r = nil.call_into(&Loopback, &[&Value::int(1)], &mut none, &mut CallBuffer::<0>::new());
    assert_eq!(r, Err(CallError::NilFunc));
    assert!(Func::from_value(Value::int(1)).is_none());
}

#[test]
fn call_into_refuses_wrong_buffers() {
    let f = make_func(&Loopback, FuncType::new([Type::int()], [Type::int()]), |a| vec![a[0].clone()]);
    let one = Value::int(1);
    let into = |args: &[&Value], results: &mut [Value]| {
        f.call_into(&Loopback, args, results, &mut CallBuffer::<4>::new()).map_err(|e| e.to_string())
    };
    let mut results = vec![Value::int(0)];
    assert_eq!(into(&[&one], &mut results), Ok(()));
    assert_eq!(results[0].as_int(), Some(1));
    assert!(into(&[], &mut results).is_err());
    assert!(into(&[&one, &one], &mut results).is_err());
    assert!(into(&[&Value::float64(1.0)], &mut results).is_err());
    assert_eq!(into(&[&one], &mut []), Err("result buffer 0 does not fit".into()));
    assert_eq!(
        into(&[&one], &mut [Value::int(0), Value::int(0)]),
        Err("result buffer 1 does not fit".into())
    );
    assert_eq!(into(&[&one], &mut [Value::uint(0)]), Err("result buffer 0 does not fit".into()));
    // Nothing was written by the refused calls.
    assert_eq!(results[0].as_int(), Some(1));
}

#[test]
fn frames_too_large_are_an_error_before_anything_is_allocated() {
    let huge = || Type::uint8().array(1 << 31);
    for t in [FuncType::new([huge()], []), FuncType::new([], [huge()])] {
        let f = make_func(&Loopback, t, |_| vec![]);
        assert_eq!(f.call(&Loopback, &[]).unwrap_err(), CallError::FrameTooLarge);
        let r = f.call_into(&Loopback, &[], &mut [], &mut CallBuffer::<8>::new());
        assert_eq!(r, Err(CallError::FrameTooLarge));
    }
}

#[test]
fn types_agree_by_structure_too() {
    let pair = || Type::strukt([("a", Type::int8()), ("b", Type::string())]);
    let f = make_func(&Loopback, FuncType::new([pair()], [pair()]), |a| vec![a[0].clone()]);
    let mut v = Value::zero(&pair());
    v.set_field(1, &Value::string("x")).unwrap();
    let got = f.call(&Loopback, &[&v]).unwrap();
    assert_eq!(got[0].field(1).unwrap().as_str_bytes(), Some(&b"x"[..]));
    let mut out = [Value::zero(&pair())];
    f.call_into(&Loopback, &[&v], &mut out, &mut CallBuffer::<0>::new()).unwrap();
    assert_eq!(out[0].bytes(), v.bytes());
}

#[test]
fn functions_are_values() {
    let t = FuncType::new([], [Type::int()]);
    let f = make_func(&Loopback, t, |_| vec![Value::int(42)]);
    let again = Func::from_value(f.to_value()).unwrap();
    assert_eq!(again.call(&Loopback, &[]).unwrap()[0].as_int(), Some(42));
}

#[test]
fn a_function_of_another_runtime_is_refused() {
    let t = FuncType::new([], []);
    let closure = [0x1234usize];
    // SAFETY: the runtime below looks at the code word only.
    let f = unsafe { Func::from_closure(t, closure.as_ptr().cast()) };
    assert!(matches!(f.call(&Loopback, &[]), Err(CallError::Panic(_))));
}

#[test]
#[should_panic(expected = "struct type too large")]
fn struct_sizes_do_not_wrap() {
    let half = Type::uint8().array(1 << (usize::BITS - 2));
    Type::strukt([("a", half.clone()), ("b", half.clone()), ("c", half.clone()), ("d", half)]);
}

#[test]
#[should_panic(expected = "function type too large")]
fn frame_sizes_do_not_wrap() {
    let half = Type::uint8().array(1 << (usize::BITS - 2));
    FuncType::new([half.clone(), half.clone(), half.clone()], [half]);
}

#[test]
#[should_panic(expected = "more registers than there are")]
fn budgets_stay_within_the_machine() {
    let budget = oxigo_reflect::RegBudget { ints: 200, ..Arch::host().abi_internal() };
    FuncType::with_budget(vec![Type::int()], vec![], false, budget);
}

#[test]
fn held_values_are_visible() {
    let v = Value::string("x");
    let word = v.bytes().as_ptr() as usize;
    let seen = || {
        let mut n = 0;
        oxigo_reflect::held::each_range(|p, len| {
            // SAFETY: ranges in the list are readable.
            let text = unsafe { p.read() };
            n += (p as usize == word && len >= 2 && text != 0) as usize
        });
        n
    };
    assert_eq!(seen(), 1);
    let moved = v;
    assert_eq!(seen(), 1);
    drop(moved);
    assert_eq!(seen(), 0);
}
