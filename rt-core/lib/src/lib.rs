//! The final crate of a program that has no Rust host: `oxigo` links it, as a static library, with compiled Go code.
//! It adds to rt-core what a host with std brings itself: the panic handler and (features of rt-arch) the memory
//! routines and `_start`. Boards (`oxigo-boards`) take it without its feature `linux`, since theirs is the way in.
#![no_std]

// The archive must hold both crates, though nothing here calls them.
use rt_arch as _;
use rt_core::base::print;

/// A bug in the runtime: says where, and ends the program.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    print::str("runtime: internal error");
    if let Some(place) = info.location() {
        print::str(" at ");
        print::str(place.file());
        print::str(":");
        print::dec(u64::from(place.line()));
    }
    print::str("\n");
    print::throw("internal error in the runtime")
}

/// The prebuilt `core` names this function in its unwind tables. Nothing unwinds: the crate is built to abort.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
