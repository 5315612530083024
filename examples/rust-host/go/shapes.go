// Package main is called by src/main.rs: its exported functions, by name.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"sort"
	"strings"
	"time"
)

// A Point has the layout of the Rust struct of the same name.
type Point struct {
	X, Y  int32
	Label string
}

var started = strings.Repeat("go", 2)

// Add adds.
func Add(a, b int) int { return a + b }

// Started is what an initialiser has left.
func Started() string { return started }

// Scale scales a point.
func Scale(p Point, by float64) Point {
	return Point{int32(float64(p.X) * by), int32(float64(p.Y) * by), fmt.Sprintf("%s*%g", p.Label, by)}
}

// A Small has parts narrower than a register.
type Small struct {
	A uint8
	B bool
	C int16
	D float32
}

// Turn uses each part as a whole word: as an index, a condition, and in other types.
func Turn(s Small, not bool, t Small) Small {
	var table [256]uint8
	table[s.A] = uint8(len(table) - int(t.A))
	if s.B == t.B && not {
		s.B = !t.B
	}
	return Small{table[t.A], s.B, int16(int(s.C) + int(t.C)/2), s.D * float32(t.C)}
}

// Words sorts the words of a text. The result has moved stacks and collections behind it.
func Words(text string) []string {
	w := strings.Fields(text)
	sort.Strings(w)
	return w
}

// Join joins what Words returned.
func Join(w []string) string { return strings.Join(w, " ") }

// Divide panics for b == 0.
func Divide(a, b int) int {
	defer func() { divisions++ }()
	return a / b
}

var divisions int

// Divisions counts calls of Divide, those that panicked included.
func Divisions() int { return divisions }

// Fail panics with an error.
func Fail(text string) { panic(fmt.Errorf("no luck: %w", errors.New(text))) }

// Deref faults for a nil pointer.
func Deref(p *Point) int32 { return p.X }

// Faults has n goroutines dereference nil, and counts those that recovered.
func Faults(n int) int {
	c := make(chan int)
	for range n {
		go func() {
			defer func() {
				if recover() != nil {
					c <- 1
				} else {
					c <- 0
				}
			}()
			time.Sleep(time.Millisecond)
			Deref(nil)
		}()
	}
	sum := 0
	for range n {
		sum += <-c
	}
	return sum
}

// Recovered recovers from a panic itself.
func Recovered() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	var m map[string]int
	m["x"] = 1
	return ""
}

// Apply calls f, a closure of Rust's, for each number below n, deep in a stack that has to grow.
func Apply(f func(int) int, n int) int {
	if n == 0 {
		return 0
	}
	var room [64]int
	room[n%64] = f(n)
	return room[n%64] + Apply(f, n-1)
}

// Wait parks: it gets its answer from other goroutines.
func Wait(n int) int {
	c := make(chan int)
	for i := range n {
		go func() {
			time.Sleep(time.Millisecond)
			c <- i
		}()
	}
	sum := 0
	for range n {
		sum += <-c
	}
	return sum
}

// Elsewhere calls f on a goroutine of its own.
func Elsewhere(f func(int) int, x int) int {
	c := make(chan int)
	go func() { c <- f(x) }()
	return <-c
}

// Garbage allocates n kilobytes and drops them.
func Garbage(n int) {
	for range n {
		garbage = make([]byte, 1024)
	}
	garbage = nil
}

var garbage []byte

// Collect runs the garbage collector.
func Collect() { runtime.GC() }

// Exit ends the calling goroutine.
func Exit() { runtime.Goexit() }

// Recurse needs a lot of stack.
func Recurse(n int) int {
	var room [100]int
	if n == 0 {
		return 0
	}
	room[n%100] = 1
	return room[n%100] + Recurse(n-1)
}

// Adder returns a function.
func Adder(by int) func(int) int { return func(x int) int { return x + by } }

func main() {}
