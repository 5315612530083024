// Package shape has unexported fields and methods that another package has methods and fields of the same name beside.
package shape

type Box struct {
	area int
	Side int
}

type Pair[T any] struct{ first, second T }

func (b Box) perimeter() int { return 4 * b.Side }

type Measured interface{ perimeter() int }

func Perimeter(m Measured) int { return m.perimeter() }

func NewBox(side int) Box { return Box{area: side * side, Side: side} }

func (b Box) Area() int { return b.area }
