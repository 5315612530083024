// A small map that nobody keeps is in the frame with its first eight entries, also if it is ranged over, grows, or its stack moves. Objects that
// are stored behind a parameter stay in the frame where what the parameter points to does.
package main

import (
	"fmt"
	"runtime"
	"testing"
)

//go:noinline
func squares(words []string) (sum int) {
	counts := map[string]int{}
	for _, w := range words {
		counts[w]++
	}
	for _, n := range counts {
		sum += n * n
	}
	return sum
}

//go:noinline
func distinct(numbers []int) int {
	seen := make(map[int]struct{}, 8)
	for _, n := range numbers {
		seen[n] = struct{}{}
	}
	delete(seen, numbers[0])
	return len(seen)
}

type large struct{ words [40]int }

//go:noinline
func indirect(n int) int {
	m := map[large]*large{}
	for i := range n {
		key := large{}
		key.words[39] = i
		m[key] = &large{words: [40]int{5: i}}
	}
	runtime.GC()
	sum := 0
	for k, v := range m {
		sum += k.words[39] * v.words[5]
	}
	clear(m)
	return sum + len(m)
}

// Each frame has a map, and pointers into its own frame in it.
func deep(n int) int {
	m := map[int]*int{}
	here := n
	m[n] = &here
	if n == 0 {
		return *m[0]
	}
	below := deep(n - 1)
	return below + *m[n]
}

//go:noinline
func rounds() (sum int) {
	for i := range 10 {
		m := map[int]int{}
		if len(m) != 0 || m[i] != 0 {
			panic("an entry of the round before")
		}
		m[i] = i
		m[i+1] = 2
		for k, v := range m {
			sum += k * v
		}
	}
	return sum
}

var kept map[string]int

//go:noinline
func keep(k string) { kept = map[string]int{k: 1} }

//go:noinline
func given(k int) map[int]int { return map[int]int{k: k} }

type list struct{ first *item }
type item struct {
	next *item
	n    int
}

//go:noinline
func (l *list) push(i *item) { i.next, l.first = l.first, i }

//go:noinline
func lists() (sum int) {
	var l list
	l.push(&item{n: 1})
	l.push(&item{n: 2})
	for i := l.first; i != nil; i = i.next {
		sum = sum*10 + i.n
	}
	return sum
}

var all list

//go:noinline
func shared(n int) { all.push(&item{n: n}) }

func main() {
	few := []string{"a", "b", "a"}
	var many []string
	for i := range 2000 {
		many = append(many, fmt.Sprint(i%700))
	}
	fmt.Println(squares(few), squares(many), distinct([]int{1, 2, 3, 3}), indirect(5), indirect(60), deep(3000), rounds(), lists())
	keep("q")
	shared(1)
	shared(2)
	runtime.GC()
	m := given(3)
	runtime.GC()
	fmt.Println(kept, m, all.first.n, all.first.next.n)
	for _, f := range []func(){
		func() { squares(few) },
		func() { distinct([]int{1, 2, 3, 3}) },
		func() { rounds() },
		func() { deep(3) },
		func() { lists() },
		func() { keep("q") },
	} {
		fmt.Print(testing.AllocsPerRun(100, f), " ")
	}
	fmt.Println()
}

/* output
5 5800 2 30 70210 4501500 395 21
map[q:1] map[3:3] 2 1
0 0 0 4 0 2 
*/
