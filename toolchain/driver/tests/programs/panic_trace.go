// exit 2
package main

import "errors"

type T struct{ name string }

//go:noinline
func (t *T) fail(n int) {
	if n == 0 {
		panic(errors.New("it broke"))
	}
	t.fail(n - 1)
}

func main() {
	defer println("deferred")
	(&T{"x"}).fail(1)
}

/* output contains
deferred
panic: 
it broke
goroutine 1 [running]:
main.(*T).fail(
panic_trace.go:11
main.(*T).fail(
panic_trace.go:13
main.main()
panic_trace.go:18
*/
