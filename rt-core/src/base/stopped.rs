//! A stopped world, as a value: who has one knows that no goroutine runs.

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
