// Divisors that become constant only when what a machine lacks was made of other operations: counts of bits, and loads of bytes that
// were stored before.
package main

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

//go:noinline
func counted(a uint16, b uint32, c int64) (uint16, uint32, int64) {
	var m [8]byte
	binary.LittleEndian.PutUint16(m[2:], a<<18)
	zeros := bits.TrailingZeros8(m[2] | m[3])
	binary.BigEndian.PutUint32(m[4:], 0x30)
	ones := bits.OnesCount8(m[7])
	return a % uint16(zeros), b / uint32(ones), c % int64(bits.Len8(m[7]))
}

//go:noinline
func stored(x int8, y uint64, z int32) (int8, uint64, int32) {
	var m [9]byte
	m[1], m[8] = 7, 0xfb
	divisor := int8(m[8])
	return x / divisor, y % uint64(bits.Reverse8(m[1])), z / int32(bits.RotateLeft8(m[1], 3))
}

func main() {
	for _, n := range []int{0, 1, 5, 100, 32767, 65535} {
		fmt.Println(counted(uint16(n), uint32(n)*70001, int64(-n)*1234567891011))
		fmt.Println(stored(int8(n), uint64(n)*0xfedcba987654321, int32(-n)*60007))
	}
}

/* output
0 0 0
0 0 0
1 35000 -3
0 1 -1071
5 175002 -3
-1 5 -5357
4 3500050 0
-20 4 -107155
7 1146861383 -3
0 159 -35111595
7 146274119 -3
0 191 6471581
*/
