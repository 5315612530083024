// only 64-bit

package main

// Slices and arrays of elements without a size may be as long as there are numbers: sums with their lengths overflow.

import (
	"fmt"
	"math"
)

type none struct{}

func try(name string, f func() int) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Println(name, e)
		}
	}()
	fmt.Println(name, f())
}

//go:noinline
func leaps(s []none, t []byte) (n int) {
	for i := 0; i < len(s); i += 1 << 61 {
		_ = s[i]
		if i < len(t) {
			t[i]++
			n++
		}
		if n > 8 {
			break
		}
	}
	return n
}

//go:noinline
func twos[T any](s []T, t []byte, from int) (n int) {
	for i := from; i < len(s); i += 2 {
		_ = s[i]
		if i < len(t) {
			t[i]++
			n++
		}
	}
	return n
}

//go:noinline
func beyond[T any](s []T, t []byte, k int) byte {
	_ = s[0]
	n := len(s) + 5
	if n < len(t) {
		return t[n]
	}
	return 77
}

//go:noinline
func capacity(s []none, t []byte) byte {
	s = s[:cap(s)]
	n := cap(s) + 3
	if n < len(t) {
		return t[n]
	}
	return 78
}

//go:noinline
func array(p *[math.MaxInt]none, t []byte) byte {
	n := len(p) - 3
	for i := n; i < len(p); i += 4 {
		_ = p[i]
		if i < len(t) {
			return t[i]
		}
	}
	return 79
}

//go:noinline
func arrays(s [][0]int, t []byte) byte {
	for i := range s[math.MaxInt-2:] {
		i += math.MaxInt - 2
		_ = s[i]
		if j := i + 4; j < len(t) {
			return t[j]
		}
	}
	return 80
}

//go:noinline
func down(s []none, t []byte) (n int) {
	for i := len(s) - 1; i > 2; i -= 1 << 62 {
		_ = s[i]
		if i < len(t) {
			n += int(t[i])
		}
	}
	return n
}

func main() {
	s, t := make([]none, math.MaxInt), make([]byte, 16)
	try("leaps", func() int { return leaps(s, t) })
	try("twos", func() int { return twos(s, t, math.MaxInt-3) })
	try("twos", func() int { return twos(s[:20], t, 0) })
	try("twos", func() int { return twos(t[:9], t, -1) })
	try("beyond", func() int { return int(beyond(s, t, 5)) })
	try("beyond", func() int { return int(beyond(t[:3], t, 5)) })
	try("capacity", func() int { return int(capacity(s[:1], t)) })
	try("array", func() int { return int(array(new([math.MaxInt]none), t)) })
	try("arrays", func() int { return int(arrays(make([][0]int, math.MaxInt), t)) })
	try("down", func() int { return down(s, t) })
	fmt.Println(t)
}

/* output
leaps runtime error: index out of range [-9223372036854775808]
twos runtime error: index out of range [-9223372036854775808]
twos 8
twos runtime error: index out of range [-1]
beyond runtime error: index out of range [-9223372036854775804]
beyond 1
capacity runtime error: index out of range [-9223372036854775806]
array runtime error: index out of range [-9223372036854775808]
arrays runtime error: index out of range [-9223372036854775807]
down 0
[2 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0]
*/
