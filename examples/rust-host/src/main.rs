//! Rust that links Go. First by bindings (`typed`), then as whoever knows nothing of the Go package would have it: functions by
//! name, values both ways, panics as errors, closures of Rust's in Go's hands. What it prints is checked by the toolchain's tests.

mod bench;
mod typed;

use oxigo_host::Host;
use oxigo_reflect::func::{CallBuffer, CallError, Func, FuncType, make_func};
use oxigo_reflect::gotype::{GoString, GoType};
use oxigo_reflect::types::Type;
use oxigo_reflect::value::Value;

/// Go's `Point`; a derived struct has the same layout or does not compile.
#[derive(Clone, Copy, Debug, GoType)]
#[repr(C)]
struct Point {
    x: i32,
    y: i32,
    label: GoString,
}

/// Go's `Small`, four values narrower than a register.
#[derive(Clone, Copy, Debug, GoType)]
#[repr(C)]
struct Small {
    a: u8,
    b: bool,
    c: i16,
    d: f32,
}

fn main() {
    let go = Host::start();
    typed::show().unwrap();
    let func = |name: &str| go.func(name).unwrap_or_else(|| panic!("no Go function {name}"));
    let call = |name: &str, args: &[&Value]| func(name).call(&go, args);
    let one = |name: &str, args: &[&Value]| call(name, args).unwrap().remove(0);
    let text = |v: &Value| String::from_utf8_lossy(v.as_str_bytes().unwrap()).into_owned();

    // Types are read from the Go program.
    println!("Add is {}, Scale is {}", func("Add").typ(), func("Scale").typ());
    println!("Add(3, 4) = {:?}", one("Add", &[&Value::int(3), &Value::int(4)]));
    println!("Started() = {}", text(&one("Started", &[])));

    // A Rust struct goes in and comes out.
    let p = Point { x: 3, y: -4, label: GoString::new("p") };
    // SAFETY: its text lives forever.
    let scaled = one("Scale", &[&unsafe { Value::of_pointers(&p) }, &Value::float64(2.5)]);
    let q: Point = scaled.get().unwrap();
    // SAFETY: held by `scaled`.
    println!("Scale = {} {} {:?}", q.x, q.y, std::str::from_utf8(unsafe { q.label.as_bytes() }));

    let small = Value::of(&Small { a: 200, b: false, c: -300, d: 0.75 });
    println!("Turn = {:?}", one("Turn", &[&small, &Value::bool(true), &small]).get::<Small>().unwrap());

    // What Rust holds survives collections.
    let words = one("Words", &[&Value::string("the quick brown fox jumps")]);
    for _ in 0..3 {
        call("Garbage", &[&Value::int(20_000)]).unwrap();
        call("Collect", &[]).unwrap();
    }
    go.collect();
    println!("Join(Words) = {}", text(&one("Join", &[&words])));

    // Panics are errors, deferred functions have run.
    let failed = |r: Result<Vec<Value>, CallError>| r.map(|_| ()).unwrap_err();
    println!("Divide: {}", failed(call("Divide", &[&Value::int(1), &Value::int(0)])));
    println!("Divide(7, 2) = {:?}", one("Divide", &[&Value::int(7), &Value::int(2)]));
    println!("Divisions() = {:?}", one("Divisions", &[]));
    println!("Fail: {}", failed(call("Fail", &[&Value::string("tails")])));
    let nil = Value::zero(&func("Deref").typ().params()[0]);
    println!("Deref(nil): {}", failed(call("Deref", &[&nil])));
    println!("Faults(20) = {:?}", one("Faults", &[&Value::int(20)]));
    println!("Recovered() = {}", text(&one("Recovered", &[])));
    println!("Exit: {}", failed(call("Exit", &[])));

    // Wrong use is an error, too.
    println!("{}", failed(call("Add", &[&Value::int(1)])));
    println!("{}", failed(call("Add", &[&Value::int(1), &Value::string("2")])));

    // A Rust closure as a Go func value, which calls Go again.
    let int_to_int = FuncType::new([Type::int()], [Type::int()]);
    let (add, host) = (func("Add"), go);
    let double = make_func(&go, int_to_int, move |args| add.call(&host, &[&args[0], &args[0]]).unwrap());
    println!("Apply = {:?}", one("Apply", &[&double.to_value(), &Value::int(200)]));
    println!("Elsewhere = {:?}", one("Elsewhere", &[&double.to_value(), &Value::int(21)]));

    // Callees that park, and that need a lot of stack.
    println!("Wait(50) = {:?}", one("Wait", &[&Value::int(50)]));
    println!("Recurse(4000) = {:?}", one("Recurse", &[&Value::int(4_000)]));
    let adder = Func::from_value(one("Adder", &[&Value::int(5)])).unwrap();
    go.collect();
    println!("Adder(5)(37) = {:?}", adder.call(&go, &[&Value::int(37)]).unwrap()[0]);

    // Other threads of the host.
    let sums: Vec<i64> = std::thread::scope(|s| {
        let threads: Vec<_> = (0..8).map(|i| s.spawn(move || one_thread(go, i))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    println!("threads: {sums:?}");

    // Many cheap calls: no allocation.
    let (add, one) = (func("Add"), Value::int(1));
    let mut results = [Value::int(0)];
    let mut buffer = CallBuffer::<0>::new();
    for _ in 0..10_000 {
        add.call_into(&go, &[&one, &one], &mut results, &mut buffer).unwrap();
    }
    println!("done: {:?}", results[0]);
    if std::env::args().any(|a| a == "bench") {
        bench::run(go);
    }
}

/// Calls that park and allocate, on a thread of its own.
fn one_thread(go: Host, i: isize) -> i64 {
    let add = go.func("Add").unwrap();
    let mut sum = Value::int(0);
    for k in 0..200 {
        sum = add.call(&go, &[&sum, &Value::int(i * k)]).unwrap().remove(0);
        if k % 50 == 0 {
            go.func("Wait").unwrap().call(&go, &[&Value::int(3)]).unwrap();
            go.func("Garbage").unwrap().call(&go, &[&Value::int(500)]).unwrap();
        }
    }
    sum.as_int().unwrap()
}
