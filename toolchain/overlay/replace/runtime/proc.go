package runtime

import (
	"internal/cpu"
	"internal/runtime/exithook"
	"internal/runtime/maps"
	"math/bits"
	"unsafe"
)

// newproc makes a goroutine that calls fn and queues it.
func newproc(fn *funcval)

// newsysproc is newproc for a goroutine of the runtime's own: it is not counted, and waiting, it
// does not keep a deadlock from being found.
func newsysproc(fn *funcval)

func goSystem(f func()) { newsysproc(*(**funcval)(unsafe.Pointer(&f))) }

// goexit1 ends the goroutine: it does not return.
func goexit1()

func exit(code int32)

// setShared tells Rust the addresses it needs, the first thing in a program.
func setShared(v *sharedVars)

// imageInits returns the initialisers in order, and main.main, as func values.
func imageInits() (inits unsafe.Pointer, n int, main unsafe.Pointer)

// schedinit ends the start: the world's other threads may run from here on.
func schedinit()

// mainExiting says that main.main has returned; panics in progress are let finish.
func mainExiting()

func Gosched()

// LockOSThread wires the calling goroutine to its current thread until as many calls of UnlockOSThread.
func LockOSThread()

// UnlockOSThread undoes one LockOSThread.
func UnlockOSThread()

// NumGoroutine is the number of goroutines that exist.
func NumGoroutine() int

// NumCPU is the number of CPUs usable by the process.
func NumCPU() int

// GOMAXPROCS sets the number of CPUs that run goroutines at once, if n > 0, and returns the previous number.
func GOMAXPROCS(n int) int {
	if n <= 0 {
		// sync.Pool asks while it is pinned, and must not wait.
		n, _ = setProcs(0)
		return n
	}
	semacquire(&gcsema)
	old, done := setProcs(n)
	for !done {
		Gosched()
		_, done = setProcs(n)
	}
	semrelease(&gcsema)
	return old
}

// setProcs sets the number of processors, if n > 0. It is not done if a collection begins or ends, or the world is stopped, just now.
func setProcs(n int) (old int, done bool)

// gcsema makes those wait in line that collect, stop the world or change the number of processors: each needs a processor
// in between, and none of them is overtaken for ever.
var gcsema uint32 = 1

//go:linkname semacquire sync.runtime_Semacquire
func semacquire(s *uint32)

//go:linkname semrelease internal/poll.runtime_Semrelease
func semrelease(s *uint32)

// SetDefaultGOMAXPROCS sets GOMAXPROCS back to what it is without settings.
func SetDefaultGOMAXPROCS() { GOMAXPROCS(NumCPU()) }

// main is the function of the main goroutine: it runs the initialisers, main.main and the exit hooks.
func main() {
	var v sharedVars
	v.writeBarrier = unsafe.Pointer(&writeBarrier)
	v.sigpanic = funcCode(sigpanic)
	v.goexitResume = funcCode(goexitResume)
	v.memProfileRate = &MemProfileRate
	setShared(&v)
	typesStart, typesEnd, _, _, _, _ = imageTypes()
	tellFeatures()
	cpu.Initialize(getenv("GODEBUG"))
	machineFeatures()
	maps.AlgInit()
	itabsInit()
	// Variables of other packages: nothing here refers to them otherwise.
	maps_errNilAssign = plainError("assignment to entry in nil map")
	bits_divideError = divideError
	bits_overflowError = overflowError
	schedinit()
	inits, n, mainfn := imageInits()
	exithook.Gosched = Gosched
	exithook.Goid = goid
	exithook.Throw = throw
	list := unsafe.Slice((*unsafe.Pointer)(inits), n)
	for i := range list {
		fn := list[i]
		(*(*func())(unsafe.Pointer(&fn)))()
	}
	goSystem(finalizerLoop)
	if mainfn == nil {
		// A library: the host calls what it wants.
		return
	}
	(*(*func())(unsafe.Pointer(&mainfn)))()
	mainExiting()
	exithook.Run(0)
	exit(0)
}

func goid() uint64 { return getg().goid }

//go:linkname os_beforeExit os.runtime_beforeExit
func os_beforeExit(code int) { exithook.Run(code) }

//go:linkname syscall_Exit syscall.Exit
func syscall_Exit(code int) { exit(int32(code)) }

func goschedguarded() { Gosched() }

// ---- pinning: not preempted, the goroutine stays on its P

//go:linkname sync_procPin sync.runtime_procPin
//go:nosplit
func sync_procPin() int {
	m := getg().m
	m.locks++
	return int(m.p.id)
}

//go:linkname sync_procUnpin sync.runtime_procUnpin
//go:nosplit
func sync_procUnpin() { getg().m.locks-- }

//go:linkname atomic_procPin sync/atomic.runtime_procPin
//go:nosplit
func atomic_procPin() int {
	m := getg().m
	m.locks++
	return int(m.p.id)
}

//go:linkname atomic_procUnpin sync/atomic.runtime_procUnpin
//go:nosplit
func atomic_procUnpin() { getg().m.locks-- }

// ---- pools

//go:linkname sync_allPools sync.allPools
var sync_allPools []unsafe.Pointer

//go:linkname sync_oldPools sync.oldPools
var sync_oldPools []unsafe.Pointer

func registerPools(all, old *[]unsafe.Pointer)

// The function that empties them is the library's; the runtime does what it does as a collection begins (rt-core/src/sync/pools.rs).
//
//go:linkname sync_registerPoolCleanup sync.runtime_registerPoolCleanup
func sync_registerPoolCleanup(func()) { registerPools(&sync_allPools, &sync_oldPools) }

//go:linkname sync_throw sync.throw
func sync_throw(s string) { throw(s) }

//go:linkname isync_throw internal/sync.throw
func isync_throw(s string) { throw(s) }

//go:linkname sync_fatal sync.fatal
func sync_fatal(s string) { fatal(s) }

//go:linkname isync_fatal internal/sync.fatal
func isync_fatal(s string) { fatal(s) }

//go:linkname maps_fatal internal/runtime/maps.fatal
func maps_fatal(s string) { fatal(s) }

//go:linkname rand_fatal crypto/rand.fatal
func rand_fatal(s string) { fatal(s) }

//go:linkname sysrand_fatal crypto/internal/sysrand.fatal
func sysrand_fatal(s string) { fatal(s) }

//go:linkname fips_fatal crypto/internal/fips140.fatal
func fips_fatal(s string) { fatal(s) }

// ---- per-goroutine state of the crypto packages

//go:linkname fips_getIndicator crypto/internal/fips140.getIndicator
func fips_getIndicator() uint8 { return getg().fipsIndicator }

//go:linkname fips_setIndicator crypto/internal/fips140.setIndicator
func fips_setIndicator(i uint8) { getg().fipsIndicator = i }

//go:linkname fips_isBypassed crypto/fips140.isBypassed
func fips_isBypassed() bool { return getg().fipsBypass }

//go:linkname fips_setBypass crypto/fips140.setBypass
func fips_setBypass() { getg().fipsBypass = true }

//go:linkname fips_unsetBypass crypto/fips140.unsetBypass
func fips_unsetBypass() { getg().fipsBypass = false }

//go:linkname subtle_setDITEnabled crypto/subtle.setDITEnabled
func subtle_setDITEnabled() bool { return false }

//go:linkname subtle_setDITDisabled crypto/subtle.setDITDisabled
func subtle_setDITDisabled() {}

// ---- random numbers

// rand steps the thread's generator, as rt-core/src/base/rand.rs does.
//
//go:nosplit
func rand() uint64 {
	s := &getg().m.rng
	s[0] += 0xa0761d6478bd642f
	hi, lo := bits.Mul64(s[0], s[0]^s[1]|1)
	r := hi ^ lo
	s[1] = bits.RotateLeft64(s[1], 23) + r
	return r
}

//go:nosplit
func randn(n uint32) uint32 { return uint32(uint64(uint32(rand())) * uint64(n) >> 32) }

//go:linkname maps_rand internal/runtime/maps.rand
func maps_rand() uint64 { return rand() }

func rand32() uint32        { return uint32(rand() >> 32) }
func bootstrapRand() uint64 { return rand() }

// ---- coroutines

// corocreate makes a goroutine that will call fn when first switched to.
func corocreate(fn func(), c *coro)

// coroswitch swaps places with the goroutine waiting in c.
func coroswitch(c *coro)

// coroexit ends the goroutine and resumes the one waiting in c.
func coroexit(c *coro)

func newcoro(f func(*coro)) *coro {
	c := new(coro)
	c.f = f
	corocreate(func() {
		// Deferred: f may end in Goexit, which goes no further than here.
		defer coroexit(c)
		c.f(c)
	}, c)
	return c
}
