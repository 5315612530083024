//! The collector against models: reachability, finalizers, weak pointers, concurrency, memory use.

use super::special::{self, Added, Call};
use super::stats::{BY_SIZE, BySize, MemStats};
use super::testing::{Mutator, PARKED, lock, no_workers, start_workers};
use super::{pacer, state};
use crate::mem::grey::{self, Gcw};
use crate::mem::types::tests::{make, make_array};
use crate::mem::{self, Type, find_object, sizes::PTR};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering::*;

struct Rnd(u64);
impl Rnd {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

fn get(slot: usize) -> usize {
    unsafe { *(slot as *const usize) }
}
fn put(slot: usize, v: usize) {
    unsafe { *(slot as *mut usize) = v }
}

/// Whether an object of the heap starts at `p` and is in use (exact after a complete collection).
fn in_use(p: usize) -> bool {
    find_object(p).is_some_and(|(s, i, data)| data == p && unsafe { !(*s).is_free(i) })
}

fn stats(m: &mut Mutator) -> MemStats {
    let _ = m;
    unsafe {
        // SAFETY: the one thread that could run is this.
        super::flush_caches(&crate::base::stopped::Stopped::new());
        let mut s: MemStats = std::mem::zeroed();
        s.by_size = [BySize { size: 0, mallocs: 0, frees: 0 }; BY_SIZE];
        super::stats::read(&mut s);
        s
    }
}

#[test]
fn random_graphs_match_a_model() {
    let _g = lock();
    no_workers();
    let mut m = Mutator::new();
    let mut rnd = Rnd(88172645463325252);
    // Object shapes: small with bits in the span, with a header, large; arrays.
    let shapes: Vec<(usize, Vec<usize>)> = vec![
        (8, vec![0]),
        (16, vec![1]),
        (48, vec![0, 2, 5]),
        (504, vec![0, 3, 62]),
        (512, vec![63]),
        (1000, vec![1, 100]),
        (8000, vec![0, 999]),
        (40000, vec![0, 4999]),
        (400000, vec![7, 20000, 49999]),
        (32, vec![]),
        (40960, vec![]),
    ];
    let types: Vec<*const Type> = shapes.iter().map(|(s, w)| make(*s, w)).collect();
    for round in 0..30 {
        // Address -> outgoing slots' targets.
        let mut nodes: Vec<(usize, usize)> = vec![];
        let mut edges: HashMap<usize, Vec<usize>> = HashMap::new();
        m.stack.clear();
        for _ in 0..2000 {
            let k = if rnd.below(50) == 0 { 7 + rnd.below(4) } else { rnd.below(7) };
            let noscan = shapes[k].1.is_empty();
            let p = m.alloc(shapes[k].0, if noscan { std::ptr::null() } else { types[k] });
            // Everything is rooted while the graph is being built.
            m.stack.push(p);
            nodes.push((p, k));
            for w in &shapes[k].1 {
                assert_eq!(get(p + w * PTR), 0, "not zeroed");
                if rnd.below(3) > 0 {
                    let (q, qk) = nodes[rnd.below(nodes.len())];
                    // Interior pointers count as well.
                    put(p + w * PTR, q + rnd.below(shapes[qk].0));
                    edges.entry(p).or_default().push(q);
                }
            }
            // Must never be taken for a pointer, whatever was there before.
            if let Some(w) = (0..shapes[k].0 / PTR).find(|w| !shapes[k].1.contains(w)) {
                assert!(noscan || get(p + w * PTR) == 0, "not zeroed");
                put(p + w * PTR, nodes[0].0);
            }
        }
        let roots: Vec<usize> = (0..1 + rnd.below(6)).map(|_| nodes[rnd.below(nodes.len())].0).collect();
        m.stack = roots.clone();
        let mut live = HashSet::new();
        let mut work = roots;
        while let Some(p) = work.pop() {
            if live.insert(p) {
                work.extend(edges.get(&p).into_iter().flatten());
            }
        }
        m.gc();
        for (p, k) in &nodes {
            assert_eq!(in_use(*p), live.contains(p), "round {round}, shape {k}");
        }
    }
}

#[test]
fn arrays_and_big_masks() {
    let _g = lock();
    no_workers();
    let mut m = Mutator::new();
    let elem = make(24, &[1]);
    let big = make_array(elem, 1000);
    for (t, n) in [(elem, 3), (elem, 21), (elem, 40), (elem, 2000), (elem, 50000), (big, 1), (big, 20)] {
        let size = unsafe { (*t).size } * n;
        let a = m.alloc(size, t);
        m.stack.push(a);
        let mut kids = vec![];
        for i in 0..size / 24 {
            let kid = m.alloc(32, std::ptr::null());
            put(a + i * 24 + 8, kid);
            kids.push(kid);
        }
        m.gc();
        assert!(kids.iter().all(|k| in_use(*k)));
        put(a + 8, 0);
        m.gc();
        assert!(!in_use(kids[0]) && kids[1..].iter().all(|k| in_use(*k)));
        m.stack.clear();
        m.gc();
        assert!(!in_use(a) && kids.iter().all(|k| !in_use(*k)));
    }
}

#[test]
fn tiny_values_share_and_survive() {
    let _g = lock();
    no_workers();
    let mut m = Mutator::new();
    let a = m.alloc(3, std::ptr::null());
    let b = m.alloc(4, std::ptr::null());
    assert_eq!((a / 16, b % 4), (b / 16, 0));
    m.stack.push(b);
    m.gc();
    assert!(in_use(a));
    let c = m.alloc(8, std::ptr::null());
    assert_eq!(c % 8, 0);
    m.stack.clear();
    m.gc();
    assert!(!in_use(a));
}

#[test]
fn garbage_needs_little_memory() {
    let _g = lock();
    no_workers();
    let mut m = Mutator::new();
    m.gc();
    mem::scavenge_all();
    let before = stats(&mut m);
    let t = make(64, &[0]);
    for i in 0..2_000_000 {
        let p = m.alloc(64, t);
        put(p, p);
        if i % 4000 == 0 {
            m.alloc(1 << 20, std::ptr::null());
        }
    }
    let after = stats(&mut m);
    let grown = (after.heap_sys - after.heap_released).saturating_sub(before.heap_sys - before.heap_released);
    assert!(grown < 16 << 20, "{grown} bytes");
    assert!(after.num_gc > before.num_gc + 20);
    assert_eq!(after.mallocs - before.mallocs, 2_000_500);
    m.gc();
    let end = stats(&mut m);
    assert!(end.heap_alloc < before.heap_alloc + 4096, "{} {}", end.heap_alloc, before.heap_alloc);
    assert_eq!(
        end.mallocs - before.mallocs,
        end.frees - before.frees + end.heap_objects - before.heap_objects
    );
}

fn call(func: usize, arg: usize) -> Call {
    Call { func, arg, nret: 0, fint: std::ptr::null(), ot: std::ptr::null() }
}

#[test]
fn finalizers_in_order_with_resurrection() {
    let _g = lock();
    no_workers();
    let mut m = Mutator::new();
    let t = make(16, &[0]);
    let (a, b, f) = (m.alloc(16, t), m.alloc(16, t), m.alloc(32, std::ptr::null()));
    put(a, b);
    unsafe {
        assert!(special::add_finalizer(a, call(f, a)) == Added::Yes);
        assert!(special::add_finalizer(a, call(f, a)) == Added::Already);
        assert!(special::add_finalizer(b, call(f, b)) == Added::Yes);
        assert!(special::add_finalizer(&raw const m as usize, call(f, 0)) == Added::NotHeap);
        let weak = special::weak_handle(&mut *m.cache, a);
        m.stack.push(weak as usize);
        assert_eq!(special::make_strong(&mut *m.cache, weak), a);
        m.gc();
        // Only a is due; b is reachable from it, and the closure is still needed.
        assert!(special::next_finalizer().is_some_and(|c| c.arg == a && c.func == f));
        assert!(special::next_finalizer().is_none());
        assert!(in_use(a) && in_use(b) && in_use(f));
        assert_eq!(special::make_strong(&mut *m.cache, weak), 0);
        m.gc();
        assert!(special::next_finalizer().is_some_and(|c| c.arg == b));
        assert!(!in_use(a) && in_use(b));
        m.gc();
        assert!(!in_use(b) && !in_use(f) && special::next_finalizer().is_none());
        // A queued finalizer keeps its object; a removed one never comes.
        let f = m.alloc(32, std::ptr::null());
        let c = m.alloc(16, t);
        special::add_finalizer(c, call(f, c));
        special::remove_finalizer(c);
        let d = m.alloc(16, t);
        special::add_finalizer(d, call(f, d));
        m.gc();
        m.gc();
        assert!(!in_use(c) && in_use(d));
        assert!(special::next_finalizer().is_some_and(|c| c.arg == d));
    }
}

#[test]
fn cleanups_and_weak_pointers() {
    let _g = lock();
    no_workers();
    let mut m = Mutator::new();
    let t = make(16, &[0]);
    let (a, f1, f2) = (m.alloc(16, t), m.alloc(32, std::ptr::null()), m.alloc(32, std::ptr::null()));
    unsafe {
        special::add_cleanup(a, f1);
        let id = special::add_cleanup(a, f2);
        special::remove_cleanup(a, id);
        let h = special::weak_handle(&mut *m.cache, a);
        assert_eq!(special::weak_handle(&mut *m.cache, a), h);
        assert_ne!(special::weak_handle(&mut *m.cache, a + 8), h);
        let global = &raw const t as usize;
        assert_eq!(special::weak_handle(&mut *m.cache, global), special::weak_handle(&mut *m.cache, global));
        assert_eq!(special::make_strong(&mut *m.cache, special::weak_handle(&mut *m.cache, global)), global);
        m.stack = vec![a, h as usize];
        m.gc();
        assert!(special::next_cleanup().is_none());
        assert_eq!(special::make_strong(&mut *m.cache, h), a);
        m.stack.remove(0);
        m.gc();
        assert_eq!(special::make_strong(&mut *m.cache, h), 0);
        assert!(!in_use(a) && in_use(f1) && !in_use(f2));
        assert!(special::next_cleanup().is_some_and(|c| c.func == f1));
        assert!(special::next_cleanup().is_none());
        m.gc();
        assert!(!in_use(f1));
    }
}

/// Threads that build, move and check linked structures while workers mark: every list node
/// carries a checksum, so that a node freed too early shows as soon as its memory is reused.
fn mutate(threads: u64, ops: usize) {
    let cycles = super::cycles();
    let hs: Vec<_> = (0..threads)
        .map(|seed| {
            std::thread::spawn(move || {
                let mut m = Mutator::new();
                let mut rnd = Rnd(seed * 7919 + 12345);
                let node = make(40, &[0, 1]);
                let table_t = make(8, &[0]);
                const N: usize = 300;
                let table = m.alloc(N * 8, table_t);
                m.stack.push(table);
                for i in 0..ops {
                    m.safepoint();
                    let (x, y) = (table + rnd.below(N) * 8, table + rnd.below(N) * 8);
                    match rnd.below(10) {
                        // Push a node on list x; it may point to y's list too.
                        0..=3 => {
                            let p = m.alloc(40, node);
                            m.store(p, get(x));
                            m.store(p + 8, get(y));
                            put(p + 16, p ^ 0x5aa5);
                            m.store(x, p);
                        }
                        // Move a list: the only pointer travels.
                        4 => {
                            let p = get(x);
                            m.store(x, 0);
                            m.stack.push(p);
                            m.store(y, p);
                            m.stack.pop();
                        }
                        // Cut.
                        5 => {
                            if rnd.below(4) == 0 {
                                m.store(x, 0)
                            }
                        }
                        // Walk and check.
                        6 => {
                            let (mut p, mut n) = (get(x), 0);
                            while p != 0 && n < 60 {
                                assert_eq!(get(p + 16), p ^ 0x5aa5, "thread {seed}, step {i}");
                                p = get(p + rnd.below(2) * 8);
                                n += 1;
                            }
                            // Keep lists short.
                            if n == 60 {
                                m.store(x, 0)
                            }
                        }
                        // A weak pointer to x's first node, on the stack below the table.
                        7 if get(x) != 0 => unsafe {
                            let h = special::weak_handle(&mut *m.cache, get(x)) as usize;
                            if m.stack.len() < 200 {
                                m.stack.push(h)
                            } else {
                                let at = 1 + rnd.below(199);
                                m.stack[at] = h
                            }
                        },
                        // Gone, or as it was; a strong pointer from it stays good.
                        8 if m.stack.len() > 1 => unsafe {
                            let h = m.stack[1 + rnd.below(m.stack.len() - 1)];
                            let p = special::make_strong(&mut *m.cache, h as *mut usize);
                            if p != 0 {
                                assert_eq!(get(p + 16), p ^ 0x5aa5, "thread {seed}, step {i}: weak");
                                m.store(x, p);
                            }
                        },
                        // An object with a cleanup or a finalizer.
                        9 if rnd.below(20) == 0 => unsafe {
                            let p = m.alloc(40, node);
                            m.store(p, get(x));
                            if i % 2 == 0 {
                                special::add_cleanup(p, table);
                            } else {
                                special::add_finalizer(p, call(table, p));
                            }
                        },
                        _ => {
                            m.alloc(1 + rnd.below(3000), std::ptr::null());
                        }
                    }
                    if i % 64 == 0 {
                        special::next_cleanup();
                        if let Some(c) = special::next_finalizer() {
                            // What it keeps must still be there.
                            let p = get(c.arg);
                            assert!(
                                p == 0 || get(p + 16) == p ^ 0x5aa5,
                                "thread {seed}, step {i}: finalizer"
                            );
                        }
                    }
                }
            })
        })
        .collect();
    for h in hs {
        h.join().unwrap();
    }
    // Leave nothing behind for other tests.
    let mut m = Mutator::new();
    for _ in 0..4 {
        m.gc();
        while special::next_finalizer().is_some() || special::next_cleanup().is_some() {}
    }
    assert!(super::cycles() > cycles + 3, "{} cycles", super::cycles() - cycles);
}

#[test]
fn concurrent_marking_keeps_what_is_reachable() {
    let _g = lock();
    no_workers();
    mutate(3, 150_000);
    start_workers(2);
    mutate(3, 300_000);
    no_workers();
}

#[test]
fn stress_mode_collects_at_each_slow_allocation() {
    let _g = lock();
    no_workers();
    state().stress.store(true, Relaxed);
    mutate(2, 4000);
    state().stress.store(false, Relaxed);
}

#[test]
fn settings() {
    let _g = lock();
    no_workers();
    let mut m = Mutator::new();
    m.gc();
    assert_eq!(pacer::set_percent(-1), 100);
    assert_eq!(pacer::goal(), usize::MAX);
    let n = super::cycles();
    for _ in 0..20 {
        m.alloc(1 << 20, std::ptr::null());
    }
    assert_eq!(super::cycles(), n);
    assert_eq!(pacer::set_limit(8 << 20), i64::MAX);
    for _ in 0..20 {
        m.alloc(1 << 20, std::ptr::null());
    }
    assert!(super::cycles() > n);
    assert_eq!(pacer::set_limit(i64::MAX), 8 << 20);
    assert_eq!(pacer::set_percent(100), -1);
    m.gc();
    assert!(unsafe { super::free_os_memory(&mut *m.cache) });
    let s = stats(&mut m);
    assert_eq!(s.heap_idle, s.heap_released);
}

/// Not a test of correctness: `cargo test --release trees -- --ignored --nocapture`.
#[test]
#[ignore = "measures speed"]
fn binary_trees_speed() {
    let _g = lock();
    state().verify.store(false, Relaxed);
    for workers in [0, 1] {
        if workers > 0 {
            start_workers(workers);
        }
        let mut m = Mutator::new();
        let t = make(16, &[0, 1]);
        fn build(m: &mut Mutator, t: *const Type, depth: usize) -> usize {
            // The node under construction is on the "stack".
            let p = m.alloc(16, t);
            m.stack.push(p);
            if depth > 0 {
                let l = build(m, t, depth - 1);
                put(p, l);
                let r = build(m, t, depth - 1);
                put(p + 8, r);
            }
            m.stack.pop();
            p
        }
        fn count(p: usize) -> usize {
            if get(p) == 0 { 1 } else { 1 + count(get(p)) + count(get(p + 8)) }
        }
        let start = std::time::Instant::now();
        let cycles = super::cycles();
        let long = build(&mut m, t, 20);
        m.stack.push(long);
        let mut nodes = count(long);
        for _ in 0..64 {
            let p = build(&mut m, t, 16);
            m.stack.push(p);
            nodes += count(p);
            m.stack.pop();
        }
        let s = stats(&mut m);
        println!(
            "{workers} workers: {nodes} nodes, {:?}, {} cycles, pauses {} us, heap {} MB",
            start.elapsed(),
            super::cycles() - cycles,
            s.pause_total_ns / 1000,
            s.heap_sys >> 20
        );
        let begin = std::time::Instant::now();
        m.gc();
        println!("complete collection of {} MB: {:?}", (count(long) * 16) >> 20, begin.elapsed());
    }
    state().verify.store(true, Relaxed);
    no_workers();
}

#[test]
fn queues_lose_nothing() {
    let _g = lock();
    let (mut a, mut b) = (Gcw::new(), Gcw::new());
    let mut sum = 0usize;
    for i in 1..=2000 {
        a.push(i);
        sum += i;
        if i % 700 == 0 {
            a.share();
        }
    }
    for _ in 0..300 {
        sum -= a.pop();
    }
    a.flush();
    loop {
        match b.pop() {
            0 => break,
            p => sum -= p,
        }
    }
    b.flush();
    assert_eq!(sum, 0);
    assert!(!grey::available());
}

#[test]
fn goroutines_that_do_not_run_are_roots() {
    let _g = lock();
    no_workers();
    let mut m = Mutator::new();
    let t = make(16, &[1]);
    let kept: Vec<usize> = (0..20).map(|_| m.alloc(16, t)).collect();
    for (i, &p) in kept.iter().enumerate() {
        put(p + PTR, m.alloc(16, t));
        PARKED.lock().unwrap().push((if i % 3 == 0 { vec![] } else { vec![p] }, 0));
    }
    let behind: Vec<usize> = kept.iter().map(|&p| get(p + PTR)).collect();
    m.gc();
    for i in 0..kept.len() {
        assert_eq!((in_use(kept[i]), in_use(behind[i])), (i % 3 != 0, i % 3 != 0), "{i}");
    }
    let parked = std::mem::take(&mut *PARKED.lock().unwrap());
    assert!(parked.iter().all(|(_, times)| *times == 1));
}
