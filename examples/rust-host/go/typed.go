package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Color is an enumeration.
type Color uint8

// The colors.
const (
	Red Color = iota
	Green
	Blue
)

// Name is a method with a value as receiver.
func (c Color) Name() string { return [...]string{"red", "green", "blue"}[c] }

// Next turns the wheel.
func (c Color) Next() Color { return (c + 1) % 3 }

// A Shape has parts of all kinds.
type Shape struct {
	Name    string
	Corners []Point
	Fill    Color
	Box     [2]Small
	Tags    [][]string
	Next    *Shape
}

// Describe tells of a shape.
func Describe(s Shape) string {
	return fmt.Sprintf("%s: %d corners, %s, %v, %v, %t", s.Name, len(s.Corners), s.Fill.Name(), s.Box[1].A, s.Tags, s.Next != nil)
}

// Doubled returns a shape of shapes.
func (s Shape) Doubled() Shape {
	s.Name += s.Name
	s.Corners = append(slices.Clone(s.Corners), s.Corners...)
	return Shape{Name: "twice", Corners: s.Corners, Tags: [][]string{{s.Name}, nil}, Next: &s}
}

// Rename changes the shape that its receiver points to.
func (s *Shape) Rename(to string) { s.Name = to }

// A Counter keeps its fields to itself.
type Counter struct {
	n     int
	names map[string]int
}

// NewCounter makes one, for a good name.
func NewCounter(name string) (*Counter, error) {
	if name == "" {
		return nil, errors.New("a counter wants a name")
	}
	return &Counter{names: map[string]int{name: 0}}, nil
}

// Add adds all of its arguments.
func (c *Counter) Add(by ...int) int {
	for _, n := range by {
		c.n += n
	}
	return c.n
}

// Names returns the counter's own map.
func (c *Counter) Names() map[string]int { return c.names }

// Sum is variadic.
func Sum(xs ...float64) (sum float64) {
	for _, x := range xs {
		sum += x
	}
	return
}

// Parse fails for what is no number.
func Parse(text string) (int, error) { return strconv.Atoi(text) }

// Check returns nothing but an error.
func Check(ok bool) error {
	if !ok {
		return errors.New("not ok")
	}
	return nil
}

// DivMod has two results.
func DivMod(a, b int32) (int32, int32) { return a / b, a % b }

// Upper takes and returns texts in a slice.
func Upper(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = strings.ToUpper(t)
	}
	return out
}

// Bytes reverses bytes.
func Bytes(b []byte) []byte {
	slices.Reverse(b)
	return b
}

// Raw returns a text that is not UTF-8.
func Raw() string { return "a\xff" }

// Lengths makes a map.
func Lengths(texts ...string) map[string]int {
	m := map[string]int{}
	for _, t := range texts {
		m[t] = len(t)
	}
	return m
}

// Keys sorts the keys of a map.
func Keys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }

// Squares sends the squares of what it receives, until its channel is closed.
func Squares(texts chan string) chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for t := range texts {
			n, _ := strconv.Atoi(t)
			out <- n * n
		}
	}()
	return out
}

// Texts makes a channel.
func Texts(n int) chan string { return make(chan string, n) }

// Map calls f, a closure of Rust's, for each text.
func Map(texts []string, f func(string, int) string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = f(t, i)
	}
	return out
}

// Try calls f, and says how that went.
func Try(f func(int) (int, error), x int) (text string) {
	defer func() {
		if r := recover(); r != nil {
			_, isError := r.(error)
			text = fmt.Sprint("recovered: ", r, " ", isError)
		}
	}()
	n, err := f(x)
	return fmt.Sprint(n, err)
}

// Call calls f, and recovers from nothing.
func Call(f func()) {
	defer func() { deferred++ }()
	f()
}

// Deferred counts calls of Call.
func Deferred() int { return deferred }

var deferred int

// Compose returns a func.
func Compose(prefix string) func(string) string {
	return func(s string) string { return prefix + s }
}

// Mix has parameters in registers of both kinds, and more than there are.
func Mix(a int8, b float32, c bool, d float64, e uint64, f, g, h, i, j, k, l int) float64 {
	n := float64(a) + float64(b) + d + float64(e) + float64(f+g+h+i+j+k+l)
	if c {
		return n
	}
	return -n
}

// Halve takes and returns narrow numbers.
func Halve(a int16, b float32, c uint8, d bool) (int16, float32, uint8, bool) {
	return a / 2, b / 2, c / 2, !d
}

// Nothing takes and returns nothing.
func Nothing() {}

// Anything has no Rust function.
func Anything(x any) any { return x }

// Head is nil.
func Head() *Shape { return nil }

// A Tree has itself in it.
type Tree struct {
	Value int
	Kids  []Tree
}

// Grow plants a tree on top of two others.
func Grow(t Tree) Tree { return Tree{t.Value + 1, []Tree{t, t}} }

// Done carries no values.
type Done chan struct{}

// Finished is closed behind one value.
func Finished() Done {
	d := make(Done, 1)
	d <- struct{}{}
	close(d)
	return d
}
