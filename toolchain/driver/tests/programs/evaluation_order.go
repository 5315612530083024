// Calls come before reads of variables and memory in one expression, as Go's own compiler has it.
package main

import "fmt"

type T struct {
	a, b int
	in   *T
}

var (
	g  = 1
	gs = []int{1, 2, 3}
	gm = map[string]int{"a": 1}
	gt = &T{a: 1}
	st T
)

func set(n int) int {
	g = n
	gs = []int{n, n + 1, n + 2}
	gm = map[string]int{"a": n}
	gt = &T{a: n, in: &T{b: n}}
	st = T{a: n, b: n}
	return n
}

func name(n int) string { return fmt.Sprint(set(n)) }

func two(a, b int) [2]int { return [2]int{a, b} }

func variadic(list ...int) []int { return list }

type err struct{ text string }

func (e *err) fill(s string) error {
	e.text = s
	return nil
}
func parse(s string) (err, error) {
	var e err
	return e, e.fill(s)
}

func (t T) sum(n int) int   { return t.a*1000 + n }
func (t *T) first(n int) int { return t.a*1000 + n }

type summer interface{ sum(int) int }

func results() (int, T, int, string) {
	x := 1
	f := func() int { x++; st.a++; return x }
	return x, st, f(), fmt.Sprint(x)
}

func main() {
	fmt.Println(parse("text"))
	fmt.Println(results())
	fmt.Println(two(g, set(2)), two(g, g+set(3)), g*10+set(4), set(5)+g*10)
	fmt.Println(variadic(g, set(6), g, set(7)))
	fmt.Println(gs[1], gs[set(8)-8], gs[0]+set(9), gt.a+set(10), gt.in.b*2+set(11), gm["a"]+set(12))
	fmt.Println([]int{g, set(13), g}, [3]int{g, set(14)}, T{a: g, b: set(15)}, &T{b: set(16), a: g} != nil)
	s := "x"
	change := func(t string) string { s = t; return t }
	fmt.Println(s+change("y"), s == change("z"), s+"-"+change("w")+s)
	gs[g-g+0] = set(17)
	fmt.Println(gs, g)
	gs[0], g = set(18), set(19)
	fmt.Println(gs, g)
	g += set(20)
	fmt.Println(g)
	x, y := g, set(21)
	fmt.Println(x, y)
	fmt.Println(st.sum(set(22)), gt.first(set(23)), (*gt).sum(set(24)), summer(st).sum(set(25)))
	gs = append(gs, set(26), gs[0])
	fmt.Println(gs)
	fmt.Println(g == set(27) && g > 0, !(g == 27 && set(28) == 28), name(29)+fmt.Sprint(g))
	c := make(chan int, 3)
	c <- g + set(30)
	c <- 5
	next := func() int { v := <-c; g = v; return v }
	fmt.Println(g, next(), g, <-c)
	for i, p := 0, &g; i < 2; i, *p = i+1, set(40+i)+*p {
		fmt.Println(i, *p)
	}
	switch a := g; g + set(50) {
	case a + 50, 100:
		fmt.Println("switch", a, g)
	}
	n, f := 0, func() []int { return gs[:0] }
	f()[:3:3][n] = set(60)
	fmt.Println(gs[n:set(61)-60], gs[0])
	keyed()
}

// A map's key that is made ahead of a call, with a copy in it, is made once: the map itself is read after the call.
func keyed() {
	type key struct{ n int32 }
	s := []int{5, 6}
	m := map[key]int{{2}: 3}
	renew := func() int {
		s, m = []int{7, 8}, map[key]int{{2}: 1}
		return 4
	}
	old, x := s, 0
	x, s[m[key{int32(copy(s, []int{1, 2}))}]&1] = renew(), 9
	fmt.Println(x, old, s)
}

/* output
{text} <nil>
2 {1 0 <nil>} 2 2
[2 2] [3 6] 54 55
[7 6 7 7]
13 12 21 22 35 24
[16 13 16] [14 14 0] {15 15 <nil>} true
wy true w-ww
[17 18 19] 17
[18 20 21] 19
40
21 21
22022 23023 24024 24025
[26 27 28 26 26]
true false 2929
60 60 60 5
0 60
1 80
switch 82 50
[61] 61
4 [1 2] [7 9]
*/
