// Type switches and assertions on types that no lowered code puts into an interface: those that reflection makes or finds are there all the same, the
// others never are.
package main

import (
	"fmt"
	"reflect"
)

type point struct{ x, y int }
type inner struct{ n int }
type outer struct {
	In   inner
	List []inner
	Func func(arg) result
	Map  map[key]elem
	Chan chan sent
	Arr  [2]item
	Ptr  *pointee
}
type arg int
type result int
type key int
type elem int
type sent int
type item int
type pointee int
type never struct{ x int }
type neverInt int
type hidden struct{ text string }
type maker struct{}

func (maker) Make() hidden { return hidden{"made"} }

func which(v any) string {
	switch v.(type) {
	case never, *never, []never, map[string]never, chan never, func(never), [3]never:
		return "never"
	case neverInt:
		return "neverInt"
	case []point:
		return "[]point"
	case map[string]point:
		return "map[string]point"
	case chan point:
		return "chan point"
	case *point:
		return "*point"
	case func(point) bool:
		return "func(point) bool"
	case [4]point:
		return "[4]point"
	case struct{ P point }:
		return "struct{ P point }"
	case inner:
		return "inner"
	case []inner:
		return "[]inner"
	case arg:
		return "arg"
	case result:
		return "result"
	case key:
		return "key"
	case elem:
		return "elem"
	case sent:
		return "sent"
	case item:
		return "item"
	case pointee:
		return "pointee"
	case hidden:
		return "hidden"
	case complex64:
		return "complex64"
	}
	return "other"
}

func try(f func() bool) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println("panic:", r)
		}
	}()
	fmt.Println(f())
}

func main() {
	p := reflect.TypeOf(point{})
	zero := func(t reflect.Type) any { return reflect.New(t).Elem().Interface() }
	boolType := reflect.TypeOf(true)
	for _, t := range []reflect.Type{
		reflect.SliceOf(p), reflect.MapOf(reflect.TypeOf(""), p), reflect.ChanOf(reflect.BothDir, p), reflect.PointerTo(p),
		reflect.FuncOf([]reflect.Type{p}, []reflect.Type{boolType}, false), reflect.ArrayOf(4, p),
		reflect.StructOf([]reflect.StructField{{Name: "P", Type: p}}), p, reflect.SliceOf(boolType),
	} {
		fmt.Println(t, which(zero(t)))
	}
	o := reflect.TypeOf(outer{})
	field := func(name string) reflect.Type { f, _ := o.FieldByName(name); return f.Type }
	for _, t := range []reflect.Type{
		field("In"), field("List"), field("List").Elem(), field("Func").In(0), field("Func").Out(0), field("Map").Key(), field("Map").Elem(),
		field("Chan").Elem(), field("Arr").Elem(), field("Ptr").Elem(),
	} {
		fmt.Println(t, which(zero(t)))
	}
	fmt.Println(which(reflect.ValueOf(maker{}).MethodByName("Make").Call(nil)[0].Interface()))
	fmt.Println(which(1), which(nil), which("never"))
	var i any = 3
	fmt.Println(i == any(neverValue()), i != any(3))
	try(func() bool { _, ok := i.(never); return ok })
	try(func() bool { return i.(never).x == 0 })
	try(func() bool { return i.(map[never]int) == nil })
	try(func() bool { _, ok := i.(interface{ never() }); return ok })
}

//go:noinline
func neverValue() int { return 4 }

/* output
[]main.point []point
map[string]main.point map[string]point
chan main.point chan point
*main.point *point
func(main.point) bool func(point) bool
[4]main.point [4]point
struct { P main.point } struct{ P point }
main.point other
[]bool other
main.inner inner
[]main.inner []inner
main.inner inner
main.arg arg
main.result result
main.key key
main.elem elem
main.sent sent
main.item item
main.pointee pointee
hidden
other other other
false false
false
panic: interface conversion: interface {} is int, not main.never
panic: interface conversion: interface {} is int, not map[main.never]int
false
*/
