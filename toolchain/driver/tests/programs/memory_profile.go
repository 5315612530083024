// The memory profile: with rate 1 every allocation counts, under the stack that made it, by the size of its class (tiny values by their blocks, large ones by their own size); what was freed
// is subtracted by the second collection at the latest; a finalizer's object counts until it is gone for good. With a larger
// rate the scaled samples come near the truth. Rate 0 records nothing.
package main

import (
	"fmt"
	"math"
	"runtime"
	"runtime/pprof"
	"strings"
	"unsafe"
)

// Words of 4 bytes need as many more for the same sizes.
const words = 16 / unsafe.Sizeof(uintptr(0)) / 2

type small struct{ a, b [words]*small }
type large [5000]int64

var keep []any

//go:noinline
func allocSmall(n int) {
	for range n {
		keep = append(keep, new(small))
	}
}

//go:noinline
func dropSmall(n int) {
	for range n {
		sink = new(small)
	}
	sink = nil
}

//go:noinline
func allocLarge(n int) {
	for range n {
		keep = append(keep, new(large))
	}
}

//go:noinline
func allocTiny(n int) {
	for i := range n {
		p := new(uint64)
		*p = uint64(i)
		keep = append(keep, p)
	}
}

//go:noinline
func inner() *[3 * words]*int { return new([3 * words]*int) }

//go:noinline
func throughInline(n int) {
	for range n {
		keep = append(keep, inlined())
	}
}

func inlined() *[3 * words]*int { return inner() }

//go:noinline
func allocUnseen(n int) {
	for range n {
		keep = append(keep, new([7 * words]*int))
	}
}

//go:noinline
func finalized(n int) {
	for range n {
		runtime.SetFinalizer(new([9 * words]*int), func(*[9 * words]*int) { ran++ })
	}
}

var (
	sink *small
	ran  int
)

// counts adds up the records whose innermost frame is in the function and whose objects have this size.
func counts(function string, size int64) (alloc, free int64) {
	runtime.GC()
	runtime.GC()
	var p []runtime.MemProfileRecord
	n, ok := runtime.MemProfile(nil, true)
	for !ok {
		p = make([]runtime.MemProfileRecord, n+50)
		n, ok = runtime.MemProfile(p, true)
	}
	for _, r := range p[:n] {
		f, _ := runtime.CallersFrames(r.Stack()).Next()
		if f.Function == "main."+function && r.AllocObjects > 0 && r.AllocBytes/r.AllocObjects == size {
			alloc += r.AllocObjects
			free += r.FreeObjects
		}
	}
	return
}

func main() {
	runtime.MemProfileRate = 1
	keep = make([]any, 0, 10000)
	allocSmall(1000)
	dropSmall(1000)
	allocLarge(10)
	allocTiny(1000)
	throughInline(100)
	fmt.Println(counts("allocSmall", 16))
	fmt.Println(counts("allocLarge", 40000))
	// Two to a block, more blocks where a collection comes between.
	blocks, _ := counts("allocTiny", 16)
	fmt.Println(blocks >= 500 && blocks < 1000)
	fmt.Println(counts("inner", 24))
	alloc, free := counts("dropSmall", 16)
	fmt.Println(alloc, free >= 999)

	finalized(50)
	for ran < 50 {
		runtime.GC()
		runtime.Gosched()
	}
	alloc, free = counts("finalized", 80)
	fmt.Println(alloc, free >= 49)

	runtime.MemProfileRate = 0
	allocUnseen(100)
	fmt.Println(counts("allocUnseen", 64))

	const rate, n = 2000, 100000
	runtime.MemProfileRate = rate
	dropSmall(n)
	runtime.MemProfileRate = 0
	sampled, _ := counts("dropSmall", 16)
	estimate := float64(sampled-1000) / (1 - math.Exp(-16.0/rate)) / n
	fmt.Println(estimate > 0.8 && estimate < 1.2)

	var text strings.Builder
	pprof.Lookup("allocs").WriteTo(&text, 1)
	fmt.Println(strings.Contains(text.String(), "main.throughInline+"), pprof.Lookup("heap").Count() > 0)
	runtime.KeepAlive(keep)
}

/* output
1000 0
10 0
true
100 0
1000 true
50 true
0 0
true
true true
*/
