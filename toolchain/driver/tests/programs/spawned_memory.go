// Ten thousand goroutines again and again: they find the stacks of those before them, also while a collection gives stacks back; and
// what ended goroutines keep is no reason to let the heap grow.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	const width = 10_000
	var kept [width]*[4]int
	round := func() {
		var all sync.WaitGroup
		all.Add(width)
		for i := range width {
			go func() {
				kept[i] = &[4]int{i}
				all.Done()
			}()
		}
		all.Wait()
	}
	var m runtime.MemStats
	var most uint64
	for range 100 {
		round()
		runtime.ReadMemStats(&m)
		most = max(most, m.StackInuse)
	}
	const stacks = width * 2048
	if most > stacks*3/2 {
		fmt.Println("stacks of", most)
	}
	runtime.GC()
	runtime.ReadMemStats(&m)
	if m.NextGC > 8<<20 {
		fmt.Println("next collection at", m.NextGC)
	}
	fmt.Println("done")
}

/* output
done
*/
