// As types_in_no_interface.go, in a program without package reflect.
package main

type named struct{ n int }
type other int
type held float32

//go:noinline
func which(v any) string {
	switch v := v.(type) {
	case named:
		return "named"
	case []named:
		return "[]named"
	case *other:
		return "*other"
	case other:
		return "other"
	case held:
		return "held"
	case float64:
		print(v, " ")
		return "float64"
	case complex128:
		print(v, " ")
		return "complex128"
	case map[int]int:
		return "map"
	case [2]int:
		return "array"
	case int:
		return "int"
	}
	return "none"
}

//go:noinline
func same(v any, o other) bool { return v == o }

//go:noinline
func is[T any](v any) bool { _, ok := v.(T); return ok }

func main() {
	println(which(1), which(held(2)), which("x"), which(nil), which([2]int{}), which([3]int{}))
	println(same(1, 1), is[int](1), is[held](1), is[held](held(1)), is[*int](1), is[named](1))
	x := 5
	println(is[*int](&x), is[*other](&x))
	defer func() {
		println(recover().(error).Error())
	}()
	var v any = "text"
	println(v.(named).n)
}

/* output
int held none none array none
false true false true false false
true false
interface conversion: interface {} is string, not main.named
*/
