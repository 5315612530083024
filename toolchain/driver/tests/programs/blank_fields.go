// What a literal says of blank fields is evaluated, and the fields are zero; a copy of a value copies them as they are.
package main

import (
	"fmt"
	"reflect"
	"unsafe"
)

type T struct{ a, _, c int }
type U struct {
	a int8
	_ [100]int
	t T
	_ string
}

var g = T{1, 2, 3}
var gp = &T{4, 5, 6}
var gs = []T{{1, 2, 3}, {4, 5, 6}}

//go:noinline
func f() int { println("called"); return 9 }

func mid(t *T) int { return *(*int)(unsafe.Add(unsafe.Pointer(t), unsafe.Sizeof(0))) }
func main() {
	x := T{1, 2, 3}
	fmt.Println(reflect.ValueOf(x).Field(1).Int())
	fmt.Println(mid(&g), mid(gp), mid(&gs[1]))
	y := T{1, f(), 3}
	fmt.Println(mid(&y), x == y)
	p := &T{1, f(), 3}
	fmt.Println(mid(p))
	*p = T{7, f(), 8}
	fmt.Println(mid(p))
	// dirty
	*(*int)(unsafe.Add(unsafe.Pointer(p), unsafe.Sizeof(0))) = 77
	q := *p
	fmt.Println(mid(&q))
	var i any = *p
	fmt.Println(i.(T) == q, reflect.ValueOf(i).Field(1))
	u := U{1, [100]int{5}, T{1, 5, 6}, "abc"}
	fmt.Println(reflect.ValueOf(u).Field(1).Index(0), reflect.ValueOf(u).Field(2).Field(1), reflect.ValueOf(u).Field(3).Len())
	m := map[T]int{{1, 2, 3}: 1, {1, 3, 3}: 2}
	fmt.Println(len(m), m[T{1, 9, 3}])
	for k := range m {
		fmt.Println(mid(&k))
	}
	ch := make(chan T, 1)
	ch <- T{1, 5, 6}
	z := <-ch
	fmt.Println(mid(&z))
}

/* output
0
0 0 0
called
0 true
called
0
called
0
77
true 77
0 0 0
1 2
0
0
*/
