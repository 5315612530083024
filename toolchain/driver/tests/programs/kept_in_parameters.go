// A variable of a loop whose address a parameter keeps is another one in each round: where the parameter itself is in memory, and where a method
// stores the address behind its receiver, which is a parameter or a variable.
package main

import "fmt"

type holder struct {
	p *int
	a [10]int
}

//go:noinline
func (h *holder) keep(p *int) { h.p = p }

//go:noinline
func direct(h holder) (sum int) {
	for i := range 3 {
		x := i
		if h.p != nil {
			sum += *h.p * 10
		}
		h.p = &x
		h.a[i] = i
	}
	return sum
}

//go:noinline
func byMethod(h holder) (sum int) {
	for i := range 3 {
		x := i
		if h.p != nil {
			sum += *h.p * 10
		}
		h.keep(&x)
		h.a[i] = i
	}
	return sum
}

//go:noinline
func variable() (sum int) {
	var h holder
	for i := range 3 {
		x := i
		if h.p != nil {
			sum += *h.p * 10
		}
		h.keep(&x)
		h.a[i] = i
	}
	return sum
}

//go:noinline
func inner() (sum int) {
	for i := range 3 {
		var h holder
		x := i
		h.keep(&x)
		sum += *h.p * 10
	}
	return sum
}

func main() {
	fmt.Println(direct(holder{}), byMethod(holder{}), variable(), inner())
}

/* output
10 10 10 30
*/
