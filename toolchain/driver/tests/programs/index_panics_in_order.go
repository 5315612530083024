// Which of a statement's panics comes first, where no call decides on it.
package main

import "fmt"

type node struct {
	n    int
	next *node
}

var (
	ints    = make([]int, 3)
	others  = make([]int, 5)
	shifts  = make([]uint8, 4)
	words   = make([]string, 2)
	nowhere *node
	table   map[string]int
	pair    [2]int
	fields  = make([]node, 2)
	i, j, k = 7, 8, 9
	zero    int
)

func try(name string, f func()) {
	defer func() { fmt.Println(name, recover()) }()
	f()
}

func main() {
	try("+=", func() { ints[i] += others[j] })
	try("*=", func() { ints[i] *= others[j] * others[k] })
	try("right", func() { ints[1] -= others[j] })
	try("/=", func() { ints[i] /= zero })
	try("/= right", func() { ints[0] /= zero + others[j] })
	try("<<=", func() { ints[i] <<= shifts[j] })
	try("strings", func() { words[i] += words[j] + words[k] })
	try("field", func() { nowhere.n += others[j] })
	try("field right", func() { fields[1].n |= nowhere.n })
	try("of index", func() { fields[i].n += nowhere.n })
	try("of pointer", func() { nowhere.next.n ^= others[j] })
	try("map", func() { table["a"] += others[j] })
	try("array", func() { pair[i&7-zero] &= others[j] })
	try("index of index", func() { ints[others[i]] += others[j] })
	try("plain", func() { ints[i] = others[j] })
	try("binary", func() { ints[0] = ints[i] + others[j] })
	try("conversion", func() { ints[i] += int(shifts[j]) })
	try("assertion", func() { ints[i] += any(words).(int) })
	try("length", func() { ints[i] += len(words[j]) })
	try("slice", func() { ints[i] += len(words[j:]) })
	fmt.Println(ints, others, words, len(table))
}

/* output
+= runtime error: index out of range [7] with length 3
*= runtime error: index out of range [7] with length 3
right runtime error: index out of range [8] with length 5
/= runtime error: index out of range [7] with length 3
/= right runtime error: index out of range [8] with length 5
<<= runtime error: index out of range [7] with length 3
strings runtime error: index out of range [7] with length 2
field runtime error: invalid memory address or nil pointer dereference
field right runtime error: invalid memory address or nil pointer dereference
of index runtime error: index out of range [7] with length 2
of pointer runtime error: invalid memory address or nil pointer dereference
map runtime error: index out of range [8] with length 5
array runtime error: index out of range [7] with length 2
index of index runtime error: index out of range [7] with length 5
plain runtime error: index out of range [8] with length 5
binary runtime error: index out of range [7] with length 3
conversion runtime error: index out of range [7] with length 3
assertion interface conversion: interface {} is []string, not int
length runtime error: index out of range [8] with length 2
slice runtime error: slice bounds out of range [8:2]
[0 0 0] [0 0 0 0 0] [ ] 0
*/
