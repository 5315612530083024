package main

// Before go1.22 all iterations share the variables that a loop declares, unless the file asks for more.

import "fmt"

type pair struct{ a, b int }

func collect() (fs []func() int) {
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { return i })
	}
	for i, x := range []int{10, 20, 30} {
		fs = append(fs, func() int { return i + x })
	}
	for i := range [4]int{} {
		fs = append(fs, func() int { return i })
	}
	for _, r := range "xyz" {
		fs = append(fs, func() int { return int(r) })
	}
	for k, v := range map[string]pair{"k": {1, 2}} {
		fs = append(fs, func() int { return len(k) + v.b })
	}
	c := make(chan pair, 2)
	c <- pair{3, 4}
	c <- pair{5, 6}
	close(c)
	for p := range c {
		fs = append(fs, func() int { return p.a * p.b })
	}
	return fs
}

func addresses() (ps []*pair) {
	for _, p := range []pair{{1, 2}, {3, 4}} {
		ps = append(ps, &p)
		p.a++
	}
	return ps
}

func empty() (n int) {
	for i, x := range []int(nil) {
		n += i + x
	}
	return n
}

func show(fs []func() int) {
	for _, f := range fs {
		fmt.Print(f(), " ")
	}
	fmt.Println()
}

func main() {
	show(collect())
	ps := addresses()
	fmt.Println(*ps[0], ps[0] == ps[1], empty())
	show(newer())
}

/* output
3 3 3 32 32 32 3 3 3 3 122 122 122 3 30 30 
{4 4} true 0
0 1 2 
*/
