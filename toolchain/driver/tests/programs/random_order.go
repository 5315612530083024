// Written by `ci/fuzz --kind order --print --seed 7 --functions 16` and gofmt; do not edit.
package main

import "fmt"

type T struct {
	a, b int
	s    string
	in   *T
	f    func(int) int
}

func (t T) Sum(n int) int  { return t.a*100 + t.b*10 + n }
func (t *T) Ptr(n int) int { return t.a*100 + t.b*10 + n }

type Summer interface{ Sum(int) int }
type Two int

func (t Two) Sum(n int) int { return int(t)*7 + n }

type One struct{ p *int }
type Text struct{ s string }
type Pair struct{ x, y int }
type Small struct{ x int32 }

func show(v any) string {
	switch v := v.(type) {
	case *int:
		return fmt.Sprint("*", *v)
	case *T:
		return fmt.Sprint("*", v.a, v.b, v.s)
	case One:
		return fmt.Sprint("1", *v.p)
	case T:
		return fmt.Sprint(v.a, v.b, v.s)
	case func(int) int:
		return fmt.Sprint("func", v(1))
	case chan int:
		return fmt.Sprint("chan", len(v))
	}
	return fmt.Sprintf("%T%v", v, v)
}
func pr(v ...any) {
	for _, x := range v {
		fmt.Print(show(x), " ")
	}
	fmt.Println()
}
func run(name string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Println(name, "panics:", e)
		}
	}()
	fmt.Print(name, ": ")
	f()
}

func inc(n int) int { return n + 1 }
func dec(n int) int { return n - 1 }
func id(n int) int  { return n }

type M struct {
	p   *int
	set func(int) int
}

//go:noinline
func (m M) m(n int) int { *m.p += 4; return m.set(n) + *m.p }
func vf(v ...int) int   { return len(v) + v[0] }

var ch chan int
var x int
var k int8
var s []int
var st string
var bs []byte
var m map[int]int
var mk map[int8]int
var ms map[string]int
var ma map[any]int
var mp map[Pair]Pair
var mq map[Small]int
var p *int
var ar [3]int
var c complex128
var fl float64
var i any
var t T
var pt *T
var w Pair
var b bool
var tx Text
var su Summer
var sm Small
var fn func(int) int

func F0() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		w = Pair{calls, 2}
		tx = Text{"b"}
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	pr(func(a T, b int, c []int) [3]string { return [3]string{show(a), show(b), show(c)} }(*t.in, vf(x, f()), s))
}

func F1() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		k = int8(calls)
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	q, y := func() (any, int) { return any(One{(&s[0])}), vf(x, f()) }()
	pr(q, y)
}

func F2() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		tx = Text{"b"}
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	pr(su.Sum(f()))
}

func F3() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mq = map[Small]int{{1}: calls, {2}: 5}
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		tx = Text{"b"}
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	pr(T{a: (x + x) * (int(fl)), b: h(), s: st + t.s}, &T{a: (x + x) * (int(fl)), b: h()})
}

func F4() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		b = calls%2 == 0
		tx = Text{"b"}
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	pr(func(a []byte, b int, c complex128) [3]string { return [3]string{show(a), show(b), show(c)} }(append(bs, (string(rune(x+97)))...), <-ch, c))
}

func F5() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		bs = []byte{98, byte(calls)}
		mk = map[int8]int{1: 6, 2: calls}
		ma = map[any]int{1: 2, 2: calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		b = calls%2 == 0
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	s[[]int{(mq[sm])}[0]&1] = g(x)
	pr(s, x)
}

func F6() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		mk = map[int8]int{1: 6, 2: calls}
		ma = map[any]int{1: 2, 2: calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		b = calls%2 == 0
		tx = Text{"b"}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	pr(t.in.Sum(fi(x)), (&t).Ptr(fi(x)))
}

func F7() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		c = complex(float64(calls), 2)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		w = Pair{calls, 2}
		b = calls%2 == 0
		tx = Text{"b"}
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	q, y := tx, copy([]int{(len(bs)), pt.a}, s[x&1:])
	pr(q, y)
}

func F8() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		b = calls%2 == 0
		tx = Text{"b"}
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	pr(append(make([]int, t.in.a&3, 4), f(), ar[(m[x])&1]))
}

func F9() {
	x = 1
	k = 1
	s = []int{1, 2, 3}
	st = "a"
	bs = []byte("a")
	m = map[int]int{0: 1, 1: 5}
	mk = map[int8]int{1: 5}
	ms = map[string]int{"a": 1}
	ma = map[any]int{1: 1}
	mp = map[Pair]Pair{{1, 1}: {1, 2}}
	mq = map[Small]int{{1}: 3}
	p = new(int)
	ar = [3]int{1, 1, 1}
	c = 1 + 1i
	fl = 1
	i = any(1)
	t = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	pt = &T{a: 1, in: &T{b: 1}, f: inc}
	w = Pair{1, 1}
	b = true
	tx = Text{"a"}
	su = T{a: 1}
	sm = Small{1}
	fn = inc
	ch = make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		b = calls%2 == 0
		tx = Text{"b"}
		su = Two(calls)
		sm = Small{2}
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	q, y := bs, append(s[:1], ms[string(([]byte(st)))])
	pr(q, y)
}

func F10() {
	x = 1
	k = 1
	s = []int{1, 2, 3}
	st = "a"
	bs = []byte("a")
	m = map[int]int{0: 1, 1: 5}
	mk = map[int8]int{1: 5}
	ms = map[string]int{"a": 1}
	ma = map[any]int{1: 1}
	mp = map[Pair]Pair{{1, 1}: {1, 2}}
	mq = map[Small]int{{1}: 3}
	p = new(int)
	ar = [3]int{1, 1, 1}
	c = 1 + 1i
	fl = 1
	i = any(1)
	t = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	pt = &T{a: 1, in: &T{b: 1}, f: inc}
	w = Pair{1, 1}
	b = true
	tx = Text{"a"}
	su = T{a: 1}
	sm = Small{1}
	fn = inc
	ch = make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		b = calls%2 == 0
		tx = Text{"b"}
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	ch <- mt.m(x) + w.y
	pr(<-ch)
}

func F11() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		b = calls%2 == 0
		tx = Text{"b"}
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	var l = struct {
		a any
		b int
		c []byte
	}{Text{(st + st)}, g(x), append(bs, pt.s...)}
	pr(l.a, l.b, l.c)
}

func F12() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		tx = Text{"b"}
		su = Two(calls)
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	s[f()&1] += vf(x, f())
	pr(s, x)
}

func F13() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		mk = map[int8]int{1: 6, 2: calls}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		p = func() *int { n := calls; return &n }()
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		tx = Text{"b"}
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	s[f()&1] = h()
	pr(s, x)
}

func F14() {
	x = 1
	k = 1
	s = []int{1, 2, 3}
	st = "a"
	bs = []byte("a")
	m = map[int]int{0: 1, 1: 5}
	mk = map[int8]int{1: 5}
	ms = map[string]int{"a": 1}
	ma = map[any]int{1: 1}
	mp = map[Pair]Pair{{1, 1}: {1, 2}}
	mq = map[Small]int{{1}: 3}
	p = new(int)
	ar = [3]int{1, 1, 1}
	c = 1 + 1i
	fl = 1
	i = any(1)
	t = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	pt = &T{a: 1, in: &T{b: 1}, f: inc}
	w = Pair{1, 1}
	b = true
	tx = Text{"a"}
	su = T{a: 1}
	sm = Small{1}
	fn = inc
	ch = make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		ms = map[string]int{"a": 2, "b": calls}
		ma = map[any]int{1: 2, 2: calls}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		i = calls
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		tx = Text{"b"}
		su = Two(calls)
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	pr((min((func() int { return x }()), 10)) == h(), (i == any((mp[w]))) && h() > 1, ((st < st) || (i == x)) || h() > 1)
}

func F15() {
	var x int = 1
	var k int8 = 1
	var s []int = []int{1, 2, 3}
	var st string = "a"
	var bs []byte = []byte("a")
	var m map[int]int = map[int]int{0: 1, 1: 5}
	var mk map[int8]int = map[int8]int{1: 5}
	var ms map[string]int = map[string]int{"a": 1}
	var ma map[any]int = map[any]int{1: 1}
	var mp map[Pair]Pair = map[Pair]Pair{{1, 1}: {1, 2}}
	var mq map[Small]int = map[Small]int{{1}: 3}
	var p *int = new(int)
	var ar [3]int = [3]int{1, 1, 1}
	var c complex128 = 1 + 1i
	var fl float64 = 1
	var i any = any(1)
	var t T = T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}
	var pt *T = &T{a: 1, in: &T{b: 1}, f: inc}
	var w Pair = Pair{1, 1}
	var b bool = true
	var tx Text = Text{"a"}
	var su Summer = T{a: 1}
	var sm Small = Small{1}
	var fn func(int) int = inc
	ch := make(chan int, 99)
	for i := range 40 {
		ch <- i
	}
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = x, k, s, st, bs, m, mk, ms, ma, mp, mq, p, ar, c, fl, i, t, pt, w, b, tx, su, sm, fn
	calls := 1
	set := func(n int) int {
		calls++
		*p = calls * 10
		s[0] += 5
		m[0]++
		pt.b += 3
		x = calls
		k = int8(calls)
		s = []int{calls, 7, calls, 9}
		st = string(rune(97 + calls))
		bs = []byte{98, byte(calls)}
		m = map[int]int{0: calls, 1: 6, 2: 7}
		ms = map[string]int{"a": 2, "b": calls}
		mp = map[Pair]Pair{{1, 1}: {calls, 3}}
		mq = map[Small]int{{1}: calls, {2}: 5}
		p = func() *int { n := calls; return &n }()
		ar = [3]int{calls, 2, calls}
		c = complex(float64(calls), 2)
		fl = float64(calls)
		t = T{a: calls, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}
		pt = &T{a: calls, s: "pt", in: &T{b: 2}, f: dec}
		w = Pair{calls, 2}
		b = calls%2 == 0
		su = Two(calls)
		sm = Small{2}
		fn = dec
		return n + calls
	}
	f := func() int { return set(1) }
	fi := func(n int) int { x += 7; *p += 3; return n }
	g := func(n int) int { return set(n) }
	h := func() int { x++; w.x += 2; st += "h"; return x }
	mt := M{&x, set}
	_, _, _, _, _ = f, g, h, fi, mt
	q, v, y := fn, f(), &T{a: pt.in.b}
	pr(q, v, y)
}

func main() {
	run("F0", F0)
	run("F1", F1)
	run("F2", F2)
	run("F3", F3)
	run("F4", F4)
	run("F5", F5)
	run("F6", F6)
	run("F7", F7)
	run("F8", F8)
	run("F9", F9)
	run("F10", F10)
	run("F11", F11)
	run("F12", F12)
	run("F13", F13)
	run("F14", F14)
	run("F15", F15)
}

/* output
F0: [3]string[4 0 int4 []int[2 7 2 9]] 
F1: 16 int4 
F2: int17 
F3: 4 2aht *6 3 
F4: [3]string[[]uint8[97 98] int0 complex128(1+1i)] 
F5: []int[3 7 2 9] int1 
F6: int301 int108 
F7: main.Text{a} int2 
F8: []int[0 0 0 3 2] 
F9: []uint8[97] []int[1 1] 
F10: int0 
F11: main.Text{cc} int3 []uint8[98 2 112 116] 
F12: []int[3 12 3 9] int3 
F13: []int[2 3 2 9] int3 
F14: boolfalse boolfalse booltrue 
F15: func0 int3 *2 0 
*/
