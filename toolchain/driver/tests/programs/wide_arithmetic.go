package main

// The functions of the runtime that compiled code calls on machines without the operations, compared with the operations of one
// that has them.

import (
	"fmt"
	"math"
	"math/rand/v2"
	_ "unsafe"
)

//go:linkname uint64div runtime.uint64div
func uint64div(x, y uint64) uint64

//go:linkname uint64mod runtime.uint64mod
func uint64mod(x, y uint64) uint64

//go:linkname int64div runtime.int64div
func int64div(x, y int64) int64

//go:linkname int64mod runtime.int64mod
func int64mod(x, y int64) int64

//go:linkname uint32div runtime.uint32div
func uint32div(x, y uint32) uint32

//go:linkname uint32mod runtime.uint32mod
func uint32mod(x, y uint32) uint32

//go:linkname int32div runtime.int32div
func int32div(x, y int32) int32

//go:linkname int32mod runtime.int32mod
func int32mod(x, y int32) int32

//go:linkname uint64tofloat64 runtime.uint64tofloat64
func uint64tofloat64(x uint64) float64

//go:linkname int64tofloat64 runtime.int64tofloat64
func int64tofloat64(x int64) float64

//go:linkname uint64tofloat32 runtime.uint64tofloat32
func uint64tofloat32(x uint64) float32

//go:linkname int64tofloat32 runtime.int64tofloat32
func int64tofloat32(x int64) float32

//go:linkname float64toint64 runtime.float64toint64
func float64toint64(f float64) int64

//go:linkname float64touint64 runtime.float64touint64
func float64touint64(f float64) uint64

//go:linkname atomicAdd64 runtime.atomicAdd64
func atomicAdd64(p *uint64, delta uint64) uint64

//go:linkname atomicAnd64 runtime.atomicAnd64
func atomicAnd64(p *uint64, v uint64) uint64

//go:linkname atomicOr64 runtime.atomicOr64
func atomicOr64(p *uint64, v uint64) uint64

//go:linkname atomicXchg64 runtime.atomicXchg64
func atomicXchg64(p *uint64, v uint64) uint64

//go:linkname atomicCas64 runtime.atomicCas64
func atomicCas64(p *uint64, old, new uint64) bool

//go:linkname atomicLoad64 runtime.atomicLoad64
func atomicLoad64(p *uint64) uint64

//go:linkname atomicStore64 runtime.atomicStore64
func atomicStore64(p *uint64, v uint64)

var bad int

func same[T comparable](what string, have, want T, operands ...any) {
	if have != want {
		if bad++; bad < 20 {
			fmt.Println(what, operands, have, want)
		}
	}
}

func divide(x, y uint64) {
	if y != 0 {
		same("uint64div", uint64div(x, y), x/y, x, y)
		same("uint64mod", uint64mod(x, y), x%y, x, y)
		same("int64div", int64div(int64(x), int64(y)), int64(x)/int64(y), int64(x), int64(y))
		same("int64mod", int64mod(int64(x), int64(y)), int64(x)%int64(y), int64(x), int64(y))
	}
	if a, b := uint32(x), uint32(y); b != 0 {
		same("uint32div", uint32div(a, b), a/b, a, b)
		same("uint32mod", uint32mod(a, b), a%b, a, b)
		same("int32div", int32div(int32(a), int32(b)), int32(a)/int32(b), int32(a), int32(b))
		same("int32mod", int32mod(int32(a), int32(b)), int32(a)%int32(b), int32(a), int32(b))
	}
}

func convert(x uint64) {
	same("uint64tofloat64", uint64tofloat64(x), float64(x), x)
	same("int64tofloat64", int64tofloat64(int64(x)), float64(int64(x)), int64(x))
	same("uint64tofloat32", uint64tofloat32(x), float32(x), x)
	same("int64tofloat32", int64tofloat32(int64(x)), float32(int64(x)), int64(x))
	for _, f := range []float64{float64(x), float64(x) / 3, -float64(x), float64(x>>40) + 0.75, math.Float64frombits(x)} {
		if f >= -1<<63 && f < 1<<63 {
			same("float64toint64", float64toint64(f), int64(f), f)
		}
		if f >= 0 && f < 1<<64 {
			same("float64touint64", float64touint64(f), uint64(f), f)
		}
	}
}

func main() {
	var edges []uint64
	for k := range 64 {
		for _, d := range []uint64{0, 1, ^uint64(0), 3, 1 << 31, 0xffff} {
			edges = append(edges, 1<<k+d, ^uint64(0)>>k-d, 0xfffe_ffff_0001_0000>>k+d)
		}
	}
	for _, x := range edges {
		convert(x)
		for _, y := range edges {
			divide(x, y)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300000 {
		x, y := rng.Uint64()>>rng.IntN(64), rng.Uint64()>>rng.IntN(64)
		divide(x, y)
		convert(x)
	}

	var n uint64
	done := make(chan bool)
	for range 4 {
		go func() {
			for range 10000 {
				atomicAdd64(&n, 1<<31+1)
			}
			done <- true
		}()
	}
	for range 4 {
		<-done
	}
	fmt.Println(atomicLoad64(&n) == 40000<<31+40000, atomicCas64(&n, 1, 2), atomicCas64(&n, n, 0xff00ff))
	fmt.Printf("%x %x %x ", atomicAnd64(&n, 0xf0f0f0), atomicOr64(&n, 1<<40), atomicXchg64(&n, 5))
	atomicStore64(&n, n+1)
	fmt.Println(n, bad)
}

/* output
true false true
ff00ff f000f0 10000f000f0 6 0
*/
