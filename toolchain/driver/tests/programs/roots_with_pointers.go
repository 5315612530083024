// Variables without pointers are no work for the collector, and do not let the heap grow: it is collected as if they were not there.
package main

import (
	"fmt"
	"runtime"
)

var (
	large  [64 << 20]byte
	before *int
	table  = [4]*int{new(int)}
	after  [1 << 20]uint64
	last   []int
)

var sink []byte

func main() {
	before = new(int)
	last = []int{1, 2, 3}
	*before, *table[0] = 7, 8
	large[len(large)-1], after[len(after)-1] = 1, 2
	for range 40 << 10 {
		sink = make([]byte, 1<<10)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println(m.NumGC > 0, *before, *table[0], last, large[len(large)-1], after[len(after)-1])
}

/* output
true 7 8 [1 2 3] 1 2
*/
