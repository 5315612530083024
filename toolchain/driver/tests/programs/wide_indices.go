// Indices, bounds and sizes of 64 bits count in full, where words have 32 too.
package main

import (
	"fmt"
	"unsafe"
)

func try(name string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Println(name, e)
		}
	}()
	f()
	fmt.Println(name, "does not panic")
}

//go:noinline
func number[T any](x T) T { return x }

var array = [4]string{"a", "b", "c", "d"}

func main() {
	i, u, n := number[int64](1<<32+1), number[uint64](1<<63+2), number[int64](-1<<32+1)
	s, p, str := array[:], &array, "text"
	var x string
	var b byte
	try("slice", func() { x = s[i] })
	try("slice", func() { x = s[u] })
	try("slice", func() { x = s[n] })
	try("slice", func() { s[n] = "e" })
	try("array", func() { x = array[i] })
	try("pointer", func() { p[u] = x })
	try("string", func() { b = str[n] })
	try("s[i:]", func() { s = s[i:] })
	try("s[:u]", func() { s = s[:u] })
	try("s[n:]", func() { s = s[n:] })
	try("s[::]", func() { s = s[1:2:u] })
	try("s[::]", func() { s = s[1:i:3] })
	try("s[::]", func() { s = s[i:2:3] })
	try("array[:i]", func() { s = p[:i] })
	try("string[u:]", func() { str = str[u:] })
	try("string[:n]", func() { str = str[:n] })
	// So large that they are too large everywhere.
	large, deep := number[int64](1<<62+3), number[int64](-1<<62+3)
	try("make", func() { s = make([]string, large) })
	try("make", func() { s = make([]string, deep) })
	try("make", func() { s = make([]string, 1, large) })
	try("make", func() { s = make([]string, u) })
	try("chan", func() { _ = make(chan string, large) })
	try("map", func() { _ = make(map[int]int, deep) })
	try("append", func() { s = append(s, make([]string, u)...) })
	try("append", func() { s = append(s, make([]string, deep)...) })
	try("unsafe.Slice", func() { s = unsafe.Slice(&array[0], large) })
	try("unsafe.Slice", func() { s = unsafe.Slice(&array[0], u) })
	try("unsafe.String", func() { str = unsafe.String(&b, deep) })
	for j := range int64(4) {
		x += s[j] + array[uint64(j)] + str[j:j+1]
	}
	fmt.Println(x, len(s), len(str))
	fmt.Println(len(make([]int, number[uint64](3), number[int64](5))), cap(make(chan int, number[uint64](7))))
}

/* output
slice runtime error: index out of range [4294967297] with length 4
slice runtime error: index out of range [9223372036854775810] with length 4
slice runtime error: index out of range [-4294967295]
slice runtime error: index out of range [-4294967295]
array runtime error: index out of range [4294967297] with length 4
pointer runtime error: index out of range [9223372036854775810] with length 4
string runtime error: index out of range [-4294967295]
s[i:] runtime error: slice bounds out of range [4294967297:4]
s[:u] runtime error: slice bounds out of range [:9223372036854775810] with capacity 4
s[n:] runtime error: slice bounds out of range [-4294967295:]
s[::] runtime error: slice bounds out of range [::9223372036854775810] with capacity 4
s[::] runtime error: slice bounds out of range [:4294967297:3]
s[::] runtime error: slice bounds out of range [4294967297:2:]
array[:i] runtime error: slice bounds out of range [:4294967297] with length 4
string[u:] runtime error: slice bounds out of range [9223372036854775810:4]
string[:n] runtime error: slice bounds out of range [:-4294967295]
make runtime error: makeslice: len out of range
make runtime error: makeslice: len out of range
make runtime error: makeslice: cap out of range
make runtime error: makeslice: len out of range
chan makechan: size out of range
map does not panic
append runtime error: makeslice: len out of range
append runtime error: makeslice: len out of range
unsafe.Slice runtime error: unsafe.Slice: len out of range
unsafe.Slice runtime error: unsafe.Slice: len out of range
unsafe.String runtime error: unsafe.String: len out of range
aatbbeccxddt 4 4
3 7
*/
