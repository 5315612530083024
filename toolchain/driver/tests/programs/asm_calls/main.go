// Assembly in Go's syntax: calls in both directions with many kinds of arguments, stack growth and collections in between,
// methods, func values, reflection, panics through wrappers, addresses, constants and layouts of the package.
// only amd64 arm64
package main

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"unsafe"
)

type pair struct {
	a int32
	b float64
}

const shift = 5
const greeting = "hello"

type record struct {
	id    uint16
	name  string
	score float64
	next  *record
}

// Implemented in assembly.
func add(a, b int) int
func mixed(a int8, b uint16, c float32, d float64, e bool, f string) (int64, float64, string)
func swapPair(p pair) pair
func sum(p []int32) (total int64)
func sumArray(a [4]int, k int) [2]int
func shifted(x uint64) uint64
func score(r *record) (float64, *record)
func nothing()

//go:noescape
func fill(p *[8]byte, v byte)

func callBack(n int, s string) (string, int)
func callMethod(c *counter, by int) int
func callPanic(what *string)
func callDeep(n int) int
func keep(p *int) *int
func pushes(a int) int
func table(i int) uint32
func bump() int
func addABI0() uintptr
func simd(dst, a, b *[4]float32)
func viaValue(f func(int) int, x int) int
func manyArgs(a, b, c, d, e, f, g, h, i, j, k int, s []string) (int, []string)
func jumpTo(x int) int
func fault(p *int) int

var total int

// Its contents are in assembly.
var primes [3]uint32

// Called from assembly.
func back(n int, s string) (string, int) {
	grow(n)
	runtime.GC()
	return strings.Repeat(s, n%3+1), n * 2
}

type counter struct{ n int }

func (c *counter) inc(by int) int {
	c.n += by
	return c.n
}

//go:linkname counterInc example/com/asm_calls.counterIncImpl
func counterInc(c *counter, by int) int { return c.inc(by) }

//go:noinline
func grow(n int) int {
	var pad [512]byte
	pad[n%512] = byte(n)
	if n == 0 {
		return int(pad[0])
	}
	return grow(n-1) + int(pad[n%512])
}

func fail(what *string) { panic("failed: " + *what) }

func deep(n int) int {
	if n == 0 {
		runtime.GC()
		return 1
	}
	return callDeep(n-1) + 1
}

func keepBack(p *int) *int {
	grow(100)
	runtime.GC()
	q := new(int)
	*q = *p + 1
	return q
}

func manyBack(a, b, c, d, e, f, g, h, i, j, k int, s []string) (int, []string) {
	grow(50)
	return a + b + c + d + e + f + g + h + i + j + k, append(s, "end")
}

func twice(x int) int { grow(200); return 2 * x }

func landing(x int) int { return x * 100 }

func recovered(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return "no panic"
}

func main() {
	fmt.Println(add(2, 40), add(-1, 1))
	fmt.Println(mixed(-3, 65535, 1.5, 2.25, true, "str"))
	fmt.Println(swapPair(pair{7, 2.5}))
	fmt.Println(sum([]int32{1, -2, 30}), sum(nil))
	fmt.Println(sumArray([4]int{1, 2, 3, 4}, 10))
	fmt.Println(shifted(3), shift)
	r := &record{id: 9, name: "x", score: 4.5}
	r.next = r
	f, n := score(r)
	fmt.Println(f, n == r, unsafe.Sizeof(*r))
	nothing()
	var b [8]byte
	fill(&b, 7)
	fmt.Println(b)

	// Into Go and back, with growth and a collection inside.
	fmt.Println(callBack(5, "ab"))
	done := make(chan string)
	go func() {
		s, n := callBack(300, "z")
		done <- fmt.Sprint(s, n)
	}()
	fmt.Println(<-done)
	c := &counter{n: 1}
	fmt.Println(callMethod(c, 41), c.n)
	go func() { done <- fmt.Sprint(callDeep(2000)) }()
	fmt.Println(<-done)
	x := 41
	go func() { done <- fmt.Sprint(*keep(&x)) }()
	fmt.Println(<-done)
	go func() {
		n, s := manyArgs(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, []string{"a"})
		done <- fmt.Sprint(n, s)
	}()
	fmt.Println(<-done)
	fmt.Println(pushes(20), jumpTo(3))

	// As values.
	g := add
	fmt.Println(g(20, 22), apply(add, 1, 2))
	out := reflect.ValueOf(add).Call([]reflect.Value{reflect.ValueOf(5), reflect.ValueOf(6)})
	fmt.Println(out[0].Int())
	out = reflect.ValueOf(mixed).Call([]reflect.Value{
		reflect.ValueOf(int8(1)), reflect.ValueOf(uint16(2)), reflect.ValueOf(float32(3)), reflect.ValueOf(4.0),
		reflect.ValueOf(false), reflect.ValueOf("refl"),
	})
	fmt.Println(out[0].Int(), out[1].Float(), out[2].String())
	k := 3
	fmt.Println(viaValue(func(x int) int { return x * k }, 14))
	defer func() { fmt.Println("deferred", add(3, 4)) }()

	// Panics.
	what := "asm"
	fmt.Println(recovered(func() { callPanic(&what) }))
	fmt.Println(recovered(func() { fmt.Println(fault(&x)); fault(nil) }))
	h := fault
	fmt.Println(recovered(func() { h(nil) }))

	// Data, addresses, vectors.
	fmt.Println(table(0), table(3), bump(), bump(), total)
	if p := addABI0(); p == 0 || p == reflect.ValueOf(add).Pointer() {
		fmt.Println("the ABI0 entry is not its own")
	}
	a, d := [4]float32{1, 2, 3, 4}, [4]float32{}
	simd(&d, &a, &a)
	fmt.Println(d, primes)
	fmt.Println(callers())
}

func apply(f func(int, int) int, a, b int) int { return f(a, b) }

// What a traceback shows of a call through assembly: no wrappers.
func callers() string {
	var names []string
	trace = func() {
		pc := make([]uintptr, 10)
		frames := runtime.CallersFrames(pc[:runtime.Callers(1, pc)])
		for {
			f, more := frames.Next()
			names = append(names, f.Function+fmt.Sprint(":", f.Line > 0))
			if !more || f.Function == "main.main" {
				break
			}
		}
	}
	callTrace()
	return strings.Join(names, " ")
}

var trace func()

func traced() { trace() }
func callTrace()

/* output
42 0
65534 3.75 str
{2 7}
29 0
[20 40]
96 5
4.5 true 40
[7 7 7 7 7 7 7 7]
ababab 10
z600
42 42
2001
42
66 [a end]
45 300
42 3
11
3 7 refl
42
failed: asm
41
runtime error: invalid memory address or nil pointer dereference
runtime error: invalid memory address or nil pointer dereference
10 40 1 2 2
[2 4 6 8] [2 3 5]
main.callers.func1:true main.traced:true main.callTrace:true main.callers:true main.main:true
deferred 7
*/
