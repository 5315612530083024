/* Where the host starts a program, wasm: WASI's commands export _start. Arguments are asked for by imports. */
#include "isa.h"

    .functype oxigo_rt_start (i32, i32) -> ()

PLAIN(_start, () -> ())
    i32.const 0
    i32.const 0
    call oxigo_rt_start
PEND
