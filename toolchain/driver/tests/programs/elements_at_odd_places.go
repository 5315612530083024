// What is as large as a word need not lie where words do: elements of channels, keys of maps, and operands of comparisons that are bytes.
package main

import "fmt"

type bytes struct {
	first   byte
	eight   [8]uint8
	four    [4]uint8
	pair    [2]uint16
	sixteen [16]byte
	quads   [2][4]int8
}

//go:noinline
func equal(x, y *bytes) [5]bool {
	return [5]bool{x.eight == y.eight, x.four == y.four, x.pair == y.pair, x.sixteen == y.sixteen, x.quads == y.quads}
}

//go:noinline
func boxed(x *bytes) []any { return []any{x.eight, x.four, x.pair, x.sixteen, x.quads} }

// through sends what x points at, and receives it there.
//
//go:noinline
func through[T any](x, y *T) {
	parked, buffered := make(chan T), make(chan T, 2)
	go func() { parked <- *x }()
	*y = <-parked
	buffered <- *y
	*x = *new(T)
	select {
	case *x = <-buffered:
	default:
	}
	select {
	case buffered <- *x:
	default:
	}
	*y = <-buffered
}

//go:noinline
func counted[K comparable](m map[K]int, k *K) {
	m[*k]++
	if _, there := m[*k]; !there {
		fmt.Println("lost", *k)
	}
}

func main() {
	all := make([]bytes, 3)
	x, y := &all[1], &all[2]
	x.eight[3], x.four[1], x.pair[1], x.sixteen[9], x.quads[1][2] = 1, 2, 3, 4, 5
	fmt.Println(equal(x, y))
	through(&x.eight, &y.eight)
	through(&x.four, &y.four)
	through(&x.pair, &y.pair)
	through(&x.sixteen, &y.sixteen)
	through(&x.quads, &y.quads)
	fmt.Println(equal(x, y), *x == *y, x.quads)

	eights, fours, pairs, sixteens := map[[8]uint8]int{}, map[[4]uint8]int{}, map[[2]uint16]int{}, map[[16]byte]int{}
	structs, boxes := map[bytes]int{}, map[any]int{}
	for i := range 40 {
		x.eight[2], x.four[3], x.pair[0], x.sixteen[15] = byte(i), byte(i), uint16(i), byte(i)
		counted(eights, &x.eight)
		counted(fours, &x.four)
		counted(pairs, &x.pair)
		counted(sixteens, &x.sixteen)
		counted(structs, x)
		for _, b := range boxed(x) {
			boxes[b]++
		}
	}
	fmt.Println(len(eights), len(fours), len(pairs), len(sixteens), len(structs), len(boxes), boxes[x.quads])
}

/* output
[false false false false false]
[true true true true true] true [[0 0 0 0] [0 0 5 0]]
40 40 40 40 40 161 40
*/
