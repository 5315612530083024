// build-fails
package main

import (
	"fmt"
	"os"
	"time"
	"unsafe"
)

type pair struct{ A, B int }

func two() (int, string)     { return 0, "" }
func none()                  {}
func take(a int, b ...string) {}
func wrong() (missing, error) { return nil, nil }

func main() {
	x := 1
	for _, c := range "text" {
		x(c)
	}
	none().A
	take(none())
	take(two())
	take(1, 2)
	take()
	_ = pair{a: 1}
	_ = pair{1}
	_ = time.Time{sec: 1}
	var huge [1 << 62]pair
	_ = unsafe.Sizeof(huge)
	_ = 8 % 2i
	_ = map[string][]missing{"a": {1}}
	var p *pair
	p.a = 1
	p.C()
	*len = 1
	fmt.Printn("x")
	_ = 1 << 2.5
	const f float32 = 2
	_ = 1 << f
	if x := two(); x {
	}
	switch x := any(p).(type) {
	}
	goto done
	y := 1
done:
	return 1
	os.Exit
}

/* output
# command-line-arguments
./errors_values.go:16:15: undefined: missing
./errors_values.go:21:3: invalid operation: cannot call x (variable of type int): int is not a function
./errors_values.go:23:2: none() (no value) used as value or type
./errors_values.go:24:7: none() (no value) used as value
./errors_values.go:26:10: cannot use 2 (untyped int constant) as string value in argument to take
./errors_values.go:27:2: not enough arguments in call to take
	have ()
	want (int, ...string)
./errors_values.go:28:11: unknown field a in struct literal of type pair, but does have A
./errors_values.go:29:12: too few values in struct literal of type pair
./errors_values.go:30:16: unknown field sec in struct literal of type time.Time
./errors_values.go:47:7: goto done jumps over declaration of y at ./errors_values.go:48:4
./errors_values.go:30:16: too many errors
*/
