// sync.Pool keeps what was put in for one collection, asked for or not, and not for two; and is in order whoever begins the collection.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
)

type object struct{ words [64]int }

// kept says whether an object is there after n collections.
func kept(n int, collect func()) bool {
	p := new(sync.Pool)
	p.Put(new(object))
	for range n {
		collect()
	}
	return p.Get() != nil
}

var sink []byte

// unasked allocates until a collection has ended.
func unasked() {
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	for now.NumGC = before.NumGC; now.NumGC == before.NumGC; runtime.ReadMemStats(&now) {
		for range 100 {
			sink = make([]byte, 64<<10)
		}
	}
}

// crowd makes and uses many pools while collections begin, also in the pools' own allocations.
func crowd() (sum int) {
	var wg sync.WaitGroup
	var m sync.Mutex
	for range 8 {
		wg.Go(func() {
			n := 0
			for i := range 2000 {
				p := &sync.Pool{New: func() any { return new(object) }}
				a, b := p.Get().(*object), p.Get().(*object)
				a.words[3], b.words[5] = i, -i
				p.Put(a)
				p.Put(b)
				c := p.Get().(*object)
				n += c.words[3]*c.words[5] + a.words[3] + b.words[5]
				if a == b {
					panic("one object twice")
				}
			}
			m.Lock()
			sum += n
			m.Unlock()
		})
	}
	wg.Wait()
	return sum
}

func main() {
	old, procs := debug.SetGCPercent(-1), runtime.GOMAXPROCS(1)
	fmt.Println(kept(0, runtime.GC), kept(1, runtime.GC), kept(2, runtime.GC))
	debug.SetGCPercent(old)
	// At least one collection begins in between.
	fmt.Println(kept(3, unasked))
	runtime.GOMAXPROCS(procs)
	debug.SetGCPercent(5)
	fmt.Println(crowd())
}

/* output
true true false
false
0
*/
