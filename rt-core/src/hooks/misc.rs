//! Hooks about time, the process and the image.

use crate::base::env;
use crate::base::image::the_image;
use crate::base::lock;
use crate::os;
use crate::task::hook;
use crate::task::symtab::Str;
use reflect::image::Range;

// ---- time

hook! { fn "runtime.nanotime"() -> i64, leaf { os::nanotime() as i64 }}
hook! { fn "runtime.walltime"() -> (sec: i64, nsec: i32) leaf {
    let t = os::walltime();
    ((t / 1_000_000_000) as i64, (t % 1_000_000_000) as i32)
}}
hook! { fn "syscall.gettimeofday"(tv: *mut [i64; 2]) -> usize, leaf {
    let t = os::walltime();
    tv.write([(t / 1_000_000_000) as i64, (t % 1_000_000_000 / 1000) as i64]);
    0
}}

// ---- process

hook! { fn "syscall.Getpagesize"() -> usize, leaf { os::page_size() }}
hook! { fn "runtime.exit"(code: i32) leaf {
    lock::report();
    os::exit(code)
}}
hook! { fn "runtime.fcntl"(fd: i32, cmd: i32, arg: i32) -> (val: i32, errno: i32) leaf {
    let r = os::fcntl(fd, cmd, arg);
    if r < 0 { (-1, -r) } else { (r, 0) }
}}
hook! { fn "runtime.osArgs"() -> (argc: isize, argv: *const *const u8, envp: *const *const u8) leaf { env::args() }}
hook! { fn "runtime.mainExiting"() leaf { crate::task::traceback::wait_for_panics() }}

// ---- image

hook! { fn "runtime.imageInits"() -> (inits: usize, n: isize, main: usize) leaf {
    let img = the_image();
    // A host calls what it wants.
    let main = if cfg!(feature = "host") { 0 } else { img.main_main };
    (img.inits.ptr as usize, img.inits.len as isize, main as usize)
}}
hook! { fn "runtime.imageTypes"() -> (start: usize, end: usize, links: usize, nlinks: isize, itabs: usize, nitabs: isize) leaf {
    let img = the_image();
    let start = img.types.ptr as usize;
    (start, start + img.types.len as usize, img.typelinks.ptr as usize, img.typelinks.len as isize,
        img.itabs.ptr as usize, img.itabs.len as isize)
}}
hook! { fn "runtime.imageString"(which: isize) -> Str, leaf {
    let img = the_image();
    let r: Range = [img.version, img.modinfo, img.godebug][which as usize];
    Str::new(r.as_slice::<u8>())
}}
hook! { fn "runtime.textOff"(i: i32) -> usize, leaf {
    let img = the_image();
    img.functions().get(i as usize).map_or(0, |r| img.text as usize + r.entry as usize)
}}
