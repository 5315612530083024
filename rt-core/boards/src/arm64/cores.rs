//! Cores, by the firmware's interface for power (PSCI).

use ::core::arch::asm;
use ::core::sync::atomic::{AtomicBool, Ordering::Relaxed};

unsafe extern "C" {
    /// Where another core begins.
    fn oxigo_board_other();
    fn oxigo_board_psci_hvc(function: usize, a: usize, b: usize, c: usize) -> isize;
    fn oxigo_board_psci_smc(function: usize, a: usize, b: usize, c: usize) -> isize;
}

/// The firmware is called by `smc`, not by `hvc`.
static BY_SMC: AtomicBool = AtomicBool::new(false);

/// How many there are. The tree says, too, how the firmware is called.
pub fn cores(tree: usize) -> usize {
    BY_SMC.store(crate::tree::text(tree, "/psci", "method") == Some(b"smc"), Relaxed);
    crate::tree::cores(tree)
}

/// Up to eight cores are numbered in the lowest field.
pub fn core() -> usize {
    let v: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mrs {0}, mpidr_el1", out(reg) v, options(nomem, nostack)) };
    v & 0xff
}

/// Switches a core on, which gets its number for an argument.
pub fn start(core: usize) -> bool {
    const CPU_ON: usize = 0xc400_0003;
    let call = if BY_SMC.load(Relaxed) { oxigo_board_psci_smc } else { oxigo_board_psci_hvc };
    // SAFETY: the core begins with what `boot.S` sets up for it.
    unsafe {
        asm!("dsb sy");
        call(CPU_ON, core, oxigo_board_other as *const () as usize, core) == 0
    }
}
