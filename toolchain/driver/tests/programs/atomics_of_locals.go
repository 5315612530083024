// Local variables of 64 bits that atomics work on are aligned for them, wherever they stand in a struct of their own.
package main

import (
	"fmt"
	"sync/atomic"
)

type counters struct {
	before int32
	_      int32
	n      int64
	flag   bool
	at     atomic.Int64
}

//go:noinline
func bump(depth int, odd int32) (int64, uint64) {
	var n int64
	var u uint64
	pad := [1]int32{odd}
	atomic.AddInt64(&n, int64(depth)<<33)
	atomic.StoreUint64(&u, 1<<40)
	if !atomic.CompareAndSwapUint64(&u, 1<<40, uint64(pad[0])<<41) {
		panic("not swapped")
	}
	if depth > 0 {
		a, b := bump(depth-1, odd+pad[0])
		return a + atomic.SwapInt64(&n, 0), b + atomic.LoadUint64(&u)
	}
	return atomic.LoadInt64(&n), atomic.LoadUint64(&u)
}

func main() {
	fmt.Println(bump(10, 1))
	var c counters
	c.at.Store(-1 << 40)
	c.at.Add(5)
	fmt.Println(c.at.Load(), c.at.CompareAndSwap(-1<<40+5, 7), c.at.And(3), c.at.Or(1<<50))
	x := new([3]uint64)
	atomic.AddUint64(&x[1], 1<<63)
	fmt.Println(x[1], c.at.Load())
}

/* output
472446402560 4501400604114944
-1099511627771 true 7 3
9223372036854775808 1125899906842627
*/
