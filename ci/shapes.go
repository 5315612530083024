// Times of small shapes of code that a compiler may do well or badly at, in nanoseconds an operation: the best of seven rounds.
// `ci/shapes` compares them with Go's.
package main

import (
	"fmt"
	"iter"
	"os"
	"slices"
	"sort"
	"time"
)

type shape interface{ area() int }
type sq struct{ a int }

func (s *sq) area() int { return s.a * s.a }

type ci struct{ r, q int }

func (c ci) area() int { return c.r * 3 }

type tri struct{ b, h int }

func (t *tri) area() int { return t.b * t.h }

type other interface {
	area() int
	name() string
}

func (c *tri) name() string { return "tri" }
func (c ci) name() string   { return "ci" }

type single interface{ only(x int) int }
type oneimpl struct{ k int }

func (o *oneimpl) only(x int) int { return x + o.k }

//go:noinline
func mkSingle(k int) single { return &oneimpl{k} }

var sink int
var sinks string

func each(s []int, f func(int)) {
	for _, v := range s {
		f(v)
	}
}
func all(s []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, v := range s {
			if !yield(v) {
				return
			}
		}
	}
}
func filter(seq iter.Seq[int], p func(int) bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		for v := range seq {
			if p(v) && !yield(v) {
				return
			}
		}
	}
}

var data = func() []int {
	s := make([]int, 1000)
	x := uint32(1)
	for i := range s {
		x = x*1664525 + 1013904223
		s[i] = int(x>>8) % 1000
	}
	return s
}()
var shapes = func() []shape {
	r := make([]shape, 1000)
	for i := range r {
		switch data[i] % 3 {
		case 0:
			r[i] = &sq{i}
		case 1:
			r[i] = ci{i, 1}
		default:
			r[i] = &tri{i, 2}
		}
	}
	return r
}()
var anys = func() []any {
	r := make([]any, 1000)
	for i := range r {
		switch data[i] % 12 {
		case 0:
			r[i] = &sq{i}
		case 1:
			r[i] = ci{i, 1}
		case 2:
			r[i] = &tri{i, 2}
		case 3:
			r[i] = i
		case 4:
			r[i] = "x"
		case 5:
			r[i] = 1.5
		case 6:
			r[i] = uint8(3)
		case 7:
			r[i] = []byte("a")
		case 8:
			r[i] = int64(i)
		case 9:
			r[i] = true
		case 10:
			r[i] = uint64(7)
		default:
			r[i] = int32(i)
		}
	}
	return r
}()
var keys = func() []string {
	k := []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omikron", "pi", "break", "case", "chan", "const", "nope"}
	r := make([]string, 1000)
	for i := range r {
		r[i] = k[data[i]%len(k)]
	}
	return r
}()
var bkeys = func() [][]byte {
	r := make([][]byte, 1000)
	for i := range r {
		r[i] = []byte(keys[i])
	}
	return r
}()

func sw(s string) int {
	switch s {
	case "alpha":
		return 1
	case "beta":
		return 2
	case "gamma":
		return 3
	case "delta":
		return 4
	case "epsilon":
		return 5
	case "zeta":
		return 6
	case "eta":
		return 7
	case "theta":
		return 8
	case "iota":
		return 9
	case "kappa":
		return 10
	case "lambda":
		return 11
	case "mu":
		return 12
	case "nu":
		return 13
	case "xi":
		return 14
	case "omikron":
		return 15
	case "pi":
		return 16
	case "break":
		return 17
	case "case":
		return 18
	case "chan":
		return 19
	case "const":
		return 20
	}
	return 0
}
func tsw(x any) int {
	switch v := x.(type) {
	case *sq:
		return v.a
	case ci:
		return v.r
	case *tri:
		return v.b
	case int:
		return v
	case string:
		return len(v)
	case float64:
		return int(v)
	case uint8:
		return int(v)
	case []byte:
		return len(v)
	case int64:
		return int(v)
	case bool:
		return 1
	case uint64:
		return int(v)
	case int32:
		return int(v)
	}
	return 0
}

type stringer interface{ String() string }

func tsi(x any) int {
	switch v := x.(type) {
	case other:
		return v.area()
	case stringer:
		return len(v.String())
	case shape:
		return v.area()
	}
	return 0
}

type bench struct {
	name string
	n    int
	f    func() int
}

var m = map[string]int{"alpha": 1, "beta": 2, "gamma": 3, "pi": 4}
var grid [64][64]float64
var kb, kb2 [1024]byte
var buf []int

func main() {
	bs := []bench{
		{"iface-known", 1000, func() int {
			n := 0
			for i := 0; i < 1000; i++ {
				var s shape = &sq{i}
				n += s.area()
			}
			return n
		}},
		{"iface-known-val", 1000, func() int {
			n := 0
			for i := 0; i < 1000; i++ {
				var s shape = ci{i, 1}
				n += s.area()
			}
			return n
		}},
		{"iface-poly", 1000, func() int {
			n := 0
			for _, s := range shapes {
				n += s.area()
			}
			return n
		}},
		{"iface-single", 1000, func() int {
			n := 0
			s := mkSingle(3)
			for i := 0; i < 1000; i++ {
				n = s.only(n)
			}
			return n
		}},
		{"closure-each", 1000, func() int {
			n := 0
			each(data, func(v int) { n += v })
			return n
		}},
		{"rangefunc", 1000, func() int {
			n := 0
			for v := range all(data) {
				n += v
			}
			return n
		}},
		{"rangefunc-break", 1000, func() int {
			n := 0
			for v := range all(data) {
				if v == 1001 {
					break
				}
				n += v
			}
			return n
		}},
		{"rangefunc-filter", 1000, func() int {
			n := 0
			for v := range filter(all(data), func(x int) bool { return x&1 == 0 }) {
				n += v
			}
			return n
		}},
		{"slices.Values", 1000, func() int {
			n := 0
			for v := range slices.Values(data) {
				n += v
			}
			return n
		}},
		{"slices.IndexFunc", 1000, func() int {
			return slices.IndexFunc(data, func(x int) bool { return x > 5000 })
		}},
		{"ContainsFunc", 1000, func() int {
			if slices.ContainsFunc(data, func(x int) bool { return x > 5000 }) {
				return 1
			}
			return 0
		}},
		{"sort.Search", 100, func() int {
			n := 0
			for i := 0; i < 100; i++ {
				n += sort.Search(1000, func(k int) bool { return k*k >= i*7 })
			}
			return n
		}},
		{"ifconv", 1000, func() int {
			n := 0
			for _, v := range data {
				d := 1
				if v > 500 {
					d = 2
				}
				n += d
			}
			return n
		}},
		{"ifconv-max", 1000, func() int {
			n := 0
			prev := 0
			for _, v := range data {
				a := v
				if prev > v {
					a = prev
				}
				n += a
				prev = v
			}
			return n
		}},
		{"ifconv-count", 1000, func() int {
			n := 0
			for _, v := range data {
				if v > 500 {
					n++
				}
			}
			return n
		}},
		{"abs", 1000, func() int {
			n := 0
			for _, v := range data {
				x := v - 500
				if x < 0 {
					x = -x
				}
				n += x
			}
			return n
		}},
		{"minmax", 1000, func() int {
			lo, hi := data[0], data[0]
			for _, v := range data {
				lo = min(lo, v)
				hi = max(hi, v)
			}
			return lo + hi
		}},
		{"typeswitch-concrete", 1000, func() int {
			n := 0
			for _, x := range anys {
				n += tsw(x)
			}
			return n
		}},
		{"typeswitch-iface", 1000, func() int {
			n := 0
			for _, x := range anys {
				n += tsi(x)
			}
			return n
		}},
		{"assert-E2I", 1000, func() int {
			n := 0
			for _, x := range shapes {
				if o, ok := x.(other); ok {
					n += o.area()
				}
			}
			return n
		}},
		{"assert-E2I-mono", 1000, func() int {
			n := 0
			var x any = shapes[1]
			for range 1000 {
				if _, ok := x.(shape); ok {
					n++
				}
			}
			return n
		}},
		{"assert-conc", 1000, func() int {
			n := 0
			for _, x := range anys {
				if o, ok := x.(*sq); ok {
					n += o.a
				}
			}
			return n
		}},
		{"string-switch", 1000, func() int {
			n := 0
			for _, k := range keys {
				n += sw(k)
			}
			return n
		}},
		{"bytes-cmp", 1000, func() int {
			n := 0
			for _, k := range bkeys {
				if string(k) == "gamma" {
					n++
				}
			}
			return n
		}},
		{"bytes-maplookup", 1000, func() int {
			n := 0
			for _, k := range bkeys {
				n += m[string(k)]
			}
			return n
		}},
		{"bytes-switch", 1000, func() int {
			n := 0
			for _, k := range bkeys {
				switch string(k) {
				case "alpha":
					n++
				case "pi":
					n += 2
				}
			}
			return n
		}},
		{"append", 1000, func() int {
			b := buf[:0]
			for i := 0; i < 1000; i++ {
				b = append(b, i)
			}
			buf = b
			return len(b)
		}},
		{"append-field", 1000, func() int {
			w.b = w.b[:0]
			for i := 0; i < 1000; i++ {
				w.put(byte(i))
			}
			return len(w.b)
		}},
		{"matrix", 4096, func() int {
			s := 0.0
			for i := 0; i < 64; i++ {
				for j := 0; j < 64; j++ {
					s += grid[i][j] * 2
				}
			}
			return int(s)
		}},
		{"global-loop", 1000, func() int {
			for i := 0; i < 1000; i++ {
				counter.n += i
			}
			return counter.n
		}},
		{"ptr-loop", 1000, func() int {
			return ptrLoop(&counter, data)
		}},
		{"copy1k", 1, func() int {
			kb = kb2
			return int(kb[5])
		}},
		{"stride", 1000, func() int {
			n := 0
			for i := 0; i < len(recs); i++ {
				n += recs[i].a + recs[i].c
			}
			return n
		}},
	}
	pat := ""
	if len(os.Args) > 1 {
		pat = os.Args[1]
	}
	for _, b := range bs {
		if pat != "" && pat != b.name {
			continue
		}
		best := 1e18
		for r := 0; r < 7; r++ {
			k := 0
			t := time.Now()
			for time.Since(t) < 8*time.Millisecond {
				for j := 0; j < 20; j++ {
					sink += b.f()
				}
				k += 20
			}
			d := float64(time.Since(t)) / float64(k) / float64(b.n)
			best = min(best, d)
		}
		fmt.Printf("%s %.3f\n", b.name, best)
	}
}

type rec struct{ a, b, c int }

var recs = make([]rec, 1000)

type cnt struct{ n, m int }

var counter cnt

func ptrLoop(c *cnt, d []int) int {
	for _, v := range d {
		c.n += v
		if v > 998 {
			c.m++
		}
	}
	return c.n
}

type wr struct {
	b []byte
	n int
}

func (w *wr) put(c byte) { w.b = append(w.b, c) }

var w wr
