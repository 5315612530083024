//! What calls cost: `cargo run --release -- bench` (docs/ABI.md has the numbers).

use std::hint::black_box;
use std::time::Instant;

use oxigo_host::Host;
use oxigo_reflect::func::CallBuffer;
use oxigo_reflect::value::Value;

use crate::typed::go;

/// Nanoseconds a call, the median of many rounds.
fn time(what: &str, mut call: impl FnMut()) {
    const CALLS: u32 = 2_000;
    let mut rounds: Vec<f64> = (0..301)
        .map(|_| {
            let start = Instant::now();
            (0..CALLS).for_each(|_| call());
            start.elapsed().as_nanos() as f64 / f64::from(CALLS)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{what:<44} {:7.2} ns", rounds[rounds.len() / 2]);
}

/// Measures and prints.
pub fn run(host: Host) {
    let direct: extern "C" fn(isize, isize) -> isize = {
        extern "C" fn add(a: isize, b: isize) -> isize {
            a.wrapping_add(b)
        }
        black_box(add)
    };
    let untyped = host.func("Add").unwrap();
    let (a, b) = (Value::int(3), Value::int(4));
    let mut results = [Value::int(0)];
    let mut buffer = CallBuffer::<0>::new();
    time("Add, a Rust function by pointer", || {
        black_box(direct(black_box(3), black_box(4)));
    });
    time("Add, typed", || {
        black_box(go::add(black_box(3), black_box(4)).unwrap());
    });
    time("Add, call_into", || {
        untyped.call_into(&host, &[&a, &b], &mut results, &mut buffer).unwrap();
    });
    host.hold(|| {
        time("Add, typed, while holding a processor", || {
            black_box(go::add(black_box(3), black_box(4)).unwrap());
        });
        time("Add, call_into, while holding", || {
            untyped.call_into(&host, &[&a, &b], &mut results, &mut buffer).unwrap();
        });
        time("Nothing, typed, while holding", || go::nothing().unwrap());
        time("Halve, four narrow numbers, while holding", || {
            black_box(go::halve(black_box(5), 0.5, 7, true).unwrap());
        });
    });
    time("Upper, two strings in a slice", || {
        black_box(go::upper(&["a", "b"]).unwrap());
    });
    time("Parse, a string and an error that is nil", || {
        black_box(go::parse(black_box("12")).unwrap());
    });
    time("a Rust closure that Go calls", || {
        use std::sync::LazyLock;
        static CLOSURE: LazyLock<oxigo_host::GoFunc<(isize,), (isize,)>> =
            LazyLock::new(|| oxigo_host::GoFunc::new(|(x,): (isize,)| (x,)));
        black_box(oxigo_host::call!("Apply", (&*CLOSURE, 1isize) => (isize,)).unwrap());
    });
}
