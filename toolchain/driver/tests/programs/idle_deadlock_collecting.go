// exit 2
// limit 30
// A collection that was under way as the last goroutine blocked comes to its end, and the deadlock is found.
package main

import "runtime/debug"

type tree struct{ l, r *tree }

func grow(d int) *tree {
	if d == 0 {
		return &tree{}
	}
	return &tree{grow(d - 1), grow(d - 1)}
}

var (
	root *tree
	sink []byte
)

func main() {
	root = grow(17)
	var s debug.GCStats
	debug.ReadGCStats(&s)
	// Up to the beginning of a cycle, more or less.
	for n := s.NumGC; s.NumGC < n+2; debug.ReadGCStats(&s) {
		for range 16 {
			sink = make([]byte, 64<<10)
		}
	}
	for range 200 {
		sink = make([]byte, 64<<10)
	}
	<-make(chan int)
}

/* output contains
fatal error: all goroutines are asleep - deadlock!
goroutine 1 [chan receive]:
*/
