// Calls through reflection both ways: Value.Call, method values, MakeFunc; registers, stack, floats, arrays, panics.
package main

import (
	"fmt"
	"reflect"
)

type P struct{ X int8; Y float32; S string }

func (p P) M(a int, b [2]int, c float64) (string, P) { return fmt.Sprint(p, a, b, c), P{p.X + 1, p.Y * 2, p.S + "!"} }

type I interface{ M(a int, b [2]int, c float64) (string, P) }

func many(a int8, s string, f float32, c complex128, p P, x any, sl []int, arr [3]int, i1, i2, i3, i4, i5, i6 int) (int, string, [2]float64, error) {
	return int(a) + i1 + i6 + arr[2], s + p.S, [2]float64{float64(f), real(c)}, fmt.Errorf("e%d %v %v", len(sl), x, p)
}

func main() {
	v := reflect.ValueOf(many)
	out := v.Call([]reflect.Value{reflect.ValueOf(int8(-3)), reflect.ValueOf("hi"), reflect.ValueOf(float32(1.5)), reflect.ValueOf(2 + 3i), reflect.ValueOf(P{1, 2, "p"}), reflect.ValueOf("x"), reflect.ValueOf([]int{1, 2}), reflect.ValueOf([3]int{7, 8, 9}),
		reflect.ValueOf(1), reflect.ValueOf(2), reflect.ValueOf(3), reflect.ValueOf(4), reflect.ValueOf(5), reflect.ValueOf(6)})
	for _, o := range out {
		fmt.Println(o.Interface())
	}
	m := reflect.ValueOf(P{5, 6, "q"}).MethodByName("M")
	for _, o := range m.Call([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf([2]int{2, 3}), reflect.ValueOf(4.5)}) {
		fmt.Println(o.Interface())
	}
	var i I = P{7, 8, "r"}
	f := reflect.ValueOf(i).Method(0).Interface().(func(int, [2]int, float64) (string, P))
	fmt.Println(f(10, [2]int{11, 12}, 13.5))
	mf := reflect.MakeFunc(reflect.TypeOf(many), func(args []reflect.Value) []reflect.Value {
		for _, a := range args {
			fmt.Print(a.Interface(), " ")
		}
		fmt.Println()
		return []reflect.Value{reflect.ValueOf(42), reflect.ValueOf("made"), reflect.ValueOf([2]float64{1, 2}), reflect.Zero(reflect.TypeFor[error]())}
	}).Interface().(func(int8, string, float32, complex128, P, any, []int, [3]int, int, int, int, int, int, int) (int, string, [2]float64, error))
	fmt.Println(mf(1, "s", 2.5, 1i, P{3, 4, "z"}, 99, []int{5}, [3]int{6, 7, 8}, 9, 10, 11, 12, 13, 14))
	swap := func(in []reflect.Value) []reflect.Value { return []reflect.Value{in[1], in[0]} }
	var is func(int, int) (int, int)
	reflect.ValueOf(&is).Elem().Set(reflect.MakeFunc(reflect.TypeOf(is), swap))
	fmt.Println(is(1, 2))
	defer func() { fmt.Println("recovered:", recover()) }()
	reflect.ValueOf(func(n int) { panic(n) }).Call([]reflect.Value{reflect.ValueOf(3)})
}

/* output
13
hip
[1.5 2]
e2 x {1 2 p}
{5 6 q} 1 [2 3] 4.5
{6 12 q!}
{7 8 r} 10 [11 12] 13.5 {8 16 r!}
1 s 2.5 (0+1i) {3 4 z} 99 [5] [6 7 8] 9 10 11 12 13 14 
42 made [1 2] <nil>
2 1
recovered: 3
*/
