// Generic functions, types, methods, constraints and inference.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

type Number interface {
	~int | ~int64 | ~float64
}

func Sum[T Number](xs ...T) (s T) {
	for _, x := range xs {
		s += x
	}
	return
}

func Map[T, U any](xs []T, f func(T) U) []U {
	out := make([]U, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

func (p Pair[K, V]) String() string { return fmt.Sprintf("<%v=%v>", p.Key, p.Val) }

type List[T any] struct {
	head *node[T]
	n    int
}

type node[T any] struct {
	v    T
	next *node[T]
}

func (l *List[T]) Push(v T) { l.head = &node[T]{v, l.head}; l.n++ }
func (l *List[T]) All() func(yield func(int, T) bool) {
	return func(yield func(int, T) bool) {
		i := 0
		for n := l.head; n != nil; n = n.next {
			if !yield(i, n.v) {
				return
			}
			i++
		}
	}
}

type Tree[T cmp.Ordered] struct {
	left, right *Tree[T]
	v           T
}

func (t *Tree[T]) Insert(v T) *Tree[T] {
	switch {
	case t == nil:
		return &Tree[T]{v: v}
	case v < t.v:
		t.left = t.left.Insert(v)
	default:
		t.right = t.right.Insert(v)
	}
	return t
}

func (t *Tree[T]) Walk(f func(T)) {
	if t != nil {
		t.left.Walk(f)
		f(t.v)
		t.right.Walk(f)
	}
}

type MyInt int

func (m MyInt) String() string { return fmt.Sprintf("MyInt(%d)", int(m)) }

type Stringish interface {
	~int
	fmt.Stringer
}

func Join[T Stringish](xs []T) string {
	var parts []string
	for _, x := range xs {
		parts = append(parts, x.String()+fmt.Sprint(int(x)+1))
	}
	return strings.Join(parts, ",")
}

func Keys[M ~map[K]V, K comparable, V any](m M) []K {
	var ks []K
	for k := range m {
		ks = append(ks, k)
	}
	return ks
}

func Ptr[T any](v T) *T { return &v }

func Zero[T any]() (z T) { return }

func kind[T any](v T) string {
	switch any(v).(type) {
	case int:
		return "int"
	case string:
		return "string"
	case []T:
		return "slice of itself"
	case fmt.Stringer:
		return "stringer"
	}
	return "other"
}

type Set[T comparable] map[T]struct{}

func (s Set[T]) Add(v T)      { s[v] = struct{}{} }
func (s Set[T]) Has(v T) bool { _, ok := s[v]; return ok }

type Opt[T any] = Pair[string, T]

var errNo = errors.New("no")

func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func main() {
	fmt.Println(Sum(1, 2, 3), Sum(1.5, 2), Sum[MyInt](4, 5))
	fmt.Println(Map([]int{1, 2, 3}, func(i int) string { return strings.Repeat("x", i) }))
	p := Pair[string, []int]{"a", []int{1}}
	fmt.Println(p, &p)
	fmt.Printf("%T %T %v\n", p, Pair[MyInt, Pair[int, string]]{}, Opt[int]{"k", 3})
	var l List[string]
	for _, s := range []string{"x", "y", "z"} {
		l.Push(s)
	}
	for i, s := range l.All() {
		if i == 2 {
			break
		}
		fmt.Print(i, s, " ")
	}
	fmt.Println(l.n)
	var t *Tree[string]
	for _, w := range strings.Fields("the quick brown fox jumps over the lazy dog") {
		t = t.Insert(w)
	}
	t.Walk(func(s string) { fmt.Print(s, " ") })
	fmt.Println()
	fmt.Println(Join([]MyInt{1, 2}), kind(1), kind("a"), kind(MyInt(1)), kind(1.5))
	ks := Keys(map[string]int{"b": 1, "a": 2})
	sort.Strings(ks)
	fmt.Println(ks, *Ptr(7), Zero[*int]() == nil, Zero[[2]string]())
	s := Set[Pair[int, int]]{}
	s.Add(Pair[int, int]{1, 2})
	fmt.Println(s.Has(Pair[int, int]{1, 2}), s.Has(Pair[int, int]{2, 1}), len(s))
	xs := []Pair[string, int]{{"b", 2}, {"a", 2}, {"c", 1}}
	slices.SortFunc(xs, func(a, b Pair[string, int]) int {
		return cmp.Or(cmp.Compare(a.Val, b.Val), strings.Compare(a.Key, b.Key))
	})
	fmt.Println(xs, slices.Max([]float64{1, 3, 2}), slices.Index([]string{"a", "b"}, "b"))
	f := Sum[float64]
	fmt.Println(f(1, 2), min(3, 1, 2), max("a", "b"))
	defer func() { fmt.Println("recovered:", recover()) }()
	fmt.Println(Must(1, nil))
	Must("", errNo)
}

/* output
6 3.5 MyInt(9)
[x xx xxx]
<a=[1]> <a=[1]>
main.Pair[string,[]int] main.Pair[main.MyInt,main.Pair[int,string]] <k=3>
0z 1y 3
brown dog fox jumps lazy over quick the the 
MyInt(1)2,MyInt(2)3 int string stringer other
[a b] 7 true [ ]
true false 1
[<c=1> <a=2> <b=2>] 3 1
3 1 b
1
recovered: no
*/
