// An iteration's variable is its own, whether the condition or the next step see it or not.
package main

import "fmt"

type num int

func (n *num) next() { *n++ }

func main() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for i, f := range fs {
		fmt.Println(i, f(), f())
	}
	// What the body changes counts for the next iteration.
	var ps []*int
	for i := 0; i < 10; i += 2 {
		ps = append(ps, &i)
		i++
		if i == 4 {
			continue
		}
		*ps[0] += 0
	}
	for _, p := range ps {
		fmt.Println(*p)
	}
	// The step and the condition capture, or take the address of, the variable of the coming iteration.
	var gs []func() int
	for i := 0; func() bool { gs = append(gs, func() int { return i }); return i < 2 }(); func() { i++ }() {
	}
	for n := num(0); n < 3; n.next() {
		gs = append(gs, func() int { return int(n) * 100 })
	}
	for _, g := range gs {
		fmt.Println(g())
	}
	// A variable that an older closure changes, while the loop goes on.
	var bump func()
	for i, s := 0, ""; i < 3; i, s = i+1, s+"x" {
		if bump != nil {
			bump()
		}
		bump = func() { i += 5; s += "!" }
		defer func() { fmt.Println("deferred", i, s) }()
	}
}

/* output
0 10 20
1 11 21
2 12 22
1
4
7
10
0
1
2
0
100
200
deferred 2 xx
deferred 6 x!
deferred 5 !
*/
