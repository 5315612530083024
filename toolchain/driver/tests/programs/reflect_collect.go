// Collections, stack growth and other goroutines while functions made by reflection run.
package main

import (
	"fmt"
	"reflect"
	"runtime"
)

type node struct {
	name string
	next *node
}

func deep(n int, keep *node) int {
	var pad [64]int
	pad[n%64] = n
	if n == 0 {
		runtime.GC()
		return len(keep.name)
	}
	return deep(n-1, keep) + pad[n%64] - n
}

func main() {
	type fn func(a *node, s string, x any, rest [3]*node, m map[string]int, f float64, i1, i2, i3 int, last *node) (*node, [2]*node, string)
	var f fn
	impl := func(args []reflect.Value) []reflect.Value {
		runtime.GC()
		deep(3000, args[0].Interface().(*node))
		garbage := make([][]byte, 0)
		for i := 0; i < 1000; i++ {
			garbage = append(garbage, make([]byte, 512))
		}
		_ = garbage
		a := args[0].Interface().(*node)
		last := args[9].Interface().(*node)
		rest := args[3].Interface().([3]*node)
		return []reflect.Value{
			reflect.ValueOf(&node{a.name + last.name, a}),
			reflect.ValueOf([2]*node{rest[2], {args[1].String(), nil}}),
			reflect.ValueOf(fmt.Sprint(args[2].Interface(), args[4].Interface(), args[5].Float(), args[8].Int())),
		}
	}
	reflect.ValueOf(&f).Elem().Set(reflect.MakeFunc(reflect.TypeOf(f), impl))
	for round := 0; round < 20; round++ {
		n := func(s string) *node { return &node{fmt.Sprint(s, round), nil} }
		r, two, s := f(n("a"), fmt.Sprint("s", round), n("x").name, [3]*node{n("r0"), n("r1"), n("r2")}, map[string]int{fmt.Sprint("k", round): round}, 1.5, 1, 2, 3, n("last"))
		runtime.GC()
		if round%7 == 0 {
			fmt.Println(r.name, r.next.name, two[0].name, two[1].name, s)
		}
	}
	done := make(chan string)
	for g := 0; g < 4; g++ {
		go func() {
			out := reflect.ValueOf(f).Call([]reflect.Value{reflect.ValueOf(&node{fmt.Sprint("g", g), nil}), reflect.ValueOf("q"), reflect.ValueOf(g), reflect.ValueOf([3]*node{nil, nil, {"z", nil}}), reflect.ValueOf(map[string]int{}), reflect.ValueOf(2.5), reflect.ValueOf(1), reflect.ValueOf(2), reflect.ValueOf(3), reflect.ValueOf(&node{"L", nil})})
			done <- out[0].Interface().(*node).name + out[1].Interface().([2]*node)[1].name + out[2].String()
		}()
	}
	seen := map[string]bool{}
	for g := 0; g < 4; g++ {
		seen[<-done] = true
	}
	fmt.Println(len(seen), seen["g3Lq3 map[] 2.5 3"])
	fmt.Println("deep:", reflect.ValueOf(deep).Call([]reflect.Value{reflect.ValueOf(20000), reflect.ValueOf(&node{"four", nil})})[0].Int())
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		reflect.MakeFunc(reflect.TypeOf(func() {}), func([]reflect.Value) []reflect.Value { panic("inside") }).Call(nil)
	}()
}

/* output
a0last0 a0 r20 s0 x0map[k0:0] 1.5 3
a7last7 a7 r27 s7 x7map[k7:7] 1.5 3
a14last14 a14 r214 s14 x14map[k14:14] 1.5 3
4 true
deep: 4
recovered inside
*/
