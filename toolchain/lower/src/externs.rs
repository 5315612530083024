//! Tables of names that the compiler and the runtime agree on.

/// Functions of package runtime that passes and code generation call by name. They are compiled into every program that
/// has them.
pub const ENTRIES: &[&str] = &[
    "newobject",
    "mallocgc",
    "gopanic",
    "deferreturn",
    "panicdivide",
    "panicshift",
    "panicmem",
    "sigpanic",
    "goPanicIndex",
    "goPanicIndexU",
    "goPanicSliceAlen",
    "goPanicSliceAlenU",
    "goPanicSliceAcap",
    "goPanicSliceAcapU",
    "goPanicSliceB",
    "goPanicSliceBU",
    "goPanicSlice3Alen",
    "goPanicSlice3AlenU",
    "goPanicSlice3Acap",
    "goPanicSlice3AcapU",
    "goPanicSlice3B",
    "goPanicSlice3BU",
    "goPanicSlice3C",
    "goPanicSlice3CU",
    "goPanicSliceConvert",
    "memmove",
    "memclrNoHeapPointers",
    "memequal",
    "typedmemmove",
    "typedmemclr",
    "wbMove",
    "wbZero",
    "gcWriteBarrier",
    "goschedguarded",
    "morestack",
    "morestackc",
    "morestack_noctxt",
    "goexit",
    "goexit1",
    "mstart",
    "main",
    "unreachableMethod",
    "asyncPreempt",
    "newstack",
    "callDeferred",
    "runfinq",
    "reflectcallmove",
    "badreflectcall",
];

/// Functions that end in a panic or never return.
pub const NORETURN: &[&str] = &[
    "runtime.gopanic",
    "runtime.panicdivide",
    "runtime.panicshift",
    "runtime.panicoverflow",
    "runtime.panicmem",
    "runtime.panicwrap",
    "runtime.panicmakeslicelen",
    "runtime.panicmakeslicecap",
    "runtime.panicunsafeslicelen",
    "runtime.panicunsafeslicenilptr",
    "runtime.panicunsafestringlen",
    "runtime.panicunsafestringnilptr",
    "runtime.panicdottypeE",
    "runtime.panicdottypeI",
    "runtime.panicnildottype",
    "runtime.panicrangestate",
    "runtime.goPanicIndex",
    "runtime.goPanicIndexU",
    "runtime.goPanicSliceConvert",
    "runtime.throw",
    "runtime.fatal",
    "runtime.block",
    "runtime.Goexit",
    "runtime.unreachableMethod",
];

/// Functions without Go body that are written in assembly, with the symbol of their ABIInternal entry.
pub const ASM: &[&str] = &[
    "runtime.memmove",
    "runtime.memclrNoHeapPointers",
    "runtime.memequal",
    "runtime.cmpstring",
    "runtime.reflectcall",
    "reflect.makeFuncStub",
    "reflect.methodValueCall",
    "reflect.call",
    "runtime.morestack",
    "runtime.morestack_noctxt",
    "runtime.gogo",
    "runtime.mcall",
    "runtime.goexit",
    "runtime.jmpdefer",
    "runtime.publicationBarrier",
    "runtime.procyield",
    "runtime.asmcgocall",
    "internal/runtime/syscall/linux.Syscall6",
    "syscall.rawVforkSyscall",
    "syscall.rawSyscallNoError",
    "syscall.RawSyscall6",
    "internal/cpu.cpuid",
    "internal/cpu.xgetbv",
    "internal/cpu.getGOAMD64level",
    "internal/cpu.getisar0",
    "internal/cpu.getisar1",
    "internal/cpu.getpfr0",
    "internal/cpu.getMIDR",
    "vendor/golang.org/x/sys/cpu.getisar0",
    "vendor/golang.org/x/sys/cpu.getisar1",
    "vendor/golang.org/x/sys/cpu.getpfr0",
    "vendor/golang.org/x/sys/cpu.getzfr0",
    "internal/bytealg.Compare",
    "internal/bytealg.CompareString",
    "internal/bytealg.IndexByte",
    "internal/bytealg.IndexByteString",
    "internal/bytealg.Count",
    "internal/bytealg.CountString",
    "runtime.memequal_varlen",
    "runtime.cputicks",
    "crypto/internal/boring/sig.BoringCrypto",
    "crypto/internal/boring/sig.FIPSOnly",
    "crypto/internal/boring/sig.StandardCrypto",
];

/// What the assembly of a function calls: the symbol, and functions of a package that must be compiled with it.
pub const ASM_CALLS: &[(&str, &str, &[&str])] = &[
    ("reflect.makeFuncStub", "reflect", &["callReflect", "moveMakeFuncArgPtrs"]),
    ("reflect.methodValueCall", "reflect", &["callMethod", "moveMakeFuncArgPtrs"]),
];

/// Functions that are invisible to `recover` although they have source: they only hand calls on.
pub const WRAPPERS: &[&str] =
    &["runtime.deferreturn", "runtime.runOpenDefers", "reflect.callReflect", "reflect.callMethod"];

/// Is this symbol one of the table's?
pub fn contains(table: &[&str], symbol: &str) -> bool {
    table.contains(&symbol)
}

/// Package that must exist and be initialised first.
pub const RUNTIME: &str = "runtime";
