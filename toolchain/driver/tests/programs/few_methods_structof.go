// Types with methods that are made at run time: no call through an interface may take the compiled types for all there are.
package main

import (
	"fmt"
	"reflect"
)

type Namer interface{ Name() string }
type Cat struct{ n int }
type Dog struct{ s string }

func (c Cat) Name() string { return fmt.Sprint("cat", c.n) }
func (d Dog) Name() string { return "dog" + d.s }

//go:noinline
func name(v any) (s string) {
	defer func() {
		if e := recover(); e != nil {
			s = fmt.Sprint("panic: ", e)
		}
	}()
	return v.(Namer).Name()
}

func embed(v any) any {
	t := reflect.TypeOf(v)
	f := reflect.StructField{Name: t.Name(), Type: t, Anonymous: true}
	n := reflect.New(reflect.StructOf([]reflect.StructField{f})).Elem()
	n.Field(0).Set(reflect.ValueOf(v))
	return n.Interface()
}

func main() {
	fmt.Println(name(Cat{1}), name(&Dog{"x"}))
	fmt.Println(name(embed(Cat{2})), name(embed(Dog{"y"})))
	t := reflect.TypeFor[Namer]()
	f := reflect.StructField{Name: "Namer", Type: t, Anonymous: true}
	n := reflect.New(reflect.StructOf([]reflect.StructField{f})).Elem()
	n.Field(0).Set(reflect.ValueOf(Cat{3}))
	fmt.Println(name(n.Interface()))
}

/* output
cat1 dogx
cat2 dogy
panic: reflect: StructOf does not support methods of embedded interfaces
*/
