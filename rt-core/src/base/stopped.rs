//! A stopped world, as a value: who has one knows that no goroutine runs.

/// Why the world is stopped; numbered as Go's execution traces do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the texts below say it")]
pub enum Why {
    MarkEnds = 1,
    SweepEnds = 2,
    HeapDump = 3,
    GoroutineProfile = 4,
    AllStacks = 6,
    MemStats = 7,
    AllThreadsSyscall = 8,
    Procs = 9,
    StartTrace = 10,
    StopTrace = 11,
    ForTest = 12,
}

impl Why {
    /// In Go's words.
    pub fn text(self) -> &'static [u8] {
        match self {
            Why::MarkEnds => b"GC mark termination",
            Why::SweepEnds => b"GC sweep termination",
            Why::HeapDump => b"write heap dump",
            Why::GoroutineProfile => b"goroutine profile",
            Why::AllStacks => b"all goroutines stack trace",
            Why::MemStats => b"read mem stats",
            Why::AllThreadsSyscall => b"AllThreadsSyscall",
            Why::Procs => b"GOMAXPROCS",
            Why::StartTrace => b"start trace",
            Why::StopTrace => b"stop trace",
            Why::ForTest => b"CountPagesInUse (test)",
        }
    }

    /// Whether the collector does it.
    pub fn collects(self) -> bool {
        matches!(self, Why::MarkEnds | Why::SweepEnds)
    }
}

/// No goroutine runs, and none will until this is given to who starts the world again. Functions that rely on it take a
/// reference.
#[must_use = "the world stands until this is given back"]
pub struct Stopped(());

impl Stopped {
    /// The world is stopped.
    ///
    /// # Safety
    /// It is, or nothing runs yet; and nobody starts it before this is gone.
    pub const unsafe fn new() -> Stopped {
        Stopped(())
    }
}
