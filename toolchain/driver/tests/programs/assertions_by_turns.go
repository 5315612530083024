// Assertions to interfaces at places where several types take turns: those that have the methods, lack them, have none, and nil; with one
// value and with two, and in more goroutines than one.
package main

import (
	"fmt"
	"strings"
	"sync"
)

type named interface{ name() string }
type sized interface {
	named
	size() int
}

type (
	small  int8
	pair   struct{ a, b int }
	text   string
	lonely struct{}
)

func (small) name() string   { return "small" }
func (s small) size() int    { return int(s) }
func (*pair) name() string   { return "pair" }
func (p *pair) size() int    { return p.a + p.b }
func (text) name() string    { return "text" }
func (lonely) other() string { return "" }

var values = []any{small(3), &pair{1, 2}, text("x"), lonely{}, pair{}, 5, "plain", nil, func() {}, error(nil)}

func two(v any) string {
	if s, ok := v.(sized); ok {
		return fmt.Sprint(s.name(), s.size())
	}
	if n, ok := v.(named); ok {
		return n.name()
	}
	return "-"
}

func one(v any) (result string) {
	defer func() {
		if r := recover(); r != nil {
			text := r.(error).Error()
			result = text[strings.Index(text, ":")+2:]
		}
	}()
	return v.(named).name()
}

func main() {
	for range 3 {
		var all []string
		for _, v := range values {
			all = append(all, two(v))
		}
		fmt.Println(strings.Join(all, " "))
	}
	for range 2 {
		for _, v := range values {
			fmt.Println(one(v))
		}
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	counts := map[string]int{}
	for g := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			mine := map[string]int{}
			for i := range 10_000 {
				mine[two(values[(i*(g+1))%len(values)])]++
			}
			mu.Lock()
			for k, n := range mine {
				counts[k] += n
			}
			mu.Unlock()
		}()
	}
	all.Wait()
	fmt.Println(counts)
}

/* output
small3 pair3 text - - - - - - -
small3 pair3 text - - - - - - -
small3 pair3 text - - - - - - -
small
pair
text
main.lonely is not main.named: missing method name
main.pair is not main.named: missing method name
int is not main.named: missing method name
string is not main.named: missing method name
interface is nil, not main.named
func() is not main.named: missing method name
interface is nil, not main.named
small
pair
text
main.lonely is not main.named: missing method name
main.pair is not main.named: missing method name
int is not main.named: missing method name
string is not main.named: missing method name
interface is nil, not main.named
func() is not main.named: missing method name
interface is nil, not main.named
map[-:50000 pair3:3000 small3:16000 text:11000]
*/
