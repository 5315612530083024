// Objects made in a loop that is entered in two places are as many as its rounds.
package main

import "fmt"

type node struct {
	v    int64
	next *node
}

// The cycle is entered at A and at B.
//
//go:noinline
func list(c bool, n int64) (s int64) {
	var head, p *node
	i := int64(0)
	if c {
		goto B
	}
A:
	i++
	if i > n {
		goto end
	}
B:
	p = new(node)
	p.v, p.next = i, head
	head = p
	if i > n {
		goto end
	}
	i++
	goto A
end:
	for q := head; q != nil; q = q.next {
		s = s*100 + q.v
	}
	return s
}

func main() {
	fmt.Println(list(true, 10), list(false, 9))
}

/* output
100806040200 907050301
*/
