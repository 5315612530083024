// Unexported names of different packages are different: a method may have the name of another package's field, through a
// conversion of the type, an instance, or embedding.
package main

import (
	"fmt"
	"reflect"

	"example.com/names/shape"
)

type box shape.Box

func (b box) area() int { return b.Side * 10 }

func (b *box) perimeter() string { return "ours" }

type pair shape.Pair[string]

func (p *pair) first() string { return "first of ours" }

type outer struct {
	shape.Box
	area int
}

func (o outer) perimeter() string { return "outer" }

type areas interface{ area() int }

func main() {
	b := box{Side: 3}
	fmt.Println(b.area(), b.perimeter(), (&pair{}).first(), areas(b).area())
	o := outer{shape.NewBox(5), 7}
	fmt.Println(o.area, o.Area(), o.perimeter(), shape.Perimeter(o), shape.Perimeter(shape.Box(b)))
	_, ok := any(b).(shape.Measured)
	_, ok2 := any(o).(shape.Measured)
	fmt.Println(ok, ok2, reflect.TypeOf(b).NumField(), reflect.TypeOf(o).NumMethod())
}

/* output
30 ours first of ours 30
7 25 outer 20 12
false true 2 1
*/
