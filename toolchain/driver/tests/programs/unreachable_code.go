package main

// Code that constant conditions, jumps and returns leave out, with labels in it, and switches whose cases are all empty.

import "fmt"

var calls int

func more() bool { calls++; return calls%3 != 0 }

func labelledLoop(x int) (r int) {
	if false {
		limit := x * 2
	L:
		for i := 0; ; i++ {
			for {
				if !more() {
					break L
				}
				if i > limit {
					continue L
				}
			}
		}
		r = limit
	}
	return r + x
}

func gotoInDeadCode(x int) int {
	if true || x > 0 {
		return x
	}
	n := 0
again:
	n++
	if n < x {
		goto again
	}
	return n
}

func gotoBehindReturn(x int) int {
	return x
	n := 1
again:
	n *= 2
	if n < x {
		goto again
	}
	return n
}

func gotoBackIntoIt(x int) string {
	s := ""
	goto middle
first:
	s += "first "
	if x--; x == 0 {
		return s
	}
middle:
	s += "middle "
	goto first
}

func deadDefer(x int) (r int) {
	switch {
	case false:
		for range x {
			defer func() { r++ }()
		}
	L:
		for k := range func(yield func(int) bool) { yield(1) } {
			if k > x {
				break L
			}
			r += k
		}
	default:
		r = x
	}
	for false {
		y := r
	M:
		for more() {
			continue M
		}
		r = y
	}
	return
}

func empty(x uint32, y string, z int8) int {
	switch x {
	case 4294967295, 8:
	case 12, 9:
	case 127, 3444443773:
	}
	switch y {
	case "a", "b":
	case "c", "d", "e", "fgh", "ijk":
	default:
	}
	switch z {
	case 1, 2, 3, 4, 5, 6, 7, 8, 9:
	case 10, 11, 12, 13:
	case 20:
		fallthrough
	case 30:
	}
	return int(x) + len(y) + int(z)
}

func main() {
	fmt.Println(labelledLoop(3), gotoInDeadCode(4), gotoBehindReturn(5), gotoBackIntoIt(2), deadDefer(6))
	fmt.Println(empty(8, "fgh", 20), empty(9, "", -1), calls)
}

/* output
3 4 5 middle first middle first  6
31 8 0
*/
