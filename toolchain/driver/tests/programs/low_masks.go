// Numbers that are cut to their lower bits, to every width of them: the widest is all of a word but its sign.
package main

import (
	"fmt"
	"math"
)

//go:noinline
func cut(n int64) (int64, int64, int64, int64, int64, int64) {
	return n & 1, n & 3, n & math.MaxInt16, n & math.MaxInt32, n & (1<<62 - 1), n & math.MaxInt64
}

//go:noinline
func cut32(n uint32) (uint32, uint32, uint32) {
	return n & 1, n & math.MaxInt8, n & math.MaxInt32
}

func main() {
	fmt.Println(cut(-1))
	fmt.Println(cut(math.MinInt64))
	fmt.Println(cut(0x7123456789abcdef))
	fmt.Println(cut32(0xffffffff))
	fmt.Println(cut32(0x89abcdef))
}

/* output
1 3 32767 2147483647 4611686018427387903 9223372036854775807
0 0 0 0 0 0
1 3 19951 162254319 3540750043037027823 8152436061464415727
1 127 2147483647
1 111 162254319
*/
