// Hash and equality of a type are the same whether compiled code or reflection asks: runs of plain fields, padding, blank fields,
// floats, interfaces, what has no size.
package main

import (
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

type Runs struct {
	a, b int32
	c    float64
	d    int8
	e    [3]int8
	f    int64
	g    string
}

type Padded struct {
	a int8
	b int64
	c int8
	s string
}

type Blank struct {
	a int16
	_ int16
	b int16
	_ string
	c any
}

type Nested struct {
	r [2]Runs
	b struct{ x, y int16 }
	p Padded
	z complex64
}

// Plain, by reflection only from its parts.
type Plain = struct {
	A, B int32
	C    [2]uint16
	D    int32
}

func cross[K comparable](name string, mine reflect.Type, keys ...K) {
	type Map map[K]int
	made := reflect.MakeMap(reflect.MapOf(mine, reflect.TypeFor[int]()))
	var compiled Map
	reflect.ValueOf(&compiled).Elem().Set(made)
	boxed := map[any]int{}
	for i, k := range keys {
		made.SetMapIndex(reflect.ValueOf(k), reflect.ValueOf(i))
		boxed[k] = i
	}
	for i, k := range keys {
		// The same value elsewhere, with other bytes where they do not count.
		var other struct {
			before int8
			k      K
		}
		for j := range unsafe.Sizeof(k) {
			if name == "padded" && (j > 0 && j < 8 || j > 16 && j < 24) {
				*(*byte)(unsafe.Add(unsafe.Pointer(&other.k), j)) = 0xa5
			}
		}
		copyOf(&other.k, &k)
		v, ok := compiled[other.k]
		w, ok2 := boxed[other.k]
		fmt.Println(name, ok && v == i, ok2 && w == i, made.MapIndex(reflect.ValueOf(k)).IsValid(), any(k) == any(other.k))
	}
	fmt.Println(name, len(compiled), len(boxed))
}

// copyOf copies fields one by one.
func copyOf[K comparable](to, from *K) {
	switch to := any(to).(type) {
	case *Padded:
		f := any(from).(*Padded)
		to.a, to.b, to.c, to.s = f.a, f.b, f.c, f.s
	default:
		*any(to).(*K) = *from
	}
}

// blank is a value whose blank fields are not zero.
func blank(a, b int16, c any) Blank {
	var x Blank
	*(*int16)(unsafe.Add(unsafe.Pointer(&x), 2)) = a + 7
	x.a, x.b, x.c = a, b, c
	return x
}

func main() {
	zero := math.Copysign(0, -1)
	cross("runs", reflect.TypeFor[Runs](), Runs{1, 2, 3, 4, [3]int8{5, 6, 7}, 8, "g"}, Runs{c: zero})
	cross("padded", reflect.TypeFor[Padded](), Padded{1, 2, 3, "s"}, Padded{})
	cross("blank", reflect.TypeFor[Blank](), blank(1, 2, 3.5), blank(1, 2, Padded{s: "x"}), blank(0, 0, nil))
	cross("empty", reflect.TypeFor[struct {
		a struct{}
		b [0]string
		c float32
	}](), struct {
		a struct{}
		b [0]string
		c float32
	}{c: 1})
	cross("nothing", reflect.TypeFor[struct{}](), struct{}{})
	cross("nested", reflect.TypeFor[Nested](), Nested{p: Padded{s: "q"}, z: complex(0, float32(zero))})
	cross("bytes", reflect.TypeFor[[8]byte](), [8]byte{1}, [8]byte{7: 1})
	i32, u16 := reflect.TypeFor[int32](), reflect.TypeFor[uint16]()
	plain := reflect.StructOf([]reflect.StructField{{Name: "A", Type: i32}, {Name: "B", Type: i32}, {Name: "C", Type: reflect.ArrayOf(2, u16)}, {Name: "D", Type: i32}})
	cross("plain", plain, Plain{1, 2, [2]uint16{3, 4}, 5})

	// +0 and -0 are one key, NaNs are all different.
	m := map[any]int{0.0: 1, [1]float32{}: 2}
	m[zero]++
	m[[1]float32{float32(zero)}]++
	m[math.NaN()], m[math.NaN()] = 1, 1
	fmt.Println(len(m), m[0.0], m[[1]float32{}])

	defer func() { fmt.Println(recover()) }()
	var k any = Blank{c: []int{}}
	_ = m[k]
}

/* output
runs true true true true
runs true true true true
runs 2 2
padded true true true true
padded true true true true
padded 2 2
blank true true true true
blank true true true true
blank true true true true
blank 3 3
empty true true true true
empty 1 1
nothing true true true true
nothing 1 1
nested true true true true
nested 1 1
bytes true true true true
bytes true true true true
bytes 2 2
plain true true true true
plain 1 1
4 2 3
runtime error: hash of unhashable type []int
*/
