// Local variables over 128 KB are not in the frame: they may be as large as memory, in recursive functions and loops.
package main

import "fmt"

type block [300 << 10]byte

func deep(n int) int {
	var b block
	b[n] = byte(n)
	if n == 0 {
		return 0
	}
	return deep(n-1) + int(b[n])
}

func sum(b block) (n int) {
	for _, x := range b {
		n += int(x)
	}
	return n
}

func double(b block) (r block) {
	for i, x := range b {
		r[i] = 2 * x
	}
	return r
}

func main() {
	fmt.Println(deep(100))
	var all [64 << 20]int16
	for i := range all {
		all[i] = int16(i)
	}
	fmt.Println(all[12345], len(all))
	var kept []*block
	var funcs []func() byte
	for i := range 3 {
		var b block
		b[7] = byte(i + 1)
		c := b
		c[7]++
		funcs = append(funcs, func() byte { return b[7] + c[7] })
		kept = append(kept, &c)
	}
	for i, f := range funcs {
		fmt.Print(f(), kept[i][7], " ")
	}
	d := double(*kept[2])
	fmt.Println(sum(d), sum(double(d)), d == *kept[2])
	var text [2]struct {
		name string
		data block
	}
	text[1].name = "one"
	text[1].data[3] = 4
	copied := text
	copied[1].name += "!"
	fmt.Println(text[1].name, copied[1].name, copied[1].data[3])
}

/* output
5050
12345 67108864
3 2 5 3 7 4 8 16 false
one one! 4
*/
