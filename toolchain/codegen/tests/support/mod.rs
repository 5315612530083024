//! Runs compiled functions inside the test process: code and data in fresh memory, calls through a trampoline that
//! knows Go's register convention.
#![allow(dead_code, reason = "each test binary uses a part")]
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
use ir::sig::PartLoc;
use ir::{FuncId, Program, RelocKind, Section, SymRef};
use oxigo_codegen::fixup::FixupTarget;
use oxigo_codegen::{CompiledFuncs, Options, compile_functions};
use std::collections::HashMap;

/// Registers at a call and after it.
#[repr(C)]
#[derive(Default, Clone, Debug)]
pub struct Regs {
    pub ints: [u64; 9],
    pub floats: [u64; 15],
    g: [u64; 16],
}

// rt_test_call(code: rdi, regs: rsi): loads the registers, calls with R14 = g (whose guard is 0) and X15 = 0, stores
// the results.
std::arch::global_asm!(
    ".globl rt_test_call",
    "rt_test_call:",
    "push rbx",
    "push rbp",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "push rsi",
    "mov r13, rdi",
    "mov r12, rsi",
    "lea r14, [rsi + 192]",
    "xorps xmm15, xmm15",
    "movsd xmm0, [r12 + 72]",
    "movsd xmm1, [r12 + 80]",
    "movsd xmm2, [r12 + 88]",
    "movsd xmm3, [r12 + 96]",
    "movsd xmm4, [r12 + 104]",
    "movsd xmm5, [r12 + 112]",
    "movsd xmm6, [r12 + 120]",
    "movsd xmm7, [r12 + 128]",
    "mov rax, [r12]",
    "mov rbx, [r12 + 8]",
    "mov rcx, [r12 + 16]",
    "mov rdi, [r12 + 24]",
    "mov rsi, [r12 + 32]",
    "mov r8, [r12 + 40]",
    "mov r9, [r12 + 48]",
    "mov r10, [r12 + 56]",
    "mov r11, [r12 + 64]",
    "call r13",
    "pop r12",
    "mov [r12], rax",
    "mov [r12 + 8], rbx",
    "mov [r12 + 16], rcx",
    "mov [r12 + 24], rdi",
    "mov [r12 + 32], rsi",
    "mov [r12 + 40], r8",
    "mov [r12 + 48], r9",
    "mov [r12 + 56], r10",
    "mov [r12 + 64], r11",
    "movsd [r12 + 72], xmm0",
    "movsd [r12 + 80], xmm1",
    "movsd [r12 + 88], xmm2",
    "movsd [r12 + 96], xmm3",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbp",
    "pop rbx",
    "ret",
    // Preserves all registers, as a poll does, and counts itself in g.
    ".globl rt_test_poll",
    "rt_test_poll:",
    "inc qword ptr [r14 + 64]",
    "ret",
);

unsafe extern "C" {
    fn rt_test_call(code: usize, regs: *mut Regs);
    fn rt_test_poll();
    fn mmap(addr: usize, len: usize, prot: i32, flags: i32, fd: i32, off: i64) -> usize;
}

/// A program in memory.
pub struct Loaded {
    pub program: Program,
    pub funcs: CompiledFuncs,
    code: HashMap<FuncId, usize>,
}

extern "C" fn unexpected() -> ! {
    eprintln!("an unexpected runtime routine was called");
    std::process::abort()
}

impl Loaded {
    /// Compiles (with all checks) and loads.
    pub fn new(program: Program, options: &Options) -> Loaded {
        let options = Options { check: true, ..options.clone() };
        let funcs = compile_functions(&program, &options).unwrap_or_else(|e| panic!("{}", e.join("\n")));
        let size = funcs.iter().flatten().map(|c| c.code.len() + 32).sum::<usize>()
            + program.datas.iter().map(|d| d.size as usize + 16).sum::<usize>()
            + funcs.iter().flatten().map(|c| c.fixups.len() * 32).sum::<usize>()
            + 4096;
        // SAFETY: fresh anonymous memory, private to this object.
        let base = unsafe { mmap(0, size, 7, 0x22, -1, 0) };
        assert!(base as isize > 0, "mmap failed");
        let mut at = base;
        let mut take = |bytes: &[u8], align: usize, len: usize| {
            at = at.next_multiple_of(align);
            let here = at;
            // SAFETY: the sizes were added up above.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), here as *mut u8, bytes.len()) };
            at += len;
            here
        };
        let mut code = HashMap::new();
        for (id, c) in funcs.iter_enumerated() {
            if let Some(c) = c {
                code.insert(id, take(&c.code, 16, c.code.len()));
            }
        }
        let datas: Vec<usize> = program.datas.iter().map(|d| take(&d.bytes, 16, d.size as usize)).collect();
        let mut stubs: HashMap<String, usize> = HashMap::new();
        let mut stub = |name: &str, take: &mut dyn FnMut(&[u8], usize, usize) -> usize| {
            *stubs.entry(name.to_string()).or_insert_with(|| {
                let to = if name == "runtime.poll_slow" {
                    rt_test_poll as *const () as usize
                } else {
                    unexpected as *const () as usize
                };
                let mut jump = vec![0xff, 0x25, 0, 0, 0, 0];
                jump.extend_from_slice(&to.to_le_bytes());
                take(&jump, 16, 16)
            })
        };
        let mut pool: HashMap<(u128, u8), usize> = HashMap::new();
        for (id, c) in funcs.iter_enumerated() {
            let Some(c) = c else { continue };
            for r in &c.fixups {
                let to = match &r.target {
                    FixupTarget::Sym(SymRef::Func(f)) => code
                        .get(f)
                        .copied()
                        .unwrap_or_else(|| stub(program.funcs[*f].name.as_str(), &mut take)),
                    FixupTarget::Sym(SymRef::Data(d)) => datas[d.0 as usize],
                    FixupTarget::Ext(name) => stub(name, &mut take),
                    FixupTarget::TlsG => {
                        panic!("{}: g is not in thread-local storage here", program.funcs[id].name)
                    }
                    FixupTarget::Pool(bits, n) => {
                        *pool.entry((*bits, *n)).or_insert_with(|| take(&bits.to_le_bytes(), 16, 16))
                    }
                };
                let field = code[&id] + r.at as usize;
                let d = (to as i64 + r.addend - field as i64) as i32;
                // SAFETY: the field lies in the function's code.
                unsafe { (field as *mut i32).write_unaligned(d) };
            }
        }
        for (d, &home) in program.datas.iter().zip(&datas) {
            assert_ne!(d.section, Section::Extern);
            for r in &d.relocs {
                assert_eq!(r.kind, RelocKind::Abs);
                let to = match r.target {
                    SymRef::Func(f) => code[&f],
                    SymRef::Data(t) => datas[t.0 as usize],
                };
                let to = to as i64 + r.addend;
                // SAFETY: the field lies in the data.
                unsafe { ((home + r.off as usize) as *mut i64).write_unaligned(to) };
            }
        }
        Loaded { program, funcs, code }
    }

    pub fn find(&self, name: &str) -> FuncId {
        let found = self.program.funcs.iter_enumerated().find(|f| f.1.name.as_str() == name);
        found.unwrap_or_else(|| panic!("no function {name}")).0
    }

    /// Calls a function whose parameters and results are all flat and in registers: one word for each leaf. With `poll`
    /// the guard makes every poll take its slow path (prologues with a check must not run then).
    pub fn call_polled(&self, id: FuncId, args: &[u64], poll: bool) -> (Vec<u64>, u64) {
        let sig = &self.program.sigs[self.program.funcs[id].sig];
        let mut regs = Regs { ints: [0x5555_5555_5555_5555; 9], ..Regs::default() };
        regs.g[2] = if poll { u64::MAX } else { 0 };
        let mut n = 0;
        for p in &sig.params {
            let PartLoc::Regs(steps) = &p.loc else { panic!("a stack argument") };
            for s in steps {
                // Upper bits are undefined: fill them.
                let junk = if s.ty.is_float() || s.ty.size(8) == 8 { 0 } else { !0 << (8 * s.ty.size(8)) };
                let place = if s.ty.is_float() { &mut regs.floats } else { &mut regs.ints[..] };
                place[s.reg as usize] = args[n] | junk;
                n += 1;
            }
        }
        assert_eq!(n, args.len(), "number of arguments");
        // SAFETY: the code follows the convention that the trampoline implements.
        unsafe { rt_test_call(self.code[&id], &mut regs) };
        let mut out = Vec::new();
        for p in &sig.results {
            let PartLoc::Regs(steps) = &p.loc else { panic!("a stack result") };
            for s in steps {
                let v = if s.ty.is_float() { regs.floats[s.reg as usize] } else { regs.ints[s.reg as usize] };
                let bits = 8 * s.ty.size(8);
                out.push(if bits == 64 { v } else { v & ((1 << bits) - 1) });
            }
        }
        (out, regs.g[8])
    }
}
