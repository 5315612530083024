// exit 2
// The report of a panic prints a float that nothing but reflection has put into an interface: whether floats are printed at all is decided by
// what interfaces may hold.
package main

import "reflect"

type degrees float64

type weather struct {
	Town        string
	Temperature degrees
}

func main() {
	println(1.5, 2.25i)
	panic(reflect.ValueOf(weather{"Rome", 31.5}).Field(1).Interface())
}

/* output contains
1.5 (0+2.25i)
panic: main.degrees(31.5)
*/
