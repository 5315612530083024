// Short strings and slices that stay in a function, and conversions that are only looked at, allocate nothing.
package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

var a, b = []byte("abcdefg"), []byte("abcdefgh")
var x, y int

func main() {
	p := func(s string, f func()) { fmt.Println(s, testing.AllocsPerRun(100, f)) }
	p("equal", func() { _ = bytes.Equal(a, b) })
	p("equal2", func() {
		if v := bytes.Equal(a, b); v != false {
			panic(1)
		}
	})
	p("index", func() {
		if i := bytes.Index(a, b[1:2]); i != 1 {
			panic(1)
		}
		x = bytes.Index(a, b[:7])
	})
	p("lastindex", func() { x = bytes.LastIndex(a, b[1:3]) })
	p("replace", func() { _ = bytes.Replace([]byte("banana"), []byte("an"), []byte("<>"), -1) })
	p("sindex", func() { x = strings.Index("abcdefgabcdefg", "gab") })
	p("builder", func() {
		var b strings.Builder
		b.Grow(100)
		b.Write([]byte("x"))
		_ = b.String()
	})
	p("conv", func() {
		if string(a) == string(b) {
			x++
		}
		m := map[string]int{}
		x = m[string(a)]
	})
	p("readstring", func() {
		_ = strings.NewReader("ab")
		x = strings.IndexFunc("abc", func(r rune) bool { return r == 'c' })
	})
	p("range", func() {
		for _, c := range []byte("abc" + string(a)) {
			x += int(c)
		}
	})
	p("concat", func() { x += len("<" + string(a) + ">") })
	p("kept", func() { kept = "<" + string(a) + ">" })
	p("grow", func() { _ = slices.Grow([]int(nil), 10) })
	p("concat slices", func() { _ = slices.Concat([]int{1}, []int{2}) })
	p("append zeros", func() { ints = append(ints[:0:0], make([]int, 5)...) })
	fmt.Println(kept, ints, long(a))
}

var (
	kept string
	ints []int
)

// The buffer of one iteration must not serve the next while the first result is in use.
func long(b []byte) (n int) {
	var list []string
	for i := range 3 {
		s := string(b[:i+2])
		list = append(list, s)
	}
	for _, s := range list {
		n = n*100 + len(s)*10 + int(s[len(s)-1]-'a')
	}
	return n
}

/* output
equal 0
equal2 0
index 0
lastindex 0
replace 1
sindex 0
builder 1
conv 0
readstring 0
range 0
concat 0
kept 1
grow 1
concat slices 1
append zeros 1
<abcdefg> [0 0 0 0 0] 213243
*/
