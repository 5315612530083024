// A short string's bytes leave the function whose conversion is inlined: into a wrapper, by a method of an embedded interface.
package main

import (
	"fmt"
	"io"
)

type embedded struct{ io.Writer }

func (e embedded) WriteString(s string) (int, error) { return e.Write([]byte(s)) }

type kept struct{}

var all [][]byte

func (kept) Write(p []byte) (int, error) {
	all = append(all, p)
	return len(p), nil
}

type counted struct{ n int }

func (c *counted) Write(p []byte) (int, error) {
	c.n += len(p)
	return len(p), nil
}

type runes interface{ keep(r []rune) }

type box struct{ runes }

func (b box) put(s string) { b.keep([]rune(s)) }

type store [][]rune

func (s *store) keep(r []rune) { *s = append(*s, r) }

type putter interface{ put(string) }

func main() {
	c := &counted{}
	for i, w := range []io.StringWriter{embedded{kept{}}, embedded{c}, &embedded{kept{}}} {
		w.WriteString("hello")
		w.WriteString(string(rune('a' + i)))
	}
	fmt.Printf("%s %d\n", all, c.n)
	s := &store{}
	for _, p := range []putter{box{s}, &box{s}} {
		p.put("äb")
		p.put("")
	}
	fmt.Println(*s)
}

/* output
[hello a hello c] 6
[[228 98] [] [228 98] []]
*/
