//! Go code in a program of Rust: what the runtime asks of it ([`embedding`], feature `host`), and the hooks of panics that end
//! its calls.

#[cfg(feature = "host")]
pub mod embedding;
#[cfg(feature = "host")]
pub use embedding::Host;

use crate::hooks::printing;
use crate::task::current::curg;
use crate::task::hook;
use crate::task::symtab::Str;

hook! { fn "runtime.hostPanicStart"() -> bool, leaf {
    let host = (*curg()).host_calls != 0;
    if host {
        printing::capture();
    }
    host
}}
hook! { fn "runtime.hostPanicEnd"() safepoint { host_panic_end() }}
hook! { fn "runtime.hostExport"(name: Str, typ: usize, data: usize) leaf {
    #[cfg(feature = "host")]
    embedding::export(name.bytes(), typ, data);
}}

hook! { fn "runtime.hostPanicText"(to: *mut u8, n: usize) -> usize, leaf {
    #[cfg(feature = "host")]
    {
        embedding::panic_text(curg(), to, n)
    }
    #[cfg(not(feature = "host"))]
    0
}}

#[cfg(feature = "host")]
unsafe fn host_panic_end() -> ! {
    // SAFETY: `hostPanicStart` has taken the print lock's text over; the goroutine is in a call of the host's.
    unsafe {
        let mut text = [0; printing::CAPTURE];
        let text = printing::captured(&mut text);
        let text = core::str::from_utf8(text).unwrap_or("panic with a text that is not UTF-8");
        embedding::catch(curg(), text.strip_prefix("panic: ").unwrap_or(text).trim_end())
    }
}
#[cfg(not(feature = "host"))]
fn host_panic_end() -> ! {
    crate::base::print::throw("hostPanicEnd: no host")
}
