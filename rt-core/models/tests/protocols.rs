//! Models of the scheduler's handshakes, and a test for each step of them that leaves it out.

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::*};
use loom::sync::{Arc, Mutex, MutexGuard};
use loom::thread;
use rt_models::base::seam::UNDO;
use rt_models::protocol::Step;
use rt_models::protocol::claim::Claim;
use rt_models::protocol::idle::{Around, Idle};
use rt_models::protocol::mail::Mail;
use rt_models::protocol::park::Parker;
use rt_models::protocol::runq::RunQueue;
use rt_models::protocol::stop::{Stop, pstatus, take_from_syscall};
use rt_models::protocol::want::Wanting;
use rt_models::protocol::watch::{Armed, Firsts, Watch};
use std::cell::RefCell;
use std::process::Command;

/// The model holds, in all orders.
fn holds(model: impl Fn() + Sync + Send + 'static) {
    holds_within(3, model);
}

/// The same of a model with so many steps that fewer preemptions have to do, where `LOOM_MAX_PREEMPTIONS` does not say more.
fn holds_within(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut b = loom::model::Builder::new();
    b.preemption_bound = b.preemption_bound.or(Some(preemptions));
    b.check(model);
}

/// Without the step the test `model` fails: in a process of its own, since a model that gets stuck aborts.
fn needs(step: Step, model: &str) {
    let me = std::env::current_exe().unwrap();
    let out = Command::new(me).args(["--exact", model]).env(UNDO, (step as u8).to_string()).output().unwrap();
    assert!(!out.status.success(), "{model} holds without {step:?}");
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(text.contains("running 1 test"), "no test {model}: {text}");
}

/// The scheduler around the counts: idle Ps by number, a queue, the threads that were woken to look for work.
struct World {
    idle: Idle,
    watch: Watch,
    list: Mutex<RefCell<Vec<usize>>>,
    queue: RunQueue,
    started: AtomicU32,
    deep_sleep: AtomicU32,
    woken: AtomicU32,
}

impl World {
    fn new(idle_ps: &[usize], spinning: u32) -> Arc<World> {
        Arc::new(World {
            idle: Idle::from(AtomicU32::new(idle_ps.len() as u32), AtomicU32::new(spinning)),
            watch: Watch::from(AtomicU64::new(1), AtomicU64::new(0)),
            list: Mutex::new(RefCell::new(idle_ps.to_vec())),
            queue: RunQueue::default(),
            started: AtomicU32::new(0),
            deep_sleep: AtomicU32::new(0),
            woken: AtomicU32::new(0),
        })
    }

    fn rest(&self, p: usize, spinning: bool) -> Option<usize> {
        self.idle.rest(&self, p, spinning, self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, RefCell<Vec<usize>>> {
        self.list.lock().unwrap()
    }
}

impl<'a> Around for &'a World {
    type P = usize;
    type Guard = MutexGuard<'a, RefCell<Vec<usize>>>;
    fn lock(&self) -> Self::Guard {
        self.list.lock().unwrap()
    }
    fn push(&self, p: usize, l: &Self::Guard) {
        l.borrow_mut().push(p);
    }
    fn pop(&self, l: &Self::Guard) -> Option<usize> {
        l.borrow_mut().pop()
    }
    fn taken(&self) {
        if self.deep_sleep.load(Relaxed) != 0 {
            self.woken.store(1, Relaxed);
        }
    }
    fn stopping(&self, _: &Self::Guard) -> bool {
        false
    }
    fn work(&self) -> bool {
        !self.queue.is_empty()
    }
    fn start(&self, _: usize) {
        self.started.fetch_add(1, Relaxed);
    }
}

// ---- sleep and wake

/// Work is made while a thread gives its P up: one of the two sees the other.
fn work_meets_rest(spinning: bool) {
    let w = World::new(&[], spinning as u32);
    let maker = thread::spawn({
        let w = w.clone();
        move || {
            w.queue.put(7);
            w.idle.wake(&&*w);
        }
    });
    let again = w.rest(1, spinning);
    maker.join().unwrap();
    assert!(again.is_some() || w.started.load(Relaxed) == 1, "work, an idle P, and nobody looks");
}

#[test]
fn work_meets_rest_after_looking() {
    holds(|| work_meets_rest(true));
}

#[test]
fn work_meets_rest_without_looking() {
    holds(|| work_meets_rest(false));
}

#[test]
fn work_needs_its_steps() {
    for step in [Step::WakeFence, Step::RestFence, Step::RestLook, Step::RestPutFirst] {
        needs(step, "work_meets_rest_after_looking");
        needs(step, "work_meets_rest_without_looking");
    }
}

/// Somebody counts a thread for a P that is taken by then. That P becomes idle again, and work is made.
#[test]
fn a_claim_fails() {
    holds(|| {
        let w = World::new(&[1], 0);
        let waker = thread::spawn({
            let w = w.clone();
            move || w.idle.wake(&&*w)
        });
        let maker = thread::spawn({
            let w = w.clone();
            move || {
                w.queue.put(7);
                w.idle.wake(&&*w);
            }
        });
        let mine = {
            let l = w.lock();
            w.idle.take(&&*w, &l)
        };
        let again = mine.and_then(|p| w.rest(p, false));
        waker.join().unwrap();
        maker.join().unwrap();
        assert!(again.is_some() || w.started.load(Relaxed) >= 1, "work, an idle P, and nobody looks");
    });
}

#[test]
fn a_failed_claim_is_taken_back_under_the_lock() {
    needs(Step::UnclaimLocked, "a_claim_fails");
}

/// A thread that looks for work takes some, while more is made by one that counts on it.
#[test]
fn more_work_than_one() {
    holds(|| {
        let w = World::new(&[1], 1);
        w.queue.put(7);
        let taker = thread::spawn({
            let w = w.clone();
            move || {
                let mine = RunQueue::default();
                assert!(w.queue.steal_to(&mine, || true) != 0);
                w.idle.found(&&*w);
                (0..).take_while(|_| mine.pop() != 0).count()
            }
        });
        w.queue.put(8);
        w.idle.wake(&&*w);
        let stolen = taker.join().unwrap();
        let left = stolen != 0 || !w.queue.is_empty();
        assert!(!left || w.started.load(Relaxed) >= 1, "work, an idle P, and nobody looks");
    });
}

#[test]
fn who_finds_work_has_another_look() {
    needs(Step::FoundWakes, "more_work_than_one");
}

/// The monitor goes to its deep sleep while a P is taken.
#[test]
fn monitor_sleeps() {
    holds(|| {
        let w = World::new(&[1], 0);
        let monitor = thread::spawn({
            let w = w.clone();
            move || {
                w.deep_sleep.store(1, Relaxed);
                w.idle.all_rest(1)
            }
        });
        {
            let l = w.lock();
            w.idle.take(&&*w, &l);
        }
        let sleeps = monitor.join().unwrap();
        assert!(!sleeps || w.woken.load(Relaxed) == 1, "a P runs, and the monitor sleeps");
    });
}

#[test]
fn the_monitor_is_woken() {
    needs(Step::TakeFence, "monitor_sleeps");
    needs(Step::DeepFence, "monitor_sleeps");
}

// ---- the poller

/// A timer for 5 is armed, `before` is the first one until then, while a thread goes to the poller.
fn timer_meets_sleeper(before: &[u64]) {
    let w = World::new(&[], 0);
    let next = Arc::new(AtomicU64::new(before[0]));
    let armer = thread::spawn({
        let (w, next, later) = (w.clone(), next.clone(), before[1..].to_vec());
        move || {
            for t in later {
                next.store(t, Release);
            }
            next.store(5, Release);
            w.watch.armed(5, || next.load(Acquire))
        }
    });
    assert!(w.watch.enter());
    let until = w.watch.settle(|| next.load(Acquire));
    let knows = until != 0 && until <= 5;
    let armed = armer.join().unwrap();
    assert!(knows || armed == Armed::WakePoller, "sleeps until {until}, {armed:?}");
}

#[test]
fn first_timer() {
    holds(|| timer_meets_sleeper(&[0]));
}

#[test]
fn timer_after_one_that_went_off() {
    holds(|| timer_meets_sleeper(&[3, 0]));
}

#[test]
fn timer_before_another() {
    holds(|| timer_meets_sleeper(&[9]));
}

/// Timers are armed in one set, the earliest for `when`, while a thread takes away the first of another, or of the same, and goes to the poller.
fn timers_meet_taker(armed: &[(usize, u64)], there: u64, taken: impl Fn(&Firsts<2>)) {
    let w = World::new(&[], 0);
    let firsts = Arc::new(Firsts::from([AtomicU64::new(0), AtomicU64::new(there)]));
    let armer = thread::spawn({
        let (w, firsts, armed) = (w.clone(), firsts.clone(), armed.to_vec());
        move || {
            for &(set, when) in &armed {
                firsts.set(set, when);
            }
            let when = armed.iter().map(|a| a.1).min().unwrap();
            w.watch.armed(when, || firsts.first())
        }
    });
    taken(&firsts);
    assert!(w.watch.enter());
    let until = w.watch.settle(|| firsts.first());
    let told = armer.join().unwrap();
    let first = firsts.first();
    let knows = until != 0 && until <= first;
    assert!(first == 0 || knows || told == Armed::WakePoller, "sleeps until {until}, {told:?}");
}

#[test]
fn timer_behind_one_of_another_set() {
    holds(|| timers_meet_taker(&[(0, 5)], 3, |firsts| firsts.set(1, 0)));
}

#[test]
fn timer_before_one_of_another_set() {
    holds(|| timers_meet_taker(&[(0, 5)], 9, |firsts| firsts.set(1, 0)));
}

#[test]
fn two_timers_of_which_one_is_gone() {
    holds(|| {
        timers_meet_taker(&[(0, 5), (1, 9)], 0, |firsts| {
            if firsts.of(0) == 5 {
                firsts.set(0, 0);
            }
        })
    });
}

#[test]
fn timers_need_their_steps() {
    needs(Step::ArmFence, "timer_behind_one_of_another_set");
    needs(Step::SettleFence, "timer_behind_one_of_another_set");
    needs(Step::ArmRest, "two_timers_of_which_one_is_gone");
    needs(Step::ArmFence, "first_timer");
    needs(Step::SettleFence, "first_timer");
    needs(Step::SettleAsSaid, "timer_after_one_that_went_off");
}

/// The thread in the poller comes back while the last P is given up.
#[test]
fn poller_is_handed_over() {
    holds(|| {
        let w = World::new(&[], 0);
        assert!(w.watch.enter());
        let back = thread::spawn({
            let w = w.clone();
            move || w.watch.leave(9, &w.idle, &&*w)
        });
        let there = w.rest(1, false).is_none() && w.watch.enter();
        let has_p = back.join().unwrap().is_some();
        assert!(there || has_p, "a P idles, and nobody is in the poller");
    });
}

#[test]
fn somebody_is_in_the_poller() {
    needs(Step::LeaveFirst, "poller_is_handed_over");
}

/// A P is left for a thread to come, while the only one that could goes to the poller.
#[test]
fn wanted_meets_sleeper() {
    holds(|| {
        let w = World::new(&[], 0);
        let wanting = Arc::new(Wanting::from(AtomicU32::new(0)));
        let leaver = thread::spawn({
            let (w, wanting) = (w.clone(), wanting.clone());
            move || {
                {
                    let _l = w.lock();
                    wanting.left();
                }
                wanting.fetches(&w.watch)
            }
        });
        assert!(w.watch.enter());
        let sleeps = !wanting.any();
        let fetched = leaver.join().unwrap();
        assert!(!sleeps || fetched, "a P is left, and the thread for it sleeps in the poller");
    });
}

#[test]
fn who_is_wanted_comes() {
    needs(Step::LeaveFence, "wanted_meets_sleeper");
    needs(Step::EnterFence, "wanted_meets_sleeper");
}

// ---- sleeping places

#[test]
fn parked() {
    holds(|| {
        let p = Arc::new((Parker::default(), AtomicU32::new(0)));
        let waker = thread::spawn({
            let p = p.clone();
            move || {
                p.1.store(7, Relaxed);
                p.0.unpark();
            }
        });
        p.0.park();
        assert_eq!(p.1.load(Relaxed), 7);
        waker.join().unwrap();
    });
}

#[test]
fn parked_threads_wake() {
    needs(Step::UnparkAfter, "parked");
}

// ---- signals

const SIGNAL: u32 = 5;

/// The mail, and what the receiver has got.
struct Post {
    mail: Mail,
    got: AtomicU32,
    arrived: Parker,
    over: AtomicU32,
}

impl Post {
    fn new() -> Arc<Post> {
        let two = || [AtomicU32::new(0), AtomicU32::new(0)];
        let mail = Mail::from(two(), two(), two(), AtomicUsize::new(0));
        mail.want(SIGNAL);
        Arc::new(Post { mail, got: AtomicU32::new(0), arrived: Parker::default(), over: AtomicU32::new(0) })
    }

    /// The forwarder, which hands over until it is told that all is over.
    fn forward(&self, hand: impl Fn(u32)) {
        loop {
            let (seen, pending) = self.mail.look();
            if self.over.load(Acquire) != 0 {
                return;
            }
            if pending && let Some((_, sig)) = self.mail.take() {
                hand(sig);
            }
            self.mail.sleep(seen);
        }
    }

    fn end(&self) {
        self.over.store(1, Release);
        self.mail.want(SIGNAL);
        self.mail.deliver(SIGNAL);
    }
}

/// A signal comes while its receiver is about to wait.
#[test]
fn signal_meets_receiver() {
    holds_within(2, || {
        let p = Post::new();
        let handler = thread::spawn({
            let p = p.clone();
            move || assert!(p.mail.deliver(SIGNAL))
        });
        let forwarder = thread::spawn({
            let p = p.clone();
            move || {
                p.forward(|sig| {
                    p.got.store(sig, Relaxed);
                    p.arrived.unpark();
                })
            }
        });
        let mut sig = p.mail.receive();
        if sig == 0 {
            p.mail.wait(1);
            p.arrived.park();
            sig = p.got.load(Relaxed);
        }
        assert_eq!(sig, SIGNAL);
        handler.join().unwrap();
        p.end();
        forwarder.join().unwrap();
    });
}

/// A signal comes while it is wanted no more: whoever finds nothing on its way has got it, or never will.
#[test]
fn signal_meets_stop() {
    holds(|| {
        let p = Post::new();
        p.mail.wait(1);
        let handler = thread::spawn({
            let p = p.clone();
            move || p.mail.deliver(SIGNAL)
        });
        let forwarder = thread::spawn({
            let p = p.clone();
            move || {
                p.forward(|sig| {
                    // The receiver deals with it, and waits again.
                    p.got.store(sig, Relaxed);
                    p.mail.wait(1);
                })
            }
        });
        p.mail.unwant(SIGNAL);
        let (idle, got) = (p.mail.is_idle(), p.got.load(Relaxed));
        let delivered = handler.join().unwrap();
        assert!(!idle || !delivered || got == SIGNAL, "taken, and on its way to nobody");
        p.end();
        forwarder.join().unwrap();
    });
}

#[test]
fn signals_need_their_steps() {
    needs(Step::WaitBumps, "signal_meets_receiver");
    for step in [Step::DeliverFence, Step::IdleFence, Step::TakeReceiverFirst] {
        needs(step, "signal_meets_stop");
    }
}

// ---- goroutines that do not run

/// What hangs off a goroutine: where its frame is now, and two frames, of which a scan moves it from the first to the second.
struct Parked {
    claim: Claim,
    at: UnsafeCell<usize>,
    frames: [UnsafeCell<u32>; 2],
}

// SAFETY: what the model is about: loom sees it if two are at it.
unsafe impl Sync for Parked {}

impl Parked {
    fn scan(&self) {
        if let Some(_held) = self.claim.claim(2, thread::yield_now) {
            let value = self.frames[0].with(|p| unsafe { *p });
            self.frames[1].with_mut(|p| unsafe { *p = value });
            self.at.with_mut(|p| unsafe { *p = 1 });
        }
    }
    fn answer(&self) {
        let _held = self.claim.hold(thread::yield_now);
        let at = self.at.with(|p| unsafe { *p });
        self.frames[at].with_mut(|p| unsafe { *p = 7 });
    }
}

/// A marker scans a goroutine and moves its stack, while a thread without a processor writes the answer it waits for, has it run.
#[test]
fn answer_meets_scan() {
    holds(|| {
        let g = Arc::new(Parked {
            claim: Claim::default(),
            at: UnsafeCell::new(0),
            frames: [UnsafeCell::new(0), UnsafeCell::new(0)],
        });
        let marker = thread::spawn({
            let g = g.clone();
            move || g.scan()
        });
        let poller = thread::spawn({
            let g = g.clone();
            move || g.answer()
        });
        poller.join().unwrap();
        // Switched to.
        if !g.claim.is_done(2) {
            g.scan();
        }
        let at = g.at.with(|p| unsafe { *p });
        assert_eq!((at, g.frames[at].with(|p| unsafe { *p })), (1, 7));
        marker.join().unwrap();
    });
}

#[test]
fn answers_are_held() {
    needs(Step::HoldTakes, "answer_meets_scan");
    needs(Step::LetGoRelease, "answer_meets_scan");
}

/// A goroutine is made in the record of a dead one that a marker looks at.
#[test]
fn made_while_looked_at() {
    holds(|| {
        let g = Arc::new((Claim::default(), Frame(UnsafeCell::new(0))));
        let marker = thread::spawn({
            let g = g.clone();
            move || {
                if let Some(_held) = g.0.claim(2, thread::yield_now) {
                    g.1.0.with(|p| unsafe { *p });
                }
            }
        });
        g.0.made(2, thread::yield_now);
        // It runs.
        assert!(g.0.is_done(2));
        g.1.0.with_mut(|p| unsafe { *p = 1 });
        marker.join().unwrap();
    });
}

#[test]
fn who_makes_one_takes_it() {
    needs(Step::HoldTakes, "made_while_looked_at");
}

struct Frame(UnsafeCell<u32>);
// SAFETY: as of `Parked`.
unsafe impl Sync for Frame {}

// ---- stopping the world

/// The world stops while a P's thread enters a system call.
#[test]
fn stop_meets_syscall() {
    holds(|| {
        let w = Arc::new((
            Stop::from(AtomicU32::new(0), loom::sync::atomic::AtomicI32::new(0), AtomicU32::new(0)),
            AtomicU32::new(pstatus::RUNNING),
            Mutex::new(()),
        ));
        let caller = thread::spawn({
            let w = w.clone();
            move || {
                if w.0.enter_syscall(&w.1) {
                    let _l = w.2.lock().unwrap();
                    w.0.surrender(&w.1);
                }
            }
        });
        {
            let _l = w.2.lock().unwrap();
            w.0.begin(1);
            if take_from_syscall(&w.1, pstatus::GCSTOP) {
                w.0.arrived();
            }
        }
        w.0.wait(-1, || ());
        assert_eq!(w.1.load(Relaxed), pstatus::GCSTOP);
        caller.join().unwrap();
    });
}

#[test]
fn the_world_stops() {
    for step in [Step::StopFence, Step::SyscallFence, Step::StopWake] {
        needs(step, "stop_meets_syscall");
    }
}

// ---- the queue

/// What its owner puts is taken once, by the owner or by a thief.
#[test]
fn queue_with_thief() {
    holds(|| {
        let q = Arc::new(RunQueue::default());
        let thief = thread::spawn({
            let q = q.clone();
            move || {
                let mine = RunQueue::default();
                let mut got = vec![q.steal_to(&mine, || true)];
                got.extend(std::iter::repeat_with(|| mine.pop()).take_while(|&v| v != 0));
                got
            }
        });
        let mut got = Vec::new();
        q.put(1);
        q.put(2);
        got.push(q.pop());
        let before = q.swap_next(3);
        assert_eq!(before, 0);
        got.push(q.take_next());
        q.put(4);
        got.extend(thief.join().unwrap());
        got.extend(std::iter::repeat_with(|| q.pop()).take_while(|&v| v != 0));
        got.retain(|&v| v != 0);
        got.sort();
        assert_eq!(got, [1, 2, 3, 4]);
    });
}

/// A goroutine that stays moves from the place of the next to the queue.
#[test]
fn queue_is_looked_at() {
    holds(|| {
        let q = Arc::new(RunQueue::default());
        q.swap_next(1);
        let owner = thread::spawn({
            let q = q.clone();
            move || {
                let old = q.swap_next(2);
                q.put(old);
                assert_eq!(q.take_next(), 2);
            }
        });
        assert!(!q.is_empty(), "1 was there all the time");
        owner.join().unwrap();
    });
}

#[test]
fn queues_need_their_steps() {
    needs(Step::PutRelease, "queue_with_thief");
    needs(Step::EmptyTwice, "queue_is_looked_at");
}
