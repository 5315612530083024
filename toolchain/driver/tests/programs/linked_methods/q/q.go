package q

import _ "unsafe"

type T struct{ n int }

func (t *T) M(x int) int { return t.n + x }
func (t T) V(x int) int  { return t.n * x }

func New(n int) *T { return &T{n} }

func hidden(x int) int { return x * 3 }

type Outer struct {
	s string
	*T
}

func NewOuter() *Outer { return &Outer{"", New(8)} }

func (t T) low() int { return t.n }
