// An assignment of more values than are held in registers or slots of their own: all right sides are evaluated before the first variable
// changes, whatever their types, and live through collections until then.
package main

import (
	"fmt"
	"runtime"
)

type node struct {
	name string
	next *node
}

type pair struct {
	f float64
	s string
}

var (
	a [60]int
	s [6]string
)

func text(n int) string {
	runtime.GC()
	b := make([]byte, 3)
	for i := range b {
		b[i] = byte('a' + n + i)
	}
	return string(b)
}

func main() {
	for i := range a {
		a[i] = i * i
	}
	s[0], s[1] = "first", "second"
	m := map[string]int{}
	var i any
	f := 5.0
	p := &node{name: "p"}
	q := &pair{}
	a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14], a[15], a[16], a[17], a[18], a[19], a[20], a[21], a[22],
		a[23], a[24], a[25], a[26], a[27], a[28], a[29], a[30], a[31], a[32], a[33], a[34], a[35], a[36], a[37], a[38], a[39], a[40], a[41], a[42], a[43],
		a[44], a[45], a[46], a[47], a[48], a[49], a[50], a[51], a[52], a[53], a[54], a[55], a[56], a[57], a[58], a[59], s[0], s[1], s[2], s[3], s[4], s[5],
		_, m["x"], i, f, p.next, *q =
		a[59], a[58], a[57], a[56], a[55], a[54], a[53], a[52], a[51], a[50], a[49], a[48], a[47], a[46], a[45], a[44], a[43], a[42], a[41], a[40], a[39],
		a[38], a[37], a[36], a[35], a[34], a[33], a[32], a[31], a[30], a[29], a[28], a[27], a[26], a[25], a[24], a[23], a[22], a[21], a[20], a[19], a[18],
		a[17], a[16], a[15], a[14], a[13], a[12], a[11], a[10], a[9], a[8], a[7], a[6], a[5], a[4], a[3], a[2], a[1], a[0], text(0), text(1), text(2),
		text(3), text(4), s[0], text(9), a[0], any(s[1]), f/2, p, pair{f, text(7)}
	fmt.Println(a)
	fmt.Println(s, m, i, f, p == p.next, *q)
}

/* output
[3481 3364 3249 3136 3025 2916 2809 2704 2601 2500 2401 2304 2209 2116 2025 1936 1849 1764 1681 1600 1521 1444 1369 1296 1225 1156 1089 1024 961 900 841 784 729 676 625 576 529 484 441 400 361 324 289 256 225 196 169 144 121 100 81 64 49 36 25 16 9 4 1 0]
[abc bcd cde def efg first] map[x:0] second 2.5 true {5 hij}
*/
