//! Signals as every system has them: what one does, and its name. Without an operating system they are the CPU's exceptions.

use super::sig;

/// What a signal does to the process.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// What the system does with it.
    Default,
    /// Nothing.
    Ignore,
    /// It calls the runtime's handler (`rt_sighandler`), on the thread's signal stack.
    Handle,
}

/// Names, as Go prints them.
static NAMES: [(u32, &str); 31] = [
    (sig::HUP, "SIGHUP: terminal line hangup"),
    (sig::INT, "SIGINT: interrupt"),
    (sig::QUIT, "SIGQUIT: quit"),
    (sig::ILL, "SIGILL: illegal instruction"),
    (sig::TRAP, "SIGTRAP: trace trap"),
    (sig::ABRT, "SIGABRT: abort"),
    (sig::BUS, "SIGBUS: bus error"),
    (sig::FPE, "SIGFPE: floating-point exception"),
    (sig::KILL, "SIGKILL: kill"),
    (sig::USR1, "SIGUSR1: user-defined signal 1"),
    (sig::SEGV, "SIGSEGV: segmentation violation"),
    (sig::USR2, "SIGUSR2: user-defined signal 2"),
    (sig::PIPE, "SIGPIPE: write to broken pipe"),
    (sig::ALRM, "SIGALRM: alarm clock"),
    (sig::TERM, "SIGTERM: termination"),
    (sig::MACHINE, sig::MACHINE_NAME),
    (sig::CHLD, "SIGCHLD: child status has changed"),
    (sig::CONT, "SIGCONT: continue"),
    (sig::STOP, "SIGSTOP: stop, unblockable"),
    (sig::TSTP, "SIGTSTP: keyboard stop"),
    (sig::TTIN, "SIGTTIN: background read from tty"),
    (sig::TTOU, "SIGTTOU: background write to tty"),
    (sig::URG, "SIGURG: urgent condition on socket"),
    (sig::XCPU, "SIGXCPU: cpu limit exceeded"),
    (sig::XFSZ, "SIGXFSZ: file size limit exceeded"),
    (sig::VTALRM, "SIGVTALRM: virtual alarm clock"),
    (sig::PROF, "SIGPROF: profiling alarm clock"),
    (sig::WINCH, "SIGWINCH: window size change"),
    (sig::IO, "SIGIO: i/o now possible"),
    (sig::PWR, "SIGPWR: power failure restart"),
    (sig::SYS, "SIGSYS: bad system call"),
];

/// The name of a signal.
pub fn signal_name(sig: u32) -> &'static str {
    NAMES.iter().find(|n| n.0 == sig).map_or("signal", |n| n.1)
}

/// Ends the process as the signal's default action does.
pub fn die_of(sig: u32) -> ! {
    super::sigaction(sig, Action::Default);
    super::sigprocmask(super::SignalSet::NONE);
    super::kill_self(sig);
    super::exit(2)
}
