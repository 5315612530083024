// A product goes into a sum unrounded where Go does that, and never through an explicit conversion.
package main

import (
	"fmt"
	"math"
	"runtime"
)

//go:noinline
func sum(x, y, z float64) float64 { return x*y + z }

//go:noinline
func sumRight(x, y, z float64) float64 { return z + x*y }

//go:noinline
func less(x, y, z float64) float64 { return x*y - z }

//go:noinline
func lessProduct(x, y, z float64) float64 { return z - x*y }

//go:noinline
func opposite(x, y, z float64) float64 { return z + -(x * y) }

//go:noinline
func two(x, y, z, w float64) float64 { return x*y + z*w }

//go:noinline
func converted(x, y, z float64) float64 { return float64(x*y) + z }

type length float64

//go:noinline
func named(x, y length, z float64) float64 { return float64(x*y) + z }

//go:noinline
func variable(x, y, z float64, add bool) float64 {
	p := x * y
	if add {
		return p + z
	}
	return p
}

//go:noinline
func single(x, y, z float32) float32 { return x*y + z }

//go:noinline
func singleConverted(x, y, z float32) float32 { return float32(x*y) + z }

//go:noinline
func product(x, y float64) float64 { return x * y }

func main() {
	left, right, negated := false, false, false
	switch runtime.GOARCH {
	case "arm64":
		right, negated = true, true
	case "riscv64":
		right = true
	case "ppc64", "ppc64le", "s390x":
		left = true
	}
	fuses := left || right
	choose := func(fused bool, x, y, z float64) float64 {
		if fused {
			return math.FMA(x, y, z)
		}
		return product(x, y) + z
	}
	x, y, z, w := 1.0+0x1p-30, 1.0-0x1p-29, -1.0+0x1p-31, 1.0+0x1p-40
	check := func(name string, got, want float64) {
		if math.Float64bits(got) != math.Float64bits(want) {
			fmt.Println(name, got, want)
		}
	}
	if math.FMA(x, y, z) == product(x, y)+z {
		panic("these numbers show nothing")
	}
	check("sum", sum(x, y, z), choose(fuses, x, y, z))
	check("sumRight", sumRight(x, y, z), choose(fuses, x, y, z))
	check("less", less(x, y, -z), choose(fuses, x, y, z))
	check("lessProduct", lessProduct(x, y, -z), choose(right, -x, y, -z))
	check("opposite", opposite(x, y, -z), choose(negated, -x, y, -z))
	check("converted", converted(x, y, z), product(x, y)+z)
	check("named", named(length(x), length(y), z), product(x, y)+z)
	check("variable", variable(x, y, z, true), choose(fuses, x, y, z))
	check("variable", variable(x, y, z, false), product(x, y))
	switch {
	case left:
		check("two", two(x, y, z, w), math.FMA(x, y, product(z, w)))
	case right:
		check("two", two(x, y, z, w), math.FMA(z, w, product(x, y)))
	default:
		check("two", two(x, y, z, w), product(x, y)+product(z, w))
	}
	a, b, c := float32(1+0x1p-12), float32(1+0x1p-13), float32(-1)
	rounded := float32(product(float64(a), float64(b)))
	unfused := float32(float64(rounded) + float64(c))
	fused := float32(product(float64(a), float64(b)) + float64(c))
	if fused == unfused {
		panic("these numbers show nothing")
	}
	if fuses {
		check("single", float64(single(a, b, c)), float64(fused))
	} else {
		check("single", float64(single(a, b, c)), float64(unfused))
	}
	check("singleConverted", float64(singleConverted(a, b, c)), float64(unfused))
	fmt.Println("done")
}

/* output
done
*/
