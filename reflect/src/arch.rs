//! The one table of architectures.
//!
//! Everything that differs between GOARCHs and is a fact rather than code stands in a row here: the compiler
//! picks a row by target, the runtime by `cfg` ([`Arch::host`]), `rt-arch`'s build script prints its repetitive
//! assembly from it and the register part of the documentation is printed from it too.
//!
//! Register sequences are Go's where Go has them (amd64, arm64, ppc64, ppc64le, riscv64, s390x; [`Arch::go_has_registers`]),
//! and ours on arm, mips and mips64. With no argument registers (386, wasm) an architecture's ABIInternal is ABI0:
//! everything is passed on the stack.

use crate::abi::RegBudget;
use crate::records::Record;

/// A machine register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reg {
    /// Go's name in assembly and documentation (`AX`, `R3`, `F1`).
    pub go: &'static str,
    /// The GNU assembler's name (`rax`, `r3`, `f1`), without a `%` or `$` prefix.
    pub asm: &'static str,
    /// The number instructions encode.
    pub num: u8,
}

/// One architecture.
#[derive(Clone, Copy, Debug)]
pub struct Arch {
    /// GOARCH.
    pub name: &'static str,
    /// The folder that holds its code; one for both byte orders of a family.
    pub family: &'static str,
    /// Bytes in a pointer and in `int`.
    pub ptr_size: u8,
    /// Largest alignment of any type: that of 64-bit integers and floats too (4 on 32-bit machines).
    pub max_align: u8,
    /// Most significant byte first.
    pub big_endian: bool,
    /// Loads and stores of any size need no alignment, whatever the program is run on.
    pub unaligned: bool,
    /// Other processors see stores in the program's order.
    pub ordered_stores: bool,
    /// What the compiler's selection of instructions does.
    pub ops: Ops,
    /// Whether a product and a sum are rounded as one, as Go does it on this machine.
    pub fused: Fused,
    /// Operations that some of these machines have: compiled code asks.
    pub asks: Asks,
    /// Integer registers for arguments and, counted anew, for results, in ABI order.
    pub int_args: &'static [Reg],
    /// Float registers for arguments and results, in ABI order.
    pub float_args: &'static [Reg],
    /// Widest float an ABI float register holds (0: floats are not passed in registers).
    pub float_size: u8,
    /// How a float32 lies in an 8-byte float register's image.
    pub float32: Float32InReg,
    /// The current goroutine; `None`: thread-local storage.
    pub g: Option<Reg>,
    /// The closure context at a call through a function value.
    pub ctxt: Option<Reg>,
    /// Registers that are no arguments, for assembly between caller and callee (morestack, reflectcall).
    pub scratch: &'static [Reg],
    /// Where a call leaves the return address; `None`: pushed on the stack.
    pub link: Option<Reg>,
    /// Where a prologue that calls morestack keeps the link register, as `generic/` does across its own calls.
    pub more_link: Option<Reg>,
    /// The stack pointer.
    pub sp: Option<Reg>,
    /// A register that compiled code assumes to be zero.
    pub zero: Option<Reg>,
    /// Bytes at the bottom of each frame that a callee may use (saved return address and such): outgoing
    /// arguments start above them.
    pub min_frame: u8,
    /// Alignment of SP in compiled code.
    pub stack_align: u8,
    /// How far the thread pointer stands above the middle of a thread's block of local storage (of 1 KiB: it may hold variables on
    /// both sides).
    pub tls_bias: u16,
    /// Whether a load through a nil pointer traps (hosted), so that nil checks may be implicit.
    pub nil_faults: bool,
    /// Tools.
    pub tools: Tools,
}

/// Which products go into a sum or difference unrounded, by the machine's multiply-add. Go programs see the difference in the
/// last bits, and an explicit conversion of the product to its own type prevents it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fused {
    /// None.
    None,
    /// Of two products in a sum the left one, and none that is subtracted.
    Left,
    /// Of two products in a sum the right one.
    Right,
    /// The same, and a product's opposite too.
    RightOrNegated,
}

/// Operations that not every machine of a kind has. The runtime finds out at start, in variables that code reads in front of each; without
/// the operation it does as the library's Go code does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asks {
    /// Counting ones (`runtime.machineHasPopcount`).
    pub popcount: bool,
    /// A product and a sum, rounded once (`runtime.machineHasFMA`).
    pub fma: bool,
    /// Rounding to an integer as a float (`runtime.machineHasRound`).
    pub round: bool,
}

impl Asks {
    /// None of them.
    pub const NONE: Asks = Asks { popcount: false, fma: false, round: false };
}

/// Operations that selection makes instructions of by itself. What is missing is expanded before, or never made; all are
/// about words and smaller numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ops {
    /// Counting ones.
    pub popcount: bool,
    /// Leading zeros.
    pub clz: bool,
    /// Trailing zeros.
    pub ctz: bool,
    /// Reversing bytes.
    pub bswap: bool,
    /// Rotation by any count.
    pub rotate: bool,
    /// Operations on 8 and 16 bits that look at the upper bits of a register: comparisons, shifts right, divisions and such.
    pub narrow: bool,
    /// Integer division.
    pub divide: bool,
    /// Division of two words by one.
    pub wide_div: bool,
    /// Division by a constant, by a way of its own.
    pub const_div: bool,
    /// Conversion between floats and unsigned 64-bit numbers; where words have 4 bytes, from floats to unsigned words.
    pub unsigned_float: bool,
}

impl Ops {
    /// All of them.
    pub const ALL: Ops = Ops {
        popcount: true,
        clz: true,
        ctz: true,
        bswap: true,
        rotate: true,
        narrow: true,
        divide: true,
        wide_div: true,
        const_div: true,
        unsigned_float: true,
    };
    /// None of them.
    pub const NONE: Ops = Ops {
        popcount: false,
        clz: false,
        ctz: false,
        bswap: false,
        rotate: false,
        narrow: false,
        divide: false,
        wide_div: false,
        const_div: false,
        unsigned_float: false,
    };
}

/// What a float register's 8-byte image holds for a float32.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Float32InReg {
    /// The 4 bytes at the low end, the rest undefined.
    Low,
    /// Widened to a float64.
    Widened,
    /// In the low half, all ones above (NaN-boxed).
    NanBoxed,
    /// In the high half.
    High,
}

/// How qemu-system's machine tells the status of a bare-metal program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BareStatus {
    /// qemu ends with it.
    Exact,
    /// qemu ends with twice that and one more (isa-debug-exit).
    Doubled,
    /// The program writes it to a second serial line.
    Line,
}

/// Names by which other tools know an architecture.
#[derive(Clone, Copy, Debug)]
pub struct Tools {
    /// Rust target of hosted programs (rt-core for Linux).
    pub rust_target: &'static str,
    /// Rust target of bare-metal programs.
    pub rust_target_bare: &'static str,
    /// Extra rustc flags for both, beside those that all machines have (`rt-arch/build/cross.rs`).
    pub rust_flags: &'static [&'static str],
    /// Whether rustup ships core and alloc for `rust_target` with the stock toolchain on this project's host.
    pub stock_core: bool,
    /// `--target` for clang.
    pub clang_target: &'static str,
    /// Further clang flags for assembly.
    pub clang_flags: &'static [&'static str],
    /// The linker's `-m`.
    pub lld_emulation: &'static str,
    /// Whether Linux may have pages of 64 KiB there, which executables are made for.
    pub large_pages: bool,
    /// Whether executables may be position-independent (`-buildmode=pie`).
    pub pie: bool,
    /// ELF `e_machine`.
    pub elf_machine: u16,
    /// ELF `e_flags` of objects.
    pub elf_flags: u32,
    /// qemu-user binary, for programs that the build machine cannot run itself.
    pub qemu_user: &'static str,
    /// An architecture whose Linux may be able to run its programs by itself, and code that ends with status 0, to ask it.
    pub kernel_of: Option<(&'static str, &'static [u8])>,
    /// qemu-system binary and machine, for bare metal.
    pub qemu_system: &'static [&'static str],
    /// How that tells the program's status.
    pub bare_status: BareStatus,
    /// Debian's package that has it.
    pub qemu_system_package: &'static str,
    /// Where that machine loads a bare-metal image; at 0 it is flat and given as firmware.
    pub bare_base: u64,
}

const fn r(go: &'static str, asm: &'static str, num: u8) -> Reg {
    Reg { go, asm, num }
}

macro_rules! regs {
    ($($go:literal $asm:literal $num:literal),* $(,)?) => { &[$(Reg { go: $go, asm: $asm, num: $num }),*] };
}

const MIPS_RUST: &[&str] = &["-Ctarget-feature=+noabicalls"];

const AMD64: Arch = Arch {
    name: "amd64",
    family: "amd64",
    ptr_size: 8,
    max_align: 8,
    big_endian: false,
    unaligned: true,
    ordered_stores: true,
    ops: Ops::ALL,
    fused: Fused::None,
    asks: Asks { popcount: true, fma: true, round: true },
    int_args: regs!["AX" "rax" 0, "BX" "rbx" 3, "CX" "rcx" 1, "DI" "rdi" 7, "SI" "rsi" 6, "R8" "r8" 8, "R9" "r9" 9,
        "R10" "r10" 10, "R11" "r11" 11],
    float_args: regs!["X0" "xmm0" 0, "X1" "xmm1" 1, "X2" "xmm2" 2, "X3" "xmm3" 3, "X4" "xmm4" 4, "X5" "xmm5" 5,
        "X6" "xmm6" 6, "X7" "xmm7" 7, "X8" "xmm8" 8, "X9" "xmm9" 9, "X10" "xmm10" 10, "X11" "xmm11" 11,
        "X12" "xmm12" 12, "X13" "xmm13" 13, "X14" "xmm14" 14],
    float_size: 8,
    float32: Float32InReg::Low,
    g: Some(r("R14", "r14", 14)),
    ctxt: Some(r("DX", "rdx", 2)),
    scratch: regs!["R12" "r12" 12, "R13" "r13" 13, "R15" "r15" 15],
    link: None,
    more_link: None,
    sp: Some(r("SP", "rsp", 4)),
    zero: Some(r("X15", "xmm15", 15)),
    min_frame: 0,
    stack_align: 8,
    tls_bias: 0,
    nil_faults: true,
    tools: Tools {
        rust_target: "x86_64-unknown-linux-gnu",
        rust_target_bare: "x86_64-unknown-linux-none",
        rust_flags: &["-Cno-redzone=yes"],
        stock_core: true,
        clang_target: "x86_64-unknown-none-elf",
        clang_flags: &[],
        lld_emulation: "elf_x86_64",
        large_pages: false,
        pie: true,
        elf_machine: 62,
        elf_flags: 0,
        qemu_user: "qemu-x86_64-static",
        kernel_of: None,
        qemu_system: &["qemu-system-x86_64", "-M", "q35", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
        bare_status: BareStatus::Doubled,
        qemu_system_package: "qemu-system-x86",
        bare_base: 0x10_0000,
    },
};

const I386: Arch = Arch {
    name: "386",
    family: "386",
    ptr_size: 4,
    max_align: 4,
    big_endian: false,
    unaligned: true,
    ordered_stores: true,
    ops: Ops { const_div: false, ..Ops::ALL },
    fused: Fused::None,
    asks: Asks::NONE,
    int_args: &[],
    float_args: &[],
    float_size: 0,
    float32: Float32InReg::Low,
    g: None,
    ctxt: Some(r("DX", "edx", 2)),
    scratch: regs!["AX" "eax" 0, "CX" "ecx" 1, "BX" "ebx" 3, "SI" "esi" 6, "DI" "edi" 7, "BP" "ebp" 5],
    link: None,
    more_link: None,
    sp: Some(r("SP", "esp", 4)),
    zero: None,
    min_frame: 0,
    stack_align: 4,
    tls_bias: 0,
    nil_faults: true,
    tools: Tools {
        rust_target: "i686-unknown-linux-gnu",
        rust_target_bare: "i686-unknown-linux-gnu",
        rust_flags: &[],
        stock_core: false,
        clang_target: "i686-unknown-none-elf",
        clang_flags: &[],
        lld_emulation: "elf_i386",
        large_pages: false,
        pie: false,
        elf_machine: 3,
        elf_flags: 0,
        qemu_user: "qemu-i386-static",
        // xor eax, eax; inc eax; xor ebx, ebx; int 0x80
        kernel_of: Some(("amd64", &[0x31, 0xc0, 0x40, 0x31, 0xdb, 0xcd, 0x80])),
        qemu_system: &["qemu-system-i386", "-M", "q35", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
        bare_status: BareStatus::Doubled,
        qemu_system_package: "qemu-system-x86",
        bare_base: 0x10_0000,
    },
};

const ARM: Arch = Arch {
    name: "arm",
    family: "arm",
    ptr_size: 4,
    max_align: 4,
    big_endian: false,
    unaligned: false,
    ordered_stores: false,
    ops: Ops { clz: true, ctz: true, bswap: true, rotate: true, unsigned_float: true, ..Ops::NONE },
    fused: Fused::None,
    asks: Asks::NONE,
    int_args: regs!["R0" "r0" 0, "R1" "r1" 1, "R2" "r2" 2, "R4" "r4" 4, "R5" "r5" 5, "R6" "r6" 6, "R8" "r8" 8],
    float_args: regs!["F0" "d0" 0, "F1" "d1" 1, "F2" "d2" 2, "F3" "d3" 3, "F4" "d4" 4, "F5" "d5" 5, "F6" "d6" 6,
        "F7" "d7" 7],
    float_size: 8,
    float32: Float32InReg::Low,
    g: Some(r("R10", "r10", 10)),
    ctxt: Some(r("R7", "r7", 7)),
    scratch: regs!["R11" "r11" 11, "R12" "r12" 12],
    link: Some(r("R14", "lr", 14)),
    more_link: Some(r("R3", "r3", 3)),
    sp: Some(r("R13", "sp", 13)),
    zero: None,
    min_frame: 4,
    stack_align: 4,
    tls_bias: 0,
    nil_faults: true,
    tools: Tools {
        rust_target: "armv7-unknown-linux-gnueabihf",
        rust_target_bare: "armv7a-none-eabihf",
        rust_flags: &[],
        stock_core: false,
        clang_target: "armv7a-none-eabihf",
        clang_flags: &["-mfpu=vfpv3-d16"],
        lld_emulation: "armelf_linux_eabi",
        large_pages: true,
        pie: false,
        elf_machine: 40,
        elf_flags: 0x0500_0400,
        qemu_user: "qemu-arm-static",
        kernel_of: None,
        qemu_system: &["qemu-system-arm", "-M", "virt", "-semihosting"],
        bare_status: BareStatus::Exact,
        qemu_system_package: "qemu-system-arm",
        bare_base: 0x4020_0000,
    },
};

const ARM64: Arch = Arch {
    name: "arm64",
    family: "arm64",
    ptr_size: 8,
    max_align: 8,
    big_endian: false,
    unaligned: true,
    ordered_stores: false,
    ops: Ops { narrow: false, wide_div: false, const_div: false, ..Ops::ALL },
    fused: Fused::RightOrNegated,
    asks: Asks::NONE,
    int_args: regs!["R0" "x0" 0, "R1" "x1" 1, "R2" "x2" 2, "R3" "x3" 3, "R4" "x4" 4, "R5" "x5" 5, "R6" "x6" 6,
        "R7" "x7" 7, "R8" "x8" 8, "R9" "x9" 9, "R10" "x10" 10, "R11" "x11" 11, "R12" "x12" 12, "R13" "x13" 13,
        "R14" "x14" 14, "R15" "x15" 15],
    float_args: regs!["F0" "d0" 0, "F1" "d1" 1, "F2" "d2" 2, "F3" "d3" 3, "F4" "d4" 4, "F5" "d5" 5, "F6" "d6" 6,
        "F7" "d7" 7, "F8" "d8" 8, "F9" "d9" 9, "F10" "d10" 10, "F11" "d11" 11, "F12" "d12" 12, "F13" "d13" 13,
        "F14" "d14" 14, "F15" "d15" 15],
    float_size: 8,
    float32: Float32InReg::Low,
    g: Some(r("R28", "x28", 28)),
    ctxt: Some(r("R26", "x26", 26)),
    scratch: regs!["R16" "x16" 16, "R17" "x17" 17, "R27" "x27" 27, "R19" "x19" 19, "R20" "x20" 20, "R21" "x21" 21,
        "R22" "x22" 22, "R23" "x23" 23, "R24" "x24" 24, "R25" "x25" 25],
    link: Some(r("R30", "x30", 30)),
    more_link: Some(r("R19", "x19", 19)),
    sp: Some(r("RSP", "sp", 31)),
    zero: None,
    min_frame: 8,
    stack_align: 16,
    tls_bias: 0,
    nil_faults: true,
    tools: Tools {
        rust_target: "aarch64-unknown-none",
        rust_target_bare: "aarch64-unknown-none",
        rust_flags: &[],
        stock_core: false,
        clang_target: "aarch64-unknown-none-elf",
        clang_flags: &[],
        lld_emulation: "aarch64linux",
        large_pages: true,
        pie: true,
        elf_machine: 183,
        elf_flags: 0,
        qemu_user: "qemu-aarch64-static",
        kernel_of: None,
        qemu_system: &["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a57", "-semihosting"],
        bare_status: BareStatus::Exact,
        qemu_system_package: "qemu-system-arm",
        bare_base: 0x4020_0000,
    },
};

/// The rows that both byte orders of mips share.
const fn mips(name: &'static str, big_endian: bool, tools: Tools) -> Arch {
    Arch {
        name,
        family: "mips",
        ptr_size: 4,
        max_align: 4,
        big_endian,
        unaligned: false,
        ordered_stores: false,
        ops: Ops { clz: true, bswap: true, rotate: true, divide: true, ..Ops::NONE },
        fused: Fused::None,
        asks: Asks::NONE,
        int_args: regs!["R4" "4" 4, "R5" "5" 5, "R6" "6" 6, "R7" "7" 7, "R8" "8" 8, "R9" "9" 9, "R10" "10" 10,
            "R11" "11" 11],
        float_args: regs!["F0" "f0" 0, "F2" "f2" 2, "F4" "f4" 4, "F6" "f6" 6, "F8" "f8" 8, "F10" "f10" 10, "F12" "f12" 12, "F14" "f14" 14],
        float_size: 8,
        float32: Float32InReg::Low,
        g: Some(r("R30", "30", 30)),
        ctxt: Some(r("R22", "22", 22)),
        scratch: regs!["R23" "23" 23, "R12" "12" 12, "R13" "13" 13, "R14" "14" 14, "R15" "15" 15, "R16" "16" 16,
            "R17" "17" 17, "R18" "18" 18, "R19" "19" 19, "R20" "20" 20, "R21" "21" 21],
        link: Some(r("R31", "31", 31)),
        more_link: Some(r("R3", "3", 3)),
        sp: Some(r("R29", "29", 29)),
        zero: Some(r("R0", "0", 0)),
        min_frame: 4,
        stack_align: 8,
        tls_bias: 0x7000,
        nil_faults: true,
        tools,
    }
}

const MIPS_FLAGS: &[&str] = &["-mips32r2", "-mabi=32", "-mfp32", "-mno-abicalls"];
const MIPS: Arch = mips(
    "mips",
    true,
    Tools {
        rust_target: "mips-unknown-linux-gnu",
        rust_target_bare: "mips-unknown-linux-gnu",
        rust_flags: MIPS_RUST,
        stock_core: false,
        clang_target: "mips-unknown-elf",
        clang_flags: MIPS_FLAGS,
        lld_emulation: "elf32btsmip",
        large_pages: true,
        pie: false,
        elf_machine: 8,
        elf_flags: 0x7000_1001,
        qemu_user: "qemu-mips-static",
        kernel_of: None,
        qemu_system: &["qemu-system-mips", "-M", "malta", "-cpu", "24Kf", "-semihosting"],
        bare_status: BareStatus::Exact,
        qemu_system_package: "qemu-system-mips",
        bare_base: 0x2010_0000,
    },
);
const MIPSLE: Arch = mips(
    "mipsle",
    false,
    Tools {
        rust_target: "mipsel-unknown-linux-gnu",
        rust_target_bare: "mipsel-unknown-linux-gnu",
        rust_flags: MIPS_RUST,
        stock_core: false,
        clang_target: "mipsel-unknown-elf",
        clang_flags: MIPS_FLAGS,
        lld_emulation: "elf32ltsmip",
        large_pages: true,
        pie: false,
        elf_machine: 8,
        elf_flags: 0x7000_1001,
        qemu_user: "qemu-mipsel-static",
        kernel_of: None,
        qemu_system: &["qemu-system-mipsel", "-M", "malta", "-cpu", "24Kf", "-semihosting"],
        bare_status: BareStatus::Exact,
        qemu_system_package: "qemu-system-mips",
        bare_base: 0x2010_0000,
    },
);

/// The rows that both byte orders of mips64 share.
const fn mips64(name: &'static str, big_endian: bool, tools: Tools) -> Arch {
    Arch {
        name,
        family: "mips64",
        ptr_size: 8,
        max_align: 8,
        big_endian,
        unaligned: false,
        ordered_stores: false,
        ops: Ops { clz: true, bswap: true, rotate: true, divide: true, ..Ops::NONE },
        fused: Fused::None,
        asks: Asks::NONE,
        int_args: regs!["R4" "4" 4, "R5" "5" 5, "R6" "6" 6, "R7" "7" 7, "R8" "8" 8, "R9" "9" 9, "R10" "10" 10,
            "R11" "11" 11],
        float_args: regs!["F12" "f12" 12, "F13" "f13" 13, "F14" "f14" 14, "F15" "f15" 15, "F16" "f16" 16, "F17" "f17" 17, "F18" "f18" 18, "F19" "f19" 19],
        float_size: 8,
        float32: Float32InReg::Low,
        g: Some(r("R30", "30", 30)),
        ctxt: Some(r("R22", "22", 22)),
        scratch: regs!["R23" "23" 23, "R12" "12" 12, "R13" "13" 13, "R14" "14" 14, "R15" "15" 15, "R16" "16" 16,
            "R17" "17" 17, "R18" "18" 18, "R19" "19" 19, "R20" "20" 20, "R21" "21" 21],
        link: Some(r("R31", "31", 31)),
        more_link: Some(r("R3", "3", 3)),
        sp: Some(r("R29", "29", 29)),
        zero: Some(r("R0", "0", 0)),
        min_frame: 8,
        stack_align: 8,
        tls_bias: 0x7000,
        nil_faults: true,
        tools,
    }
}

const MIPS64_FLAGS: &[&str] = &["-mips64r2", "-mabi=64", "-mno-abicalls"];
const MIPS64: Arch = mips64(
    "mips64",
    true,
    Tools {
        rust_target: "mips64-unknown-linux-gnuabi64",
        rust_target_bare: "mips64-unknown-linux-gnuabi64",
        rust_flags: MIPS_RUST,
        stock_core: false,
        clang_target: "mips64-unknown-elf",
        clang_flags: MIPS64_FLAGS,
        lld_emulation: "elf64btsmip",
        large_pages: true,
        pie: false,
        elf_machine: 8,
        elf_flags: 0x8000_0001,
        qemu_user: "qemu-mips64-static",
        kernel_of: None,
        qemu_system: &["qemu-system-mips64", "-M", "malta", "-cpu", "MIPS64R2-generic", "-semihosting"],
        bare_status: BareStatus::Exact,
        qemu_system_package: "qemu-system-mips",
        bare_base: 0x2010_0000,
    },
);
const MIPS64LE: Arch = mips64(
    "mips64le",
    false,
    Tools {
        rust_target: "mips64el-unknown-linux-gnuabi64",
        rust_target_bare: "mips64el-unknown-linux-gnuabi64",
        rust_flags: MIPS_RUST,
        stock_core: false,
        clang_target: "mips64el-unknown-elf",
        clang_flags: MIPS64_FLAGS,
        lld_emulation: "elf64ltsmip",
        large_pages: true,
        pie: false,
        elf_machine: 8,
        elf_flags: 0x8000_0001,
        qemu_user: "qemu-mips64el-static",
        kernel_of: None,
        qemu_system: &["qemu-system-mips64el", "-M", "malta", "-cpu", "MIPS64R2-generic", "-semihosting"],
        bare_status: BareStatus::Exact,
        qemu_system_package: "qemu-system-mips",
        bare_base: 0x2010_0000,
    },
);

/// The rows that both byte orders of ppc64 share. Both use the ELFv2 conventions.
const fn ppc64(name: &'static str, big_endian: bool, tools: Tools) -> Arch {
    Arch {
        name,
        family: "ppc64",
        ptr_size: 8,
        max_align: 8,
        big_endian,
        unaligned: true,
        ordered_stores: false,
        ops: Ops { popcount: true, clz: true, rotate: true, divide: true, unsigned_float: true, ..Ops::NONE },
        fused: Fused::Left,
        asks: Asks::NONE,
        int_args: regs!["R3" "3" 3, "R4" "4" 4, "R5" "5" 5, "R6" "6" 6, "R7" "7" 7, "R8" "8" 8, "R9" "9" 9,
            "R10" "10" 10, "R14" "14" 14, "R15" "15" 15, "R16" "16" 16, "R17" "17" 17],
        float_args: regs!["F1" "1" 1, "F2" "2" 2, "F3" "3" 3, "F4" "4" 4, "F5" "5" 5, "F6" "6" 6, "F7" "7" 7,
            "F8" "8" 8, "F9" "9" 9, "F10" "10" 10, "F11" "11" 11, "F12" "12" 12],
        float_size: 8,
        float32: Float32InReg::Widened,
        g: Some(r("R30", "30", 30)),
        ctxt: Some(r("R11", "11", 11)),
        scratch: regs!["R31" "31" 31, "R20" "20" 20, "R21" "21" 21, "R22" "22" 22, "R23" "23" 23, "R24" "24" 24,
            "R25" "25" 25, "R26" "26" 26, "R27" "27" 27, "R28" "28" 28, "R29" "29" 29, "R18" "18" 18, "R19" "19" 19],
        link: Some(r("LR", "lr", 65)),
        more_link: Some(r("R21", "21", 21)),
        sp: Some(r("R1", "1", 1)),
        zero: Some(r("R0", "0", 0)),
        min_frame: 32,
        stack_align: 16,
        tls_bias: 0x7000,
        nil_faults: true,
        tools,
    }
}

const PPC64_FLAGS: &[&str] = &["-mabi=elfv2", "-mcpu=pwr8"];
const PPC64_QEMU: &[&str] = &[
    "qemu-system-ppc64",
    "-M",
    "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off",
    "-cpu",
    "power9",
];
const PPC64: Arch = ppc64(
    "ppc64",
    true,
    Tools {
        rust_target: "powerpc64-unknown-linux-musl",
        rust_target_bare: "powerpc64-unknown-linux-musl",
        rust_flags: &[],
        stock_core: false,
        clang_target: "powerpc64-unknown-elf",
        clang_flags: PPC64_FLAGS,
        lld_emulation: "elf64ppc",
        large_pages: true,
        pie: false,
        elf_machine: 21,
        elf_flags: 2,
        qemu_user: "qemu-ppc64-static",
        kernel_of: None,
        qemu_system: PPC64_QEMU,
        bare_status: BareStatus::Line,
        qemu_system_package: "qemu-system-ppc",
        bare_base: 0,
    },
);
const PPC64LE: Arch = ppc64(
    "ppc64le",
    false,
    Tools {
        rust_target: "powerpc64le-unknown-linux-gnu",
        rust_target_bare: "powerpc64le-unknown-linux-gnu",
        rust_flags: &[],
        stock_core: false,
        clang_target: "powerpc64le-unknown-elf",
        clang_flags: PPC64_FLAGS,
        lld_emulation: "elf64lppc",
        large_pages: true,
        pie: false,
        elf_machine: 21,
        elf_flags: 2,
        qemu_user: "qemu-ppc64le-static",
        kernel_of: None,
        qemu_system: PPC64_QEMU,
        bare_status: BareStatus::Line,
        qemu_system_package: "qemu-system-ppc",
        bare_base: 0,
    },
);

const RISCV64: Arch = Arch {
    name: "riscv64",
    family: "riscv64",
    ptr_size: 8,
    max_align: 8,
    big_endian: false,
    unaligned: false,
    ordered_stores: false,
    ops: Ops { divide: true, unsigned_float: true, ..Ops::NONE },
    fused: Fused::Right,
    asks: Asks::NONE,
    int_args: regs!["X10" "x10" 10, "X11" "x11" 11, "X12" "x12" 12, "X13" "x13" 13, "X14" "x14" 14,
        "X15" "x15" 15, "X16" "x16" 16, "X17" "x17" 17, "X8" "x8" 8, "X9" "x9" 9, "X18" "x18" 18, "X19" "x19" 19,
        "X20" "x20" 20, "X21" "x21" 21, "X22" "x22" 22, "X23" "x23" 23],
    float_args: regs!["F10" "f10" 10, "F11" "f11" 11, "F12" "f12" 12, "F13" "f13" 13, "F14" "f14" 14,
        "F15" "f15" 15, "F16" "f16" 16, "F17" "f17" 17, "F8" "f8" 8, "F9" "f9" 9, "F18" "f18" 18, "F19" "f19" 19,
        "F20" "f20" 20, "F21" "f21" 21, "F22" "f22" 22, "F23" "f23" 23],
    float_size: 8,
    float32: Float32InReg::NanBoxed,
    g: Some(r("X27", "x27", 27)),
    ctxt: Some(r("X26", "x26", 26)),
    scratch: regs!["X31" "x31" 31, "X5" "x5" 5, "X6" "x6" 6, "X7" "x7" 7, "X24" "x24" 24, "X25" "x25" 25,
        "X28" "x28" 28, "X29" "x29" 29, "X30" "x30" 30],
    link: Some(r("X1", "x1", 1)),
    more_link: Some(r("X5", "x5", 5)),
    sp: Some(r("X2", "x2", 2)),
    zero: None,
    min_frame: 8,
    stack_align: 8,
    tls_bias: 0,
    nil_faults: true,
    tools: Tools {
        rust_target: "riscv64gc-unknown-none-elf",
        rust_target_bare: "riscv64gc-unknown-none-elf",
        rust_flags: &[],
        stock_core: false,
        clang_target: "riscv64-unknown-elf",
        clang_flags: &["-march=rv64gc", "-mabi=lp64d", "-mno-relax"],
        lld_emulation: "elf64lriscv",
        large_pages: true,
        pie: true,
        elf_machine: 243,
        elf_flags: 5,
        qemu_user: "qemu-riscv64-static",
        kernel_of: None,
        qemu_system: &["qemu-system-riscv64", "-M", "virt", "-bios", "none"],
        bare_status: BareStatus::Exact,
        qemu_system_package: "qemu-system-misc",
        bare_base: 0x8000_0000,
    },
};

const S390X: Arch = Arch {
    name: "s390x",
    family: "s390x",
    ptr_size: 8,
    max_align: 8,
    big_endian: true,
    unaligned: true,
    ordered_stores: true,
    ops: Ops { popcount: false, ctz: false, narrow: false, const_div: false, ..Ops::ALL },
    fused: Fused::Left,
    asks: Asks::NONE,
    int_args: regs!["R2" "r2" 2, "R3" "r3" 3, "R4" "r4" 4, "R5" "r5" 5, "R6" "r6" 6, "R7" "r7" 7, "R8" "r8" 8,
        "R9" "r9" 9],
    float_args: regs!["F0" "f0" 0, "F1" "f1" 1, "F2" "f2" 2, "F3" "f3" 3, "F4" "f4" 4, "F5" "f5" 5, "F6" "f6" 6,
        "F7" "f7" 7, "F8" "f8" 8, "F9" "f9" 9, "F10" "f10" 10, "F11" "f11" 11, "F12" "f12" 12, "F13" "f13" 13,
        "F14" "f14" 14, "F15" "f15" 15],
    float_size: 8,
    float32: Float32InReg::High,
    g: Some(r("R13", "r13", 13)),
    ctxt: Some(r("R12", "r12", 12)),
    scratch: regs!["R1" "r1" 1, "R10" "r10" 10, "R11" "r11" 11],
    link: Some(r("R14", "r14", 14)),
    more_link: Some(r("R1", "r1", 1)),
    sp: Some(r("R15", "r15", 15)),
    zero: None,
    min_frame: 8,
    stack_align: 8,
    tls_bias: 0,
    nil_faults: true,
    tools: Tools {
        rust_target: "s390x-unknown-linux-gnu",
        rust_target_bare: "s390x-unknown-linux-gnu",
        rust_flags: &[],
        stock_core: false,
        clang_target: "s390x-unknown-linux-gnu",
        clang_flags: &["-march=z10"],
        lld_emulation: "elf64_s390",
        large_pages: true,
        pie: true,
        elf_machine: 22,
        elf_flags: 0,
        qemu_user: "qemu-s390x-static",
        kernel_of: None,
        qemu_system: &["qemu-system-s390x", "-M", "s390-ccw-virtio", "-action", "panic=exit-failure"],
        bare_status: BareStatus::Line,
        qemu_system_package: "qemu-system-misc",
        bare_base: 0x1_0000,
    },
};

const WASM: Arch = Arch {
    name: "wasm",
    family: "wasm",
    ptr_size: 8,
    max_align: 8,
    big_endian: false,
    unaligned: true,
    ordered_stores: true,
    ops: Ops { bswap: false, narrow: false, wide_div: false, const_div: false, ..Ops::ALL },
    fused: Fused::None,
    asks: Asks::NONE,
    int_args: &[],
    float_args: &[],
    float_size: 0,
    float32: Float32InReg::Low,
    g: None,
    ctxt: None,
    scratch: &[],
    link: None,
    more_link: None,
    sp: None,
    zero: None,
    min_frame: 0,
    stack_align: 8,
    tls_bias: 0,
    nil_faults: false,
    tools: Tools {
        rust_target: "wasm32-unknown-unknown",
        rust_target_bare: "wasm32v1-none",
        rust_flags: &[],
        stock_core: false,
        clang_target: "wasm32-unknown-unknown",
        clang_flags: &["-mbulk-memory"],
        lld_emulation: "wasm",
        large_pages: false,
        pie: false,
        elf_machine: 0,
        elf_flags: 0,
        qemu_user: "node",
        kernel_of: None,
        qemu_system: &["node"],
        bare_status: BareStatus::Exact,
        qemu_system_package: "nodejs",
        bare_base: 0,
    },
};

/// All architectures, in the order the documentation lists them.
pub static ALL: [Arch; 13] = ROWS;
/// The runtime needs no other row: the linker leaves the table out.
static HOST_ROW: Arch = ROWS[HOST];
const ROWS: [Arch; 13] =
    budgeted([AMD64, I386, ARM, ARM64, MIPS, MIPSLE, MIPS64, MIPS64LE, PPC64, PPC64LE, RISCV64, S390X, WASM]);

/// With feature `abi0` no architecture has argument registers: what has some must also work without.
const fn budgeted(mut rows: [Arch; 13]) -> [Arch; 13] {
    let mut i = 0;
    while cfg!(feature = "abi0") && i < rows.len() {
        rows[i].int_args = &[];
        rows[i].float_args = &[];
        rows[i].float_size = 0;
        i += 1;
    }
    rows
}

impl Arch {
    /// The row of a GOARCH.
    pub fn by_name(goarch: &str) -> Option<&'static Arch> {
        ALL.iter().find(|a| a.name == goarch)
    }

    /// The row of the machine this crate was compiled for.
    #[inline]
    pub const fn host() -> &'static Arch {
        &HOST_ROW
    }

    /// The registers of ABIInternal.
    pub const fn abi_internal(&self) -> RegBudget {
        RegBudget {
            ptr_size: self.ptr_size,
            ints: self.int_args.len() as u8,
            floats: self.float_args.len() as u8,
            float_size: self.float_size,
        }
    }

    /// Whether Go itself passes arguments in registers here, and in these.
    pub fn go_has_registers(&self) -> bool {
        !self.int_args.is_empty() && !matches!(self.family, "arm" | "mips" | "mips64")
    }

    /// ABI0: no registers.
    pub const fn abi0(&self) -> RegBudget {
        RegBudget { ptr_size: self.ptr_size, ints: 0, floats: 0, float_size: 0 }
    }

    /// Where the parts of `internal/abi.RegArgs` lie.
    pub const fn reg_args(&self) -> RegArgsLayout {
        let (ni, nf, p) = (self.int_args.len() as u32, self.float_args.len() as u32, self.ptr_size as u32);
        let floats = ni * p;
        let ptrs = floats + nf * 8;
        let return_is_ptr = ptrs + ni * p;
        let size = (return_is_ptr + ni.div_ceil(8)).next_multiple_of(p);
        RegArgsLayout { floats, ptrs, return_is_ptr, size }
    }

    /// Words of a goroutine's record in which morestack keeps a function's argument registers, its link register if there is one,
    /// and what lies between these and a multiple of 8 bytes from the record's beginning.
    pub const fn more_words(&self) -> u32 {
        let p = self.ptr_size as u32;
        let link = if self.link.is_some() { p } else { 0 };
        let before = Record::named("g").offset_of("moreregs", self) as u32;
        ((before + self.reg_args().ptrs + link).next_multiple_of(8) - before) / p
    }

    /// The int argument register index of the register that instructions encode as `num`.
    pub fn int_arg_index(&self, num: u8) -> Option<usize> {
        self.int_args.iter().position(|r| r.num == num)
    }
}

/// Byte offsets in `internal/abi.RegArgs`: `Ints` at 0, then these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RegArgsLayout {
    /// `Floats`, 8 bytes each.
    pub floats: u32,
    /// `Ptrs`, which shadows `Ints` for the collector.
    pub ptrs: u32,
    /// `ReturnIsPtr`, bit i of byte i/8 for int register i.
    pub return_is_ptr: u32,
    /// Size of the whole.
    pub size: u32,
}

/// The index of the machine this crate was compiled for.
const HOST: usize = {
    let mut i = 0;
    while !same(ROWS[i].name.as_bytes(), host_name().as_bytes()) {
        i += 1;
    }
    i
};
/// The largest alignment of its types.
pub const HOST_MAX_ALIGN: u8 = ROWS[HOST].max_align;
/// Its RegArgs.
pub const HOST_REG_ARGS: RegArgsLayout = ROWS[HOST].reg_args();
/// How many integer argument registers it has.
pub const HOST_INT_ARGS: usize = ROWS[HOST].int_args.len();

/// Whether two texts are one; `==` is not for constants.
pub(crate) const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// The one place of this crate that asks `cfg` for the architecture.
const fn host_name() -> &'static str {
    let big = cfg!(target_endian = "big");
    if cfg!(target_arch = "x86_64") {
        "amd64"
    } else if cfg!(target_arch = "x86") {
        "386"
    } else if cfg!(target_arch = "arm") {
        "arm"
    } else if cfg!(target_arch = "aarch64") {
        "arm64"
    } else if cfg!(target_arch = "mips") {
        if big { "mips" } else { "mipsle" }
    } else if cfg!(target_arch = "mips64") {
        if big { "mips64" } else { "mips64le" }
    } else if cfg!(target_arch = "powerpc64") {
        if big { "ppc64" } else { "ppc64le" }
    } else if cfg!(target_arch = "riscv64") {
        "riscv64"
    } else if cfg!(target_arch = "s390x") {
        "s390x"
    } else if cfg!(target_arch = "wasm32") {
        "wasm"
    } else {
        panic!("no row for this architecture")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_consistent() {
        for a in &ALL {
            let name = a.name;
            assert!(core::ptr::eq(Arch::by_name(name).unwrap(), a), "{name} has two rows");
            let mut seen = alloc::vec::Vec::new();
            for reg in
                a.int_args.iter().chain(a.scratch).chain(&a.g).chain(&a.ctxt).chain(&a.sp).chain(&a.link)
            {
                assert!(!seen.contains(&reg.num), "{name}: {} has two jobs", reg.go);
                seen.push(reg.num);
            }
            assert!(a.int_args.len() <= 16 && a.float_args.len() <= 16);
            assert_eq!(a.float_args.is_empty(), a.float_size == 0);
        }
        assert_eq!(Arch::host().abi_internal().ptr_size as usize, size_of::<usize>());
    }

    #[test]
    fn reg_args_of_amd64() {
        let l = Arch::by_name("amd64").unwrap().reg_args();
        assert_eq!(l, RegArgsLayout { floats: 72, ptrs: 192, return_is_ptr: 264, size: 272 });
    }
}
