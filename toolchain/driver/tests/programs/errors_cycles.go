// build-fails
package main

import "unsafe"

// A generic type may be declared as another one that points back to it.
type Left[T any] struct{ right *Right[T] }
type Right[T any] Left[T]

type Tree[T any] struct{ sub [2]Tree[T] }

type Wrap[T any] struct{ inner T }
type Knot struct{ w Wrap[Knot] }

type Ping[T any] Pong[T]
type Pong[T any] Ping[T]

type Outer struct{ in Inner }
type Inner [unsafe.Sizeof(Outer{}.in)]int

type Sized [unsafe.Sizeof(Holder{})]byte
type Holder struct{ s Sized }

type Shape interface{ grow() [unsafe.Sizeof(shape)]int }

var shape Shape

type Alias = Target
type Target [unsafe.Sizeof(Alias{})]int

func main() {
	type local struct{ l [2]local }
	var l Left[int]
	_ = l.right
}

/* output
# command-line-arguments
./errors_cycles.go:10:33: invalid recursive type: Tree[T] refers to itself
./errors_cycles.go:13:6: invalid recursive type Knot
	./errors_cycles.go:13:6: Knot refers to Wrap[Knot]
	./errors_cycles.go:13:21: Wrap[Knot] refers to Knot
./errors_cycles.go:15:18: invalid recursive type Pong[T]
	./errors_cycles.go:15:18: Pong[T] refers to Ping[T]
	./errors_cycles.go:16:18: Ping[T] refers to Pong[T]
./errors_cycles.go:18:6: invalid recursive type Outer
	./errors_cycles.go:18:6: Outer refers to Inner
	./errors_cycles.go:19:6: Inner refers to Outer
./errors_cycles.go:21:6: invalid recursive type Sized
	./errors_cycles.go:21:6: Sized refers to Holder
	./errors_cycles.go:22:6: Holder refers to Sized
./errors_cycles.go:21:13: array length unsafe.Sizeof(Holder{}) (value of type uintptr) must be constant
./errors_cycles.go:24:6: invalid recursive type Shape
	./errors_cycles.go:24:6: Shape refers to shape
	./errors_cycles.go:26:5: shape refers to Shape
./errors_cycles.go:29:6: invalid recursive type: Target refers to itself
./errors_cycles.go:32:7: invalid recursive type: local refers to itself
*/
