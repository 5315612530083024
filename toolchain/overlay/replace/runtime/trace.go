package runtime

import (
	"internal/runtime/atomic"
	_ "unsafe"
)

// ---- execution traces: rt-core/src/profile/trace writes them; here is what programs and runtime/trace ask for.

func traceStart() bool

// traceNext begins another generation, or ends the trace. It returns the number of the last batch before that, counted from the program's
// start; 0 without a trace.
func traceNext(end bool) (last uint64)

// traceRead stores the next batch, and waits for one; n is 0 at the end of the trace. again: there may be one now.
func traceRead(to *byte) (n int, again bool)

// traceTaken returns how many batches have been read.
func traceTaken() uint64

func traceNote(kind int, id, parent uint64, a, b string)

const (
	// The longest batch with its header, at least.
	traceBatchSize = 65<<10 + 512
	tracePeriod    = 1e9
)

const (
	noteTask = iota
	noteTaskEnd
	noteRegion
	noteRegionEnd
	noteLog
)

// traceSema is held by who begins or ends a generation.
var traceSema uint32 = 1

var tracer struct {
	on     bool
	number uint64 // of traces
	header bool   // read
	buffer []byte
	// Calls of ReadTrace that have returned nil, each once for a trace: the reader has all.
	ended atomic.Uint64
	// The batches that the reader had when it came for another: those it has dealt with.
	done atomic.Uint64
}

// StartTrace has the program traced from now on.
func StartTrace() error {
	t := &tracer
	semacquire(&traceSema)
	defer semrelease(&traceSema)
	if t.on {
		return errorString("tracing is already enabled")
	}
	if t.buffer == nil {
		t.buffer = make([]byte, traceBatchSize)
	}
	t.header = false
	if !traceStart() {
		return errorString("tracing is already enabled")
	}
	t.on = true
	t.number++
	number := t.number
	goSystem(func() { advanceTraces(number) })
	return nil
}

// advanceTraces has a generation end every second while the trace is taken.
func advanceTraces(number uint64) {
	for {
		timeSleep(tracePeriod)
		semacquire(&traceSema)
		on := tracer.on && tracer.number == number
		if on {
			traceNext(false)
		}
		semrelease(&traceSema)
		if !on {
			return
		}
	}
}

// StopTrace ends the trace, and returns when all of it has been read.
func StopTrace() { traceAdvance(true) }

func traceAdvance(stopTrace bool) {
	t := &tracer
	semacquire(&traceSema)
	var last uint64
	ended := t.ended.Load()
	if t.on {
		last = traceNext(stopTrace)
		t.on = !stopTrace
	}
	semrelease(&traceSema)
	if last == 0 {
		return
	}
	for wait := int64(1000); ; wait = min(wait*2, 1e6) {
		if stopTrace && t.ended.Load() != ended || !stopTrace && (t.done.Load() >= last || t.ended.Load() != ended) {
			return
		}
		timeSleep(wait)
	}
}

// ReadTrace returns the next part of the trace, valid until the next call; nil at its end.
func ReadTrace() []byte {
	t := &tracer
	if t.buffer == nil {
		return nil
	}
	if !t.header {
		t.header = true
		return []byte("go 1.26 trace\x00\x00\x00")
	}
	t.done.Store(traceTaken())
	for {
		n, again := traceRead(&t.buffer[0])
		if n != 0 {
			return t.buffer[:n]
		}
		if !again {
			t.ended.Add(1)
			return nil
		}
	}
}

func traceClockNow() uint64 { return uint64(nanotime()) }

//go:linkname trace_clockUnits runtime/trace.runtime_traceClockUnitsPerSecond
func trace_clockUnits() uint64 { return 1e9 }

//go:linkname trace_userTaskCreate runtime/trace.userTaskCreate
func trace_userTaskCreate(id, parentID uint64, taskType string) {
	traceNote(noteTask, id, parentID, taskType, "")
}

//go:linkname trace_userTaskEnd runtime/trace.userTaskEnd
func trace_userTaskEnd(id uint64) { traceNote(noteTaskEnd, id, 0, "", "") }

//go:linkname trace_userRegion runtime/trace.userRegion
func trace_userRegion(id, mode uint64, name string) {
	traceNote(noteRegion+int(mode), id, 0, name, "")
}

//go:linkname trace_userLog runtime/trace.userLog
func trace_userLog(id uint64, category, message string) {
	traceNote(noteLog, id, 0, category, message)
}

//go:linkname timeSleep time.Sleep
func timeSleep(ns int64)
