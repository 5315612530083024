// build-fails
package main

import "io"

type closer interface{ Close() }

type both interface {
	io.Closer
	closer
}

type sum interface {
	int | int
	string
}

func add[T interface {
	int
	string
}](a, b T) T {
	if a == b {
		return a
	}
	return a + b
}

type number interface{ ~int | float64 }

func total[N number](list ...N) (n N) { return }

type box[T any] struct{ v T }
type intBox = box[int]
type pointerBox = *box[string]

func (intBox) get() int { return 0 }
func (pointerBox) put() {}

type lister interface{ list(n int) []byte }
type shelf struct{}

func (shelf) list(name string) []byte { return nil }
func (shelf) each[T any](f func(T)) {}

func main() {
	_ = total("a")
	_ = total[int8](1)
	var l lister = shelf{}
	_ = l
	var n number
	_ = func(interface{ each() }) {}
	_ = interface{ each() }(shelf{})
}

/* output
# command-line-arguments
./errors_interfaces.go:14:8: overlapping terms int and int
./errors_interfaces.go:22:5: invalid operation: a == b (empty type set)
./errors_interfaces.go:25:9: invalid operation: operator + not defined on a (variable of type T constrained by interface{int; string} with empty type set)
./errors_interfaces.go:36:7: cannot define new methods on instantiated type box[int]
./errors_interfaces.go:37:7: cannot define new methods on instantiated type box[string]
./errors_interfaces.go:46:11: string does not satisfy number (string missing in ~int | float64)
./errors_interfaces.go:47:12: int8 does not satisfy number (int8 missing in ~int | float64)
./errors_interfaces.go:48:17: cannot use shelf{} (value of struct type shelf) as lister value in variable declaration: shelf does not implement lister (wrong type for method list)
		have list(string) []byte
		want list(int) []byte
./errors_interfaces.go:50:8: cannot use type number outside a type constraint: interface contains type constraints
./errors_interfaces.go:52:26: cannot convert shelf{} (value of struct type shelf) to type interface{each()}: shelf does not implement interface{each()} (wrong type for method each)
		have each[T any](func(T))
		want each()
./errors_interfaces.go:52:26: too many errors
*/
