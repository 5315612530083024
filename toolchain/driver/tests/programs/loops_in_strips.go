// limit 60

// Loops that count run many rounds between two polls: they go as far as they should, up to the ends of the numbers, and a loop that
// takes for ever still lets others run.
package main

import (
	"fmt"
	"math"
	"runtime"
	"time"
)

//go:noinline
func up(from, to int) (n, last int) {
	for i := from; i < to; i++ {
		n, last = n+1, i
	}
	return
}

//go:noinline
func upTo(to int) (n, last int) {
	for i := 0; i <= to; i++ {
		n, last = n+1, i
	}
	return
}

//go:noinline
func down(from, to int) (n, last int) {
	for i := from; i > to; i-- {
		n, last = n+1, i
	}
	return
}

//go:noinline
func downToZero(from int) (n, last int) {
	for i := from; i >= 0; i-- {
		n, last = n+1, i
	}
	return
}

//go:noinline
func unsigned(from uint) (n int, last uint) {
	for i := from; i > 0; i-- {
		n, last = n+1, i
	}
	return
}

//go:noinline
func steps(to int) (n, last int) {
	for i := 0; i < to; i += 7 {
		n, last = n+1, i
	}
	return
}

//go:noinline
func until(from, to int32) (n int, last int32) {
	for i := from; i != to; i++ {
		n, last = n+1, i
	}
	return
}

//go:noinline
func search(s []int, x int) int {
	for i := range s {
		if s[i] == x {
			return i
		}
	}
	return -1
}

//go:noinline
func grow(s []byte, n int) []byte {
	for i := 0; i < n; i++ {
		s = append(s, byte(i))
	}
	return s
}

var sink int

func forever(shape, most int) {
	switch shape {
	case 0:
		for i := 0; i < most; i++ {
			sink ^= i
		}
	case 1:
		for i := most; i > -most; i-- {
			sink ^= i
		}
	case 2:
		for i := 0; i <= math.MaxInt; i += 3 {
			sink ^= i
		}
	case 3:
		for i := int32(most >> 62); i <= math.MaxInt32; i++ {
			sink ^= int(i)
		}
	case 4:
		for i := int64(most); i != -int64(most); i++ {
			sink ^= int(i)
		}
	}
}

// The ends of the numbers are the machine's; how far the last one is from there is not.
func before(end int) func(n, last int) (int, int) {
	return func(n, last int) (int, int) { return n, end - last }
}

func main() {
	fmt.Println(up(0, 0))
	fmt.Println(up(5, -5))
	fmt.Println(up(-3, 12000))
	fmt.Println(before(math.MaxInt)(up(math.MaxInt-4000, math.MaxInt)))
	fmt.Println(before(math.MinInt)(up(math.MinInt, math.MinInt+4097)))
	fmt.Println(upTo(-1))
	fmt.Println(upTo(16384))
	fmt.Println(down(12000, -3))
	fmt.Println(before(math.MinInt)(down(math.MinInt+4120, math.MinInt)))
	fmt.Println(before(math.MaxInt)(down(math.MaxInt, math.MaxInt-2800)))
	fmt.Println(downToZero(2047))
	fmt.Println(unsigned(0))
	fmt.Println(unsigned(5000))
	fmt.Println(steps(100001))
	fmt.Println(until(math.MaxInt32-600, math.MinInt32+600))
	s := make([]int, 3000)
	s[2500] = 7
	fmt.Println(search(s, 7), search(s, 8), search(nil, 0))
	b := grow(nil, 70000)
	fmt.Println(len(b), b[69999])

	runtime.GOMAXPROCS(1)
	for shape := range 5 {
		go forever(shape, math.MaxInt)
		for range 3 {
			runtime.Gosched()
		}
		time.Sleep(time.Millisecond)
	}
	fmt.Println("others run")
}

/* output
0 0
0 0
12003 11999
4000 1
4097 -4096
0 0
16385 16384
12003 -2
4120 -1
2800 2799
2048 0
0 0
5000 1
14286 99995
1201 -2147483049
2500 -1 -1
70000 111
others run
*/
