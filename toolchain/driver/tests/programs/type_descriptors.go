// only 64-bit
// What type descriptors say, word by word, compared with what reflection makes of them: layouts, flags, names, methods, map
// groups, equality and hash functions, and types that reflection builds at run time.
package main

import (
	"fmt"
	"reflect"
	"unsafe"
)

// The common part of a descriptor, as in internal/abi.
type common struct {
	size, ptrBytes uintptr
	hash           uint32
	flags          uint8
	align, field   uint8
	kind           uint8
	equal          func(p, q unsafe.Pointer) bool
	gcData         *byte
	str, ptrToThis int32
}

type mapPart struct {
	common
	key, elem, group                                    *common
	hasher                                              func(unsafe.Pointer, uintptr) uintptr
	groupSize, keysOff, keyStride, elemsOff, elemStride uintptr
	elemOff                                             uintptr
	flags                                               uint32
}

func descriptor(v any) *common { return *(**common)(unsafe.Pointer(&v)) }

//go:noinline
func length(l lenner) int { return l.Len() }

//go:noinline
func mapDescriptor(v any) *mapPart { return (*mapPart)(unsafe.Pointer(descriptor(v))) }

type point struct{ X, Y int }

func (p point) Len() int        { return p.X + p.Y }
func (p *point) Scale(n int)    { p.X *= n; p.Y *= n }
func (p point) hidden() int     { return 1 }
func (p *point) String() string { return fmt.Sprintf("<%d,%d>", p.X, p.Y) }

type outer struct {
	name string
	point
}

type viaPointer struct {
	*point
	tag [0]int
}

type padded struct {
	a int8
	b int64
	c int8
}

type mixed struct {
	a float64
	s string
	_ int32
	e any
	p [3]int16
}

type tail struct {
	n int
	z struct{}
}

type box[T any] struct{ v T }

func (b box[T]) Get() T   { return b.v }
func (b *box[T]) Set(v T) { b.v = v }

type weekday uint8

func (d weekday) String() string { return "day" }

type lenner interface{ Len() int }

type big struct{ p [200]*int }

func show(v any) {
	d := descriptor(v)
	t := reflect.TypeOf(v)
	// The flag for masks built on demand, and which equality function it is, are no promise; whether there is one is.
	fmt.Println(t, t.Kind(), d.size, d.ptrBytes, d.flags, d.align, d.field, d.kind, d.equal != nil, t.NumMethod(), t.PkgPath(), t.Name())
	if d.ptrBytes != 0 && d.flags&(1<<4) == 0 {
		fmt.Print("  mask")
		for i := uintptr(0); i < d.ptrBytes/8; i += 8 {
			fmt.Printf(" %08b", *(*byte)(unsafe.Add(unsafe.Pointer(d.gcData), i/8)))
		}
		fmt.Println()
	}
}

func layouts() {
	show(1)
	show(int8(1))
	show("s")
	show(1.5)
	show(2i)
	show(unsafe.Pointer(nil))
	show(uintptr(1))
	show(true)
	show([]int{})
	show([3]string{})
	show([0]func(){})
	show(map[string]int{})
	show(make(chan int))
	show(make(<-chan []byte))
	show(func(int, ...string) error { return nil })
	show(point{})
	show(&point{})
	show(outer{})
	show(&outer{})
	show(viaPointer{})
	show(padded{})
	show(mixed{})
	show(tail{})
	show(big{})
	show(box[int]{})
	show(&box[map[string]point]{})
	show(weekday(1))
	show(struct {
		A int `json:"a"`
		b any
		point
	}{})
	show((*error)(nil))
	show((*interface{ m() })(nil))
	show([]any{})
	show(new(lenner))
}

func equality() {
	eq := func(x, y any) bool {
		d := descriptor(x)
		px, py := (*[2]unsafe.Pointer)(unsafe.Pointer(&x))[1], (*[2]unsafe.Pointer)(unsafe.Pointer(&y))[1]
		r := d.equal(px, py)
		if r != (x == y) {
			fmt.Println("equality functions disagree on", x, y)
		}
		return r
	}
	nan := 0.0
	nan /= nan
	fmt.Println(eq(padded{1, 2, 3}, padded{1, 2, 3}), eq(padded{1, 2, 3}, padded{1, 2, 4}))
	fmt.Println(eq(mixed{a: 1, s: "x", e: 3}, mixed{a: 1, s: "x", e: 3}), eq(mixed{e: 3}, mixed{e: "3"}))
	fmt.Println(eq(mixed{a: nan}, mixed{a: nan}), eq(0.0, -1/(1/nan)), eq("abc", "abd"))
	fmt.Println(eq([5]string{"a", "b"}, [5]string{"a", "b"}), eq([5]string{"a"}, [5]string{4: "a"}))
	fmt.Println(eq([100]int8{99: 1}, [100]int8{99: 1}), eq([100]int8{99: 1}, [100]int8{}))
	fmt.Println(eq(struct{ f func() }{}.f == nil, true))
	func() {
		defer func() { fmt.Println(recover()) }()
		x := mixed{a: 1, e: []int{}}
		fmt.Println(eq(x, mixed{a: 2, e: []int{}}))
		fmt.Println(eq(x, x))
	}()
}

func maps() {
	type key struct {
		s string
		f float32
		n [2]int64
	}
	m := map[key]padded{}
	for i := range 100 {
		m[key{fmt.Sprint(i), float32(i), [2]int64{int64(i), 1}}] = padded{b: int64(i)}
	}
	sum := int64(0)
	for i := range 100 {
		sum += m[key{fmt.Sprint(i), float32(i), [2]int64{int64(i), 1}}].b
	}
	fmt.Println(len(m), sum)
	d := mapDescriptor(m)
	fmt.Println(d.groupSize, d.group.size, d.keysOff, d.keyStride, d.elemsOff, d.elemStride, d.elemOff, d.flags)
	a, b := key{"x", 0, [2]int64{}}, key{"x", 0, [2]int64{}}
	b.f = -b.f
	fmt.Println(d.hasher(unsafe.Pointer(&a), 7) == d.hasher(unsafe.Pointer(&b), 7))
	d = mapDescriptor(map[[200]byte][129]byte{})
	fmt.Println(d.groupSize, d.keysOff, d.keyStride, d.elemsOff, d.elemStride, d.elemOff, d.flags)
	iface := map[any]int{1: 1, "1": 2, 1.0: 3, point{1, 2}: 4, [2]string{"a", "b"}: 5}
	fmt.Println(iface[1], iface["1"], iface[1.0], iface[point{1, 2}], iface[[2]string{"a", "b"}])
}

func methods() {
	v := outer{"o", point{3, 4}}
	var l lenner = v
	fmt.Println(l.Len())
	l = &v
	fmt.Println(l.Len())
	p := &v
	l = viaPointer{point: &p.point}
	p.Scale(10)
	fmt.Println(l.Len())
	f := p.Scale
	f(2)
	g := (*outer).Scale
	g(p, 2)
	h := outer.Len
	k := lenner.Len
	fmt.Println(h(v), k(v), p.String(), p)
	var s fmt.Stringer = &v
	fmt.Println(s)
	t := reflect.TypeOf(&v)
	for i := range t.NumMethod() {
		m := t.Method(i)
		fmt.Println(m.Name, m.Type, m.PkgPath)
	}
	fmt.Println(reflect.ValueOf(&v).MethodByName("Len").Call(nil)[0])
	fmt.Println(reflect.ValueOf(box[string]{"in a box"}).Method(0).Call(nil)[0])
	func() {
		defer func() { fmt.Println(recover()) }()
		var none *point
		length(none)
	}()
}

func madeAtRunTime() {
	t := reflect.TypeOf(point{})
	fmt.Println(reflect.SliceOf(t), reflect.MapOf(reflect.TypeOf(""), t), reflect.PointerTo(reflect.PointerTo(t)), reflect.ArrayOf(5, t), reflect.ChanOf(reflect.BothDir, t))
	fmt.Println(reflect.SliceOf(t) == reflect.TypeOf([]point{}), reflect.PointerTo(t) == reflect.TypeOf(&point{}))
	m := reflect.MakeMap(reflect.MapOf(t, reflect.TypeOf(0)))
	m.SetMapIndex(reflect.ValueOf(point{1, 2}), reflect.ValueOf(12))
	fmt.Println(m, m.MapIndex(reflect.ValueOf(point{1, 2})))
	s := reflect.StructOf([]reflect.StructField{{Name: "A", Type: t}, {Name: "B", Type: reflect.TypeOf(""), Tag: `k:"v"`}})
	v := reflect.New(s).Elem()
	v.Field(1).SetString("set")
	fmt.Printf("%v %+v\n", s, v)
	fmt.Println(reflect.TypeFor[box[point]](), reflect.TypeFor[map[box[any]]box[error]]())
}

func main() {
	layouts()
	equality()
	maps()
	methods()
	madeAtRunTime()
}

/* output
int int 8 0 15 8 8 2 true 0  int
int8 int8 1 0 15 1 1 3 true 0  int8
string string 16 8 7 8 8 24 true 0  string
  mask 00000001
float64 float64 8 0 7 8 8 14 true 0  float64
complex128 complex128 16 0 7 8 8 16 true 0  complex128
unsafe.Pointer unsafe.Pointer 8 8 47 8 8 26 true 0 unsafe Pointer
  mask 00000001
uintptr uintptr 8 0 15 8 8 12 true 0  uintptr
bool bool 1 0 15 1 1 1 true 0  bool
[]int slice 24 8 2 8 8 23 false 0  
  mask 00000001
[3]string array 48 40 2 8 8 17 true 0  
  mask 00010101
[0]func() array 0 0 2 8 8 17 false 0  
map[string]int map 8 8 34 8 8 21 false 0  
  mask 00000001
chan int chan 8 8 42 8 8 18 true 0  
  mask 00000001
<-chan []uint8 chan 8 8 42 8 8 18 true 0  
  mask 00000001
func(int, ...string) error func 8 8 34 8 8 19 false 0  
  mask 00000001
main.point struct 16 0 15 8 8 25 true 1 main point
*main.point ptr 8 8 41 8 8 22 true 3  
  mask 00000001
main.outer struct 32 8 7 8 8 25 true 1 main outer
  mask 00000001
*main.outer ptr 8 8 41 8 8 22 true 3  
  mask 00000001
main.viaPointer struct 16 8 7 8 8 25 true 3 main viaPointer
  mask 00000001
main.padded struct 24 0 7 8 8 25 true 0 main padded
main.mixed struct 56 48 7 8 8 25 true 0 main mixed
  mask 00100010
main.tail struct 16 0 7 8 8 25 true 0 main tail
main.big struct 1600 1600 31 8 8 25 true 0 main big
main.box[int] struct 8 0 15 8 8 25 true 1 main box[int]
*main.box[map[string]main.point] ptr 8 8 41 8 8 22 true 2  
  mask 00000001
main.weekday uint8 1 0 15 1 1 8 true 1 main weekday
struct { A int "json:\"a\""; b interface {}; main.point } struct 40 24 3 8 8 25 true 1  
  mask 00000100
*error ptr 8 8 40 8 8 22 true 0  
  mask 00000001
*interface { main.m() } ptr 8 8 40 8 8 22 true 0  
  mask 00000001
[]interface {} slice 24 8 2 8 8 23 false 0  
  mask 00000001
*main.lenner ptr 8 8 40 8 8 22 true 0  
  mask 00000001
true false
true false
false false false
true false
true false
true
false
runtime error: comparing uncomparable type []int
100 4950
520 520 8 64 48 64 40 1
true
136 8 16 16 16 8 12
1 2 3 4 5
7
7
70
280 280 <120,160> <120,160>
<120,160>
Len func(*main.outer) int 
Scale func(*main.outer, int) 
String func(*main.outer) string 
280
in a box
value method main.point.Len called using nil *point pointer
[]main.point map[string]main.point **main.point [5]main.point chan main.point
true true
map[{1 2}:12] 12
struct { A main.point; B string "k:\"v\"" } {A:{X:0 Y:0} B:set}
main.box[main.point] map[main.box[interface {}]]main.box[error]
*/
