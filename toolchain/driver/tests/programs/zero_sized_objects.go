// Objects without bytes have one address, which can be written: decoders that work with unsafe pointers store an array's
// first element before they look at its length.
package main

import (
	"fmt"
	"reflect"
	"unsafe"
)

type none struct{}

var (
	object  any
	pointer *none
	array   *[0]int
	slice   []none
)

func main() {
	pointer, array, slice = new(none), new([0]int), make([]none, 3)
	object = none{}
	want := unsafe.Pointer(pointer)
	for i, p := range []unsafe.Pointer{
		unsafe.Pointer(array),
		unsafe.Pointer(&slice[1]),
		unsafe.Pointer(&append(slice, none{}, none{})[4]),
		(*[2]unsafe.Pointer)(unsafe.Pointer(&object))[1],
		reflect.New(reflect.TypeFor[[0]string]()).UnsafePointer(),
		reflect.New(reflect.ArrayOf(0, reflect.TypeFor[float64]())).UnsafePointer(),
		reflect.MakeSlice(reflect.TypeFor[[]none](), 5, 7).UnsafePointer(),
		reflect.New(reflect.TypeFor[none]()).UnsafePointer(),
	} {
		if p != want {
			fmt.Println(i, "differs")
		}
		*(*uintptr)(p) = uintptr(i)
		*(*uintptr)(p) = 0
	}
	fmt.Println("written")
}

/* output
written
*/
