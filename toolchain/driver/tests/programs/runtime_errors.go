// Run-time errors are recovered with Go's texts.
package main

import "fmt"

type I interface{ M() }
type A struct{ next *A }

func (*A) M() {}

func try(name string, f func()) {
	defer func() {
		r := recover()
		if e, ok := r.(error); ok {
			fmt.Println(name+":", e.Error())
		} else {
			fmt.Println(name+":", r)
		}
	}()
	f()
}

var (
	zero  = 0
	five  = 5
	slice = []int{1, 2, 3}
	any1  any
	nilA  *A
	m     map[string]int
	ch    chan int
)

func main() {
	try("index", func() { _ = slice[five] })
	try("slice", func() { _ = slice[five:] })
	try("slice2", func() { _ = slice[2:1+zero] })
	try("divide", func() { fmt.Println(five / zero) })
	try("nil", func() { fmt.Println(nilA.next) })
	try("map", func() { m["x"] = 1 })
	try("assert", func() { _ = any1.(int) })
	any1 = "text"
	try("assert2", func() { _ = any1.(int) })
	try("assert3", func() { _ = any1.(I) })
	try("close", func() { close(ch) })
	try("makeslice", func() { _ = make([]int, five-10) })
	try("convert", func() { _ = [4]int(slice) })
	try("custom", func() { panic(fmt.Sprint("v", 1)) })
	try("hash", func() { m := map[any]int{}; m[[]int{}] = 1 })
	var e any = slice
	try("compare", func() { fmt.Println(e == e) })
	try("shift", func() { fmt.Println(1 << (zero - 1)) })
}

/* output
index: runtime error: index out of range [5] with length 3
slice: runtime error: slice bounds out of range [5:3]
slice2: runtime error: slice bounds out of range [2:1]
divide: runtime error: integer divide by zero
nil: runtime error: invalid memory address or nil pointer dereference
map: assignment to entry in nil map
assert: interface conversion: interface {} is nil, not int
assert2: interface conversion: interface {} is string, not int
assert3: interface conversion: string is not main.I: missing method M
close: close of nil channel
makeslice: runtime error: makeslice: len out of range
convert: runtime error: cannot convert slice with length 3 to array or pointer to array with length 4
custom: v1
hash: runtime error: hash of unhashable type []int
compare: runtime error: comparing uncomparable type []int
shift: runtime error: negative shift amount
*/
