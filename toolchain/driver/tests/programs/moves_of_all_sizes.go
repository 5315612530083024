// Memory is moved, forward and backward, and cleared as if byte by byte, at all sizes at which the routines go another way.
package main

import "fmt"

const room = 4608

func fill(b []byte) {
	x := uint32(len(b))
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
}

func moved(b, want []byte, to, from, n int) bool {
	fill(b)
	if to <= from {
		copy(want, b)
		for i := range n {
			want[to+i] = want[from+i]
		}
	} else {
		copy(want, b)
		for i := n - 1; i >= 0; i-- {
			want[to+i] = want[from+i]
		}
	}
	copy(b[to:to+n], b[from:from+n])
	return string(b) == string(want)
}

func cleared(b, want []byte, at, n int) bool {
	fill(b)
	copy(want, b)
	for i := range n {
		want[at+i] = 0
	}
	clear(b[at : at+n])
	return string(b) == string(want)
}

func main() {
	b, want := make([]byte, room), make([]byte, room)
	sizes := []int{}
	for n := range 36 {
		sizes = append(sizes, n)
	}
	for _, edge := range []int{64, 96, 128, 160, 256, 288, 384, 512, 640, 1024} {
		sizes = append(sizes, edge-1, edge, edge+1, edge+17)
	}
	wrong, tried := 0, 0
	for _, n := range sizes {
		for _, at := range []int{0, 1, 7, 8, 31, 32, 45} {
			for _, apart := range []int{-1500, -130, -33, -32, -8, -1, 0, 1, 8, 31, 32, 33, 100, 129, 1500} {
				to := 1536 + at
				if tried++; !moved(b, want, to, to+apart, n) {
					wrong++
					fmt.Println("moved", n, "to", to, "from", to+apart)
				}
			}
			if tried++; !cleared(b, want, at, n) {
				wrong++
				fmt.Println("cleared", n, "at", at)
			}
		}
	}
	// Past the caches.
	large, wanted := make([]byte, 1<<21), make([]byte, 1<<21)
	for _, apart := range []int{-4096, -40, -1, 1, 64, 4096} {
		to := 5000
		if tried++; !moved(large, wanted, to, to+apart, 1<<20+333) {
			wrong++
			fmt.Println("moved much, from", apart)
		}
	}
	if tried++; !cleared(large, wanted, 3, 1<<20+99) {
		wrong++
		fmt.Println("cleared much")
	}
	fmt.Println(tried, "tried,", wrong, "wrong")
}

/* output
8519 tried, 0 wrong
*/
