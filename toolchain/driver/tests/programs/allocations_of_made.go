// What a function makes and returns is its caller's: in the frame where it stays there, in the heap where it is kept. So are slices of a length that is not known,
// of a capacity that is.
package main

import (
	"crypto/sha256"
	"fmt"
	"runtime"
	"testing"
)

type table struct {
	sums  [8]int
	names []string
	next  *table
}

func fresh(n int) *table {
	t := &table{names: []string{"a", "b"}}
	for i := range t.sums {
		t.sums[i] = work(n) + work(i) + work(n+i)
	}
	return t
}

func either(n int, other *table) *table {
	if n > 2 {
		return other
	}
	t := &table{next: other}
	t.sums[0] = work(n) + work(n) + work(n)
	return t
}

func text(b []byte) string {
	if work(len(b)) == 0 {
		return ""
	}
	return string(b)
}

//go:noinline
func work(n int) int { return 2 * n }

var (
	kept   *table
	byName []byte
	words  []string
	n      = 5
	all    []*table
	last   string
	letter = []byte("letters")
)

func refused(f func()) (what any) {
	defer func() {
		if e, ok := recover().(runtime.Error); ok {
			what = e.Error()
		}
	}()
	f()
	return nil
}

//go:noinline
func sized(n int) (sum int) {
	s := make([]int, n, 10)
	for i := range s {
		sum += s[i]
		s[i] = i
	}
	for _, v := range s[:cap(s)] {
		sum += v
	}
	return sum
}

//go:noinline
func sizedAndKept(n int) []*int { return make([]*int, n, 10) }

// Each round has its own.
func rounds() (s string) {
	var list [][]byte
	for i := range 4 {
		b := make([]byte, i, 8)
		for k := range b {
			b[k] = 'a' + byte(i)
		}
		list = append(list, b)
	}
	for _, b := range list {
		s += string(b) + ";"
	}
	return s
}

func main() {
	p := func(s string, f func()) { fmt.Println(s, testing.AllocsPerRun(100, f)) }
	p("stays", func() { n += fresh(3).sums[2] & 1 })
	p("kept", func() { kept = fresh(3) })
	p("passed on", func() { kept = either(1, nil) })
	p("not made", func() { kept = either(3, kept) })
	p("in a field", func() { t := either(1, fresh(2)); n += t.next.sums[1] & 1 })
	p("text", func() { n += len(text(letter)) & 1 })
	p("text kept", func() { last = text(letter) })
	p("sum", func() {
		h := sha256.New224()
		h.Write(letter)
		var out [32]byte
		n += int(h.Sum(out[:0])[0]) & 1
	})
	p("length", func() { n += sized(n & 7) })
	p("length kept", func() { words = make([]string, n&7, 8) })
	byName = make([]byte, n&3, 4)
	fmt.Println(len(byName) == n&3, cap(byName), len(sizedAndKept(3)), cap(sizedAndKept(3)))
	fmt.Println(sized(4), sized(10), sized(0), rounds())

	for i := range 3 {
		all = append(all, fresh(i), either(i, nil))
	}
	runtime.GC()
	for _, t := range all {
		fmt.Println(t.sums, len(t.names))
	}
	for _, n := range []int{11, -1, 1000} {
		fmt.Println(refused(func() { sized(n) }), "|", refused(func() { sizedAndKept(n) }))
	}
}

/* output
stays 2
kept 2
passed on 1
not made 0
in a field 2
text 0
text kept 1
sum 0
length 0
length kept 1
true 4 3 10
6 45 0 ;b;cc;ddd;
[0 4 8 12 16 20 24 28] 2
[0 0 0 0 0 0 0 0] 0
[4 8 12 16 20 24 28 32] 2
[6 0 0 0 0 0 0 0] 0
[8 12 16 20 24 28 32 36] 2
[12 0 0 0 0 0 0 0] 0
runtime error: makeslice: cap out of range | runtime error: makeslice: cap out of range
runtime error: makeslice: len out of range | runtime error: makeslice: len out of range
runtime error: makeslice: cap out of range | runtime error: makeslice: cap out of range
*/
