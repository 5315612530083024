//! The records: each field's place, its names and its types in Rust and in Go.

/// Hands a record's rows to a macro of the caller's: `record! { g => then { what it should know } }`.
///
/// A row is the field in Rust, then in Go, then what assembly calls its offset (its size is that name with `_SIZE`). Rust's types are
/// looked up where the caller stands, and are in memory what Go's are: [`Record`](super::Record) has the offsets by Go's types, and
/// rt-core compares all of them with its structs.
#[macro_export]
macro_rules! record {
    (g => $then:ident $with:tt) => {
        $then! { $with
            /// A goroutine. What follows these fields is Rust's own.
            "g" {
                /// The stack: [lo, hi).
                pub stack_lo: usize = "stacklo uintptr" as G_STACK_LO;
                pub stack_hi: usize = "stackhi uintptr" as G_STACK_HI;
                /// What prologues and polls compare SP with; a poisoned one asks for attention. Compiled code knows this field only.
                pub stackguard0: AtomicUsize = "stackguard0 uintptr" as G_STACKGUARD0;
                /// The thread that runs it.
                pub m: *mut M = "m *m" as G_M;
                /// Newest panic and newest defer record.
                pub panic: *mut Panic = "_panic *_panic";
                pub defer: *mut Defer = "_defer *_defer";
                /// Where the goroutine goes on when gogo picks it up.
                pub sched_sp: usize = "schedsp uintptr" as G_SCHED_SP;
                pub sched_pc: usize = "schedpc uintptr" as G_SCHED_PC;
                pub sched_ctxt: usize = "schedctxt unsafe.Pointer" as G_SCHED_CTXT;
                /// morestack's notes: an address in the function that asked for more stack; the entry of that function, filled in by
                /// rt_newstack; the argument registers at its entry, Ints then Floats, then the link register if there is one. They are
                /// live while schedpc is rt_morestack_resume, and the pointers among them are told by the function's arg_reg_ptrs.
                pub more_pc: usize = "morepc uintptr" as G_MORE_PC;
                pub more_entry: usize = "moreentry uintptr" as G_MORE_ENTRY;
                pub more_regs: [usize; REG_WORDS] = "moreregs [moreRegWords]uintptr" as G_MORE_REGS;
                /// At a multiple of 8, for Rust and Go align 64 bits differently on some machines.
                pub goid: u64 = "goid uint64" as G_ASM_END;
                /// A recovered frame's open-coded defers that its deferreturn still has to run. Stack addresses; stack copying adjusts
                /// them.
                pub open_sp: usize = "openSP uintptr";
                pub open_bits: usize = "openBits uintptr";
                pub open_slots: usize = "openSlots uintptr";
                /// The signal that is about to become a panic.
                pub sigcode0: usize = "sigcode0 uintptr";
                pub sigcode1: usize = "sigcode1 uintptr";
                pub sigpc: usize = "sigpc uintptr";
                pub sig: u32 = "sig uint32";
                pub panic_on_fault: bool = "paniconfault bool";
                pub fips_indicator: u8 = "fipsIndicator uint8";
                pub fips_bypass: bool = "fipsBypass bool";
                _pad: u8 = "_ uint8";
                pub labels: usize = "labels unsafe.Pointer";
                /// Its bubble (testing/synctest), if it is in one.
                pub bubble: *mut Bubble = "bubble *bubble";
                /// The semaphore of those that pull gopark.
                pub parksema: u32 = "parksema uint32";
            }
        }
    };
    (m => $then:ident $with:tt) => {
        $then! { $with
            /// A thread. What follows these fields is Rust's own.
            "m" {
                /// The goroutine record of the thread's own stack.
                pub g0: *mut G = "g0 *g" as M_G0;
                /// The goroutine it runs.
                pub curg: Shown<G> = "curg *g" as M_CURG;
                /// The record of the signal stack.
                pub gsignal: *mut G = "gsignal *g" as M_GSIGNAL;
                pub tls: usize = "tls uintptr" as M_TLS;
                /// The processor it holds.
                pub p: *mut P = "p *p" as M_P;
                /// Above 0: the goroutine may not be preempted.
                pub locks: i32 = "locks int32";
                pub mallocing: i32 = "mallocing int32";
                /// Random numbers of this thread.
                pub rng: Rng = "rng [2]uint64";
            }
        }
    };
    (p => $then:ident $with:tt) => {
        $then! { $with
            /// A processor: the right to run Go code, with what that needs without locks. What follows these fields is Rust's own.
            "p" {
                /// What it allocates from.
                pub cache: *mut MCache = "mcache *mcache" as P_CACHE;
                pub id: i32 = "id int32";
            }
        }
    };
    (bubble => $then:ident $with:tt) => {
        $then! { $with
            /// What goroutines need to know of their bubble. The rest of the record is Rust's.
            "bubble" {
                /// The clock, in ns since 1970. Changes only while all but the root are blocked.
                pub now: i64 = "now int64";
                /// Never 0. What channels and other objects remember of their bubble.
                pub id: u32 = "id uint32";
            }
        }
    };
    (defer => $then:ident $with:tt) => {
        $then! { $with
            /// A pending deferred call. The compiler reserves records of deferprocStack in the frame.
            "_defer" {
                pub heap: bool = "heap bool";
                pub rangefunc: bool = "rangefunc bool";
                /// The frame that defers, and the return address into it.
                pub sp: usize = "sp uintptr";
                pub pc: usize = "pc uintptr";
                pub func: usize = "fn func()";
                pub link: *mut Defer = "link *_defer";
                /// With rangefunc: the records of the loop body.
                pub head: usize = "head *deferHead";
            }
        }
    };
    (panic => $then:ident $with:tt) => {
        $then! { $with
            /// A panic or Goexit in progress. It is always on the collected heap; its stack addresses are adjusted when the stack moves.
            "_panic" {
                pub arg: [usize; 2] = "arg any";
                pub link: *mut Panic = "link *_panic";
                /// The return address into gopanic or Goexit, and its frame.
                pub start_pc: usize = "startPC uintptr";
                pub start_sp: usize = "startSP uintptr";
                /// The frame whose defers are being run, and where that goes on.
                pub sp: usize = "sp uintptr";
                pub pc: usize = "pc uintptr";
                /// Its open-coded defers: bit mask and closures.
                pub bits: usize = "bits uintptr";
                pub slots: usize = "slots uintptr";
                /// Where recovery resumes in it.
                pub retpc: usize = "retpc uintptr";
                pub recovered: bool = "recovered bool";
                pub repanicked: bool = "repanicked bool";
                pub goexit: bool = "goexit bool";
            }
        }
    };
    (hchan => $then:ident $with:tt) => {
        $then! { $with
            /// A channel. It is Go memory, made by makechan; its queues hold records that are not.
            "hchan" {
                pub qcount: usize = "qcount uint";
                pub dataqsiz: usize = "dataqsiz uint";
                pub buf: *mut u8 = "buf unsafe.Pointer";
                pub elemsize: u16 = "elemsize uint16";
                pub closed: AtomicU32 = "closed uint32";
                /// What feeds it, if that is a timer.
                pub timer: *mut GoTimer = "timer *timeTimer";
                pub elemtype: *const Type = "elemtype *_type";
                pub sendx: usize = "sendx uint";
                pub recvx: usize = "recvx uint";
                /// Who waits: first and last.
                pub recvq: WaitQ = "recvq [2]uintptr";
                pub sendq: WaitQ = "sendq [2]uintptr";
                /// 0: free, 1: held, 2: held, and somebody sleeps until it is free.
                lock: AtomicU32 = "lock uint32";
                /// 0 for most channels. The id of the bubble that it was made in and may be used in, and a bit for a timer's channel.
                pub special: u32 = "special uint32";
            }
        }
    };
    (scase => $then:ident $with:tt) => {
        $then! { $with
            /// A case of a select.
            "scase" {
                c: *mut Hchan = "c *hchan";
                elem: *mut u8 = "elem unsafe.Pointer";
            }
        }
    };
    (timer => $then:ident $with:tt) => {
        $then! { $with
            /// What the runtime knows of a time.Timer and time.Ticker; it begins with their fields.
            "timerRecord" {
                c: usize = "c unsafe.Pointer";
                init: bool = "init bool";
                /// When it goes off; 0: it is stopped.
                pub when: i64 = "when int64";
                pub period: i64 = "period int64";
                /// A function's timer that is on its set's list: when it was to go off, 0 if it was stopped since.
                pub due: i64 = "due int64";
                /// Place in the heap + 1; 0: not there.
                index: usize = "index int";
                /// It is on the list, and the next there.
                listed: bool = "listed bool";
                next: *mut GoTimer = "next uintptr";
                /// The channel that its function sends to, if it does.
                pub channel: *mut Channel = "channel *hchan";
                /// Whose clock it follows; nil: the world's.
                pub bubble: *mut Bubble = "bubble *bubble";
            }
        }
    };
    (due => $then:ident $with:tt) => {
        $then! { $with
            /// A timer whose function is to be run, and how late it is.
            "dueTimer" {
                t: *mut GoTimer = "t *timeTimer";
                delay: i64 = "delay int64";
            }
        }
    };
    (coro => $then:ident $with:tt) => {
        $then! { $with
            /// A coroutine: a goroutine paired with whoever resumes it. At any time one of the two waits in it.
            "coro" {
                /// The waiting goroutine, and what the coroutine runs.
                g: AtomicUsize = "g uintptr";
                func: usize = "f func(*coro)";
            }
        }
    };
    (slot => $then:ident $with:tt) => {
        $then! { $with
            /// Free objects of one group of 64 of one span.
            "mcacheSlot" {
                /// A bit per free object.
                pub free: u64 = "free uint64";
                /// Address of the group's first object.
                pub base: usize = "base uintptr";
                /// Bytes from one object to the next.
                pub elem_size: u32 = "elemSize uint32";
                /// Not 0: free objects may hold old contents. Of objects with pointers only those with a header of their own.
                pub needzero: u32 = "needzero uint32";
                /// The span, or nil if the slot is empty.
                pub span: *mut Span = "span unsafe.Pointer";
            }
        }
    };
    (wbbuf => $then:ident $with:tt) => {
        $then! { $with
            /// A P's buffer of pointers that the write barrier notes.
            "wbBuf" {
                /// Where the next word goes, and one past the last word.
                pub next: *mut usize = "next uintptr" as C_WB_NEXT;
                pub end: *mut usize = "end uintptr" as C_WB_END;
                /// The arguments of rt_gc_write_barrier.
                area: [usize; 4] = "area [4]uintptr" as C_WB_AREA;
                /// Room for the registers that gcWriteBarrier saves meanwhile.
                save: [u8; 512] = "save [512]byte" as C_WB_SAVE;
                buf: [usize; 512] = "buf [512]uintptr";
            }
        }
    };
    (mcache => $then:ident $with:tt) => {
        $then! { $with
            /// What a P allocates from; owned by whoever runs the P (or stopped the world). What follows these fields is Rust's own.
            "mcache" {
                /// Write barrier buffer. The assembly expects it first.
                pub wb: WbBuf = "wb wbBuf" as C_WB;
                /// Class of a size up to 1024, by (size + 7) / 8.
                pub small: *const u8 = "small *[129]uint8";
                /// Keeps the slots aligned on 32-bit machines.
                reserved: usize = "_ uintptr";
                /// By span class (size class << 1 | no pointers).
                pub slots: [Slot; SPAN_CLASSES] = "slots [spanClasses]mcacheSlot";
                /// Block that the tiny allocator fills, or 0.
                pub tiny: usize = "tiny uintptr";
                /// Its first unused byte.
                pub tiny_offset: usize = "tinyOffset uintptr";
                /// Values put into tiny blocks since the last flush.
                pub tiny_allocs: usize = "tinyAllocs uintptr";
            }
        }
    };
    (finalizer => $then:ident $with:tt) => {
        $then! { $with
            /// What the collector hands to the finalizer goroutine: a finalizer with its object, or a cleanup.
            "finalizerWork" {
                func: usize = "fn *funcval";
                /// The object; nil: fn is a cleanup func().
                arg: usize = "arg unsafe.Pointer";
                nret: usize = "nret uintptr";
                /// The type of fn's parameter, and that of the object's pointer.
                fint: *const Type = "fint *_type";
                ot: *const Type = "ot *_type";
            }
        }
    };
    (pcinfo => $then:ident $with:tt) => {
        $then! { $with
            /// One logical frame at a pc.
            "pcInfo" {
                name: Str = "name string";
                file: Str = "file string";
                line: isize = "line int";
                start_line: isize = "startLine int";
                entry: usize = "entry uintptr";
                /// The function's entry in the image's table.
                func: usize = "fn uintptr";
                /// An outer frame follows: this one is inlined.
                more: bool = "more bool";
                wrapper: bool = "wrapper bool";
            }
        }
    };
    (itab => $then:ident $with:tt) => {
        $then! { $with
            /// A method table, and its type, for a dump of the heap.
            "dumpedItab" {
                table: usize = "tab *itab";
                typ: usize = "typ *_type";
                size: usize = "size uintptr";
                name: Str = "name string";
                pointers: bool = "pointers bool";
            }
        }
    };
    (shared => $then:ident $with:tt) => {
        $then! { $with
            /// Addresses that Rust needs, handed over once at start by setShared.
            "sharedVars" {
                pub write_barrier: usize = "writeBarrier unsafe.Pointer";
                pub sigpanic: usize = "sigpanic uintptr";
                pub goexit_resume: usize = "goexitResume uintptr";
                pub mem_profile_rate: usize = "memProfileRate *int";
            }
        }
    };
    (metrics => $then:ident $with:tt) => {
        $then! { $with
            /// What runtime/metrics asks for and MemStats has not. Times are in nanoseconds of processors.
            "metricNumbers" {
                gogc: u64 = "gogc uint64";
                limit: u64 = "limit uint64";
                /// What the last collection marked, in bytes.
                marked: u64 = "marked uint64";
                /// Values that share a block.
                tiny: u64 = "tiny uint64";
                /// Marking: by who allocates, by the collector's own threads, by processors without work; and all processors while the world stands.
                assist: u64 = "assist uint64";
                dedicated: u64 = "dedicated uint64";
                idle_mark: u64 = "idleMark uint64";
                pause: u64 = "pause uint64";
                /// Processors without work.
                idle: u64 = "idle uint64";
                /// Giving memory back: because the program asked, and beside it.
                scavenge_assist: u64 = "scavengeAssist uint64";
                scavenge_background: u64 = "scavengeBackground uint64";
                /// All that processors could have done.
                total: u64 = "total uint64";
                /// Calls queued since the program began.
                finalizers: u64 = "finalizers uint64";
                cleanups: u64 = "cleanups uint64";
                /// Bytes that a collection reads.
                scan_globals: u64 = "scanGlobals uint64";
                scan_heap: u64 = "scanHeap uint64";
                scan_stack: u64 = "scanStack uint64";
                /// Bytes that a stack begins with, and those of threads' own.
                stack_size: u64 = "stackSize uint64";
                thread_stacks: u64 = "threadStacks uint64";
                /// Goroutines: all that ever were, and how many are at what.
                created: u64 = "created uint64";
                not_in_go: u64 = "notInGo uint64";
                runnable: u64 = "runnable uint64";
                running: u64 = "running uint64";
                waiting: u64 = "waiting uint64";
                /// Goroutines waiting for a sync.Mutex or RWMutex.
                mutex_wait: u64 = "mutexWait uint64";
                /// Objects by size class.
                allocs: [u64; CLASSES] = "allocs [sizeClasses]uint64";
                frees: [u64; CLASSES] = "frees [sizeClasses]uint64";
                /// Histograms: how long goroutines waited to run, how long it took to stop the world, and how long it stood.
                latency: [u64; COUNTS] = "latency [durationCounts]uint64";
                stopping_gc: [u64; COUNTS] = "stoppingGC [durationCounts]uint64";
                stopping_other: [u64; COUNTS] = "stoppingOther [durationCounts]uint64";
                stopped_gc: [u64; COUNTS] = "stoppedGC [durationCounts]uint64";
                stopped_other: [u64; COUNTS] = "stoppedOther [durationCounts]uint64";
            }
        }
    };
}
