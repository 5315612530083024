// Switches over so many types in a row that their hashes are searched: between them an interface and nil, a type that is there twice in an instance,
// and types that reflection makes.
package main

import (
	"fmt"
	"reflect"
)

type named int

func kind(x any) int {
	switch v := x.(type) {
	case bool:
		return 1
	case int:
		return 2 + v
	case int8, int16:
		return 3
	case int32:
		return 4
	case int64:
		return 5
	case uint, uint8, uint16:
		return 6
	case uint32:
		return 7
	case uint64:
		return 8
	case float32:
		return 9
	case float64:
		return 10
	case complex64:
		return 11
	case string:
		return len(v)
	case []int:
		return 13 + len(v)
	case map[string]int:
		return 14
	case *int:
		return 15
	case [2]int:
		return 16 + v[1]
	case fmt.Stringer:
		return 17
	case nil:
		return 18
	case struct{ A, B int }:
		return 19 + v.B
	case named:
		return 20
	}
	return -1
}

func instance[T any](x any) int {
	switch x.(type) {
	case bool, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64, complex64, complex128, string, []int:
		return 1
	case T:
		return 2
	case *T, []T, [1]T, [2]T, [3]T, [4]T, [5]T, [6]T, [7]T, [8]T, func(T), func() T, chan T, map[string]T, *[]T, **T, named:
		return 3
	case int:
		return 4
	}
	return 5
}

// An interface with methods has its type in a table.
func withMethod(x fmt.Stringer) int {
	switch x.(type) {
	case s0, s1, s2, s3, s4, s5, s6, s7, *s0, *s1, *s2, *s3, *s4, *s5, *s6:
		return 1
	case s8:
		return 2
	}
	return 3
}

type (
	s0 int
	s1 int
	s2 int
	s3 int
	s4 int
	s5 int
	s6 int
	s7 int
	s8 int
)

func (s0) String() string { return "" }
func (s1) String() string { return "" }
func (s2) String() string { return "" }
func (s3) String() string { return "" }
func (s4) String() string { return "" }
func (s5) String() string { return "" }
func (s6) String() string { return "" }
func (s7) String() string { return "" }
func (s8) String() string { return "" }

func main() {
	made := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[int]()}, {Name: "B", Type: reflect.TypeFor[int]()}})).Elem()
	made.Field(1).SetInt(5)
	var out []int
	for _, x := range []any{true, 40, int8(1), int16(1), int32(1), int64(1), uint(1), uint8(1), uint16(1), uint32(1), uint64(1), float32(1), 1.5, complex64(1), "twelve bytes",
		[]int{1}, map[string]int{}, new(int), [2]int{3, 4}, s0(1), nil, struct{ A, B int }{1, 2}, made.Interface(), named(1), complex128(1), [3]int{}, struct{}{}} {
		out = append(out, kind(x))
	}
	fmt.Println(out)
	fmt.Println(instance[int](1), instance[string]("a"), instance[named](named(1)), instance[int]("a"), instance[int](new(int)), instance[int](named(1)), instance[string](1), instance[string](nil), instance[bool](kind))
	fmt.Println(withMethod(s3(1)), withMethod(new(s6)), withMethod(s8(1)), withMethod(new(s8)), withMethod(nil))
}

/* output
[1 42 3 3 4 5 6 6 6 7 8 9 10 11 12 14 14 15 20 17 18 21 24 20 -1 -1 -1]
2 1 2 1 3 3 4 5 5
1 1 2 3 3
*/
