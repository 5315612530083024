package main

// Receivers named like their types, and constant parts of concatenations that are not constant.

import (
	"fmt"
	"os"
)

type list []int

func (list list) reversed() list {
	out := make([]int, 0, len(list))
	for i := range list {
		out = append(out, list[len(list)-1-i])
	}
	return out
}

func (list *list) with(other list, more ...list) (result list) { return append(*list, other...) }

func joined(list list, tail list) (both list) { return append(list, tail...) }

type box[T any] struct{ box T }

func (box box[T]) get() box[T]                 { return box }
func (box *box[T]) put(x T) (old, now box[T])  { old = *box; box.box = x; return old, *box }
func (int box[T]) count(string int) (bool int) { bool = string; return }

type text string

const slash = '/'

func path(s string) (string, string, bool) {
	a := "." + string(slash) + s
	b := s + "." + string(os.PathSeparator) + "x" + string(slash)
	return a, b, "."+string(slash) == s || "a"+string(slash)+s == "a//"
}

func named(s text) text {
	return "<" + text(slash) + "b" + s + text("c"+"d") + ">" + text('e') + s
}

func main() {
	l := list{1, 2, 3}
	fmt.Println(l.reversed(), l.with(list{4}), joined(l, l))
	b := box[string]{"a"}
	fmt.Println(b.get())
	fmt.Println(b.put("c"))
	fmt.Println(b.count(5))
	fmt.Println(path("/"))
	fmt.Println(named("x"))
}

/* output
[3 2 1] [1 2 3 4] [1 2 3 1 2 3]
{a}
{a} {c}
5
.// /./x/ true
</bxcd>ex
*/
