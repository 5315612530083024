package main

import (
	"fmt"
	"runtime"
	"unsafe"
)

type object struct {
	val [16]int
}

// Whose finalizers have run; the object made last.
var (
	gone [32]bool
	last int
)

func fresh() *object {
	o := &object{}
	o.val[3] = 33
	last++
	id := last
	runtime.SetFinalizer(o, func(*object) { gone[id] = true })
	return o
}

func deep(n int) int {
	var pad [256]byte
	pad[n&255] = 1
	if n == 0 {
		return 0
	}
	return deep(n-1) + int(pad[n&255])
}

func check(p uintptr) string {
	deep(400)
	runtime.GC()
	runtime.GC()
	return fmt.Sprint(gone[last], " ", (*object)(unsafe.Pointer(p)).val[3])
}

//go:uintptrescapes
func one(p uintptr) string { return check(p) }

//go:uintptrescapes
func mixed(n int, p uintptr, s string, rest ...uintptr) string {
	r := fmt.Sprint(n, s, " ", check(p))
	for _, q := range rest {
		r += " " + check(q)
	}
	return r
}

type table struct{ name string }

//go:uintptrescapes
func (t *table) method(p uintptr) string { return t.name + check(p) }

type outer struct{ *table }

//go:uintptrescapes
func generic[T any](x T, p uintptr) string { return fmt.Sprint(x, " ", check(p)) }

//go:noinline
func number() int { return deep(300) & 1 }

// The object is in the frame if nothing forces it into the heap; the callee moves the stack.
func local() string {
	var o object
	o.val[3] = 7
	last++
	r := one(uintptr(unsafe.Pointer(&o)))
	o.val[3]++
	return r + fmt.Sprint(" ", o.val[3])
}

func deferred() (r string) {
	o := fresh()
	defer func() { r += fmt.Sprint(" ", gone[last]) }()
	defer print2(&r, uintptr(unsafe.Pointer(o)))
	runtime.GC()
	return "deferred"
}

//go:uintptrescapes
func print2(r *string, p uintptr) { *r += " " + check(p) }

func main() {
	fmt.Println(one(uintptr(unsafe.Pointer(fresh()))))
	fmt.Println(local())
	// The number is made when everything else is evaluated.
	fmt.Println(mixed(number(), uintptr(unsafe.Pointer(fresh())), fmt.Sprint(deep(500)), uintptr(unsafe.Pointer(&object{val: [16]int{3: 5}})), uintptr((unsafe.Pointer)(&object{}))))
	t := &table{"t "}
	fmt.Println(t.method(uintptr(unsafe.Pointer(fresh()))))
	fmt.Println(outer{t}.method(uintptr(unsafe.Pointer(fresh()))))
	fmt.Println(generic(1.5, uintptr(unsafe.Pointer(fresh()))))
	fmt.Println((*table).method(t, one2(fresh())))
	fmt.Println(deferred())
	done := make(chan string)
	go func(r chan string, p uintptr) { r <- "go" }(done, uintptr(unsafe.Pointer(fresh())))
	fmt.Println(<-done)
	runtime.GC()
}

var kept *object

func one2(o *object) uintptr { kept = o; return uintptr(unsafe.Pointer(o)) }

/* output
false 33
false 7 8
0500 false 33 false 5 false 0
t false 33
t false 33
1.5 false 33
t false 33
deferred false 33 false
go
*/
