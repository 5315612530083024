//! The running program: the tables that the compiler wrote, and addresses that its Go half tells.

use super::layout::shared_record;
use super::lock::Global;
use reflect::image::Image;

unsafe extern "C" {
    static oxigo_image: Image;
}

/// The running program's image.
pub fn the_image() -> &'static Image {
    // SAFETY: the linker puts exactly one image into a program.
    unsafe { &oxigo_image }
}

/// Unit tests have no image.
#[cfg(test)]
#[unsafe(export_name = "oxigo_image")]
static TEST_IMAGE: [u64; 64] = [0; 64];

reflect::record! { shared => shared_record { #[derive(Clone, Copy)] pub struct Shared {}} }

static SHARED: Global<Shared> =
    Global::new(Shared { write_barrier: 0, sigpanic: 0, goexit_resume: 0, mem_profile_rate: 0 });

/// Addresses of the Go side.
pub fn shared() -> &'static Shared {
    // SAFETY: written once by the main goroutine's first action.
    unsafe { &*SHARED.get() }
}

/// Takes them over.
///
/// # Safety
/// Once, before a second goroutine runs.
pub unsafe fn set_shared(v: &Shared) {
    // SAFETY: the caller's promise.
    unsafe { *SHARED.get() = *v };
}
