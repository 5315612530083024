// exit 2
// The report of a panic prints a float, of a type that a generic function puts into an interface. Nothing else here does.
package main

type metres float32

func hold[T any](v T) any { return v }

func main() {
	defer func() {
		panic(hold(metres(2.5)))
	}()
	panic("first")
}

/* output contains
panic: first
	panic: main.metres(2.5)
*/
