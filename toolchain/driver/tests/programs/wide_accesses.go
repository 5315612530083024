package main

// Numbers are read from bytes and written as bytes in both orders, at odd addresses, with other bytes beside them; shifts by masked counts,
// divisions by powers of two, objects of all small sizes with pointers between other words.

import (
	"encoding/binary"
	"fmt"
	"runtime"
)

//go:noinline
func both(b []byte) (uint64, uint64, uint32, uint32, uint16, uint16) {
	return binary.LittleEndian.Uint64(b), binary.BigEndian.Uint64(b), binary.LittleEndian.Uint32(b), binary.BigEndian.Uint32(b), binary.LittleEndian.Uint16(b), binary.BigEndian.Uint16(b)
}

//go:noinline
func write(b []byte, n uint64) {
	binary.LittleEndian.PutUint64(b, n)
	binary.BigEndian.PutUint64(b[8:], n)
	binary.LittleEndian.PutUint32(b[16:], uint32(n>>8))
	binary.BigEndian.PutUint32(b[20:], uint32(n>>8))
	binary.LittleEndian.PutUint16(b[24:], uint16(n))
	binary.BigEndian.PutUint16(b[26:], uint16(n))
}

//go:noinline
func at(b []byte, i int) (uint32, int64) {
	x := uint32(b[i])<<24 | uint32(b[i+1])<<16 | uint32(b[i+2])<<8 | uint32(b[i+3])
	y := int64(b[i+4]) + int64(b[i+5])<<8 + int64(b[i+6])<<32
	return x, y
}

//go:noinline
func overlapping(b []byte) uint32 {
	b[0], b[1] = b[1], b[0]
	b[2] = b[0]
	b[3] = 0x7f
	b[3] = 0x80
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

//go:noinline
func letters(b []byte) []byte { return append(b, 't', 'r', 'u', 'e', ',', 'n', 'i') }

//go:noinline
func half(b []byte, n uint32) (r string) {
	defer func() { r = fmt.Sprint(recover(), b) }()
	b[0] = byte(n)
	b[1] = byte(n >> 8)
	b[2] = byte(n >> 16)
	b[3] = byte(n >> 24)
	return "written"
}

//go:noinline
func shifts(x uint64, y int32, n uint) (uint64, uint64, int32, uint8, uint64) {
	return x << (n & 63), x >> (63 - n&63), y >> (n & 31), uint8(x) << (n & 7), x>>(n&15)<<(n&3)
}

//go:noinline
func divided(x uint64, y int, z uint16) (uint64, uint64, int, int, int, uint16) {
	return x / 64, x % 64, y / 8, y % 8, int(z) / 4, z % 32
}

type node struct {
	a    byte
	next *node
	n    [3]int32
	s    string
}
type pair struct{ left, right *pair }
type mixed struct {
	x uint64
	p *int
	y float64
	q []int
}

var keep []any

func objects() int {
	var list *node
	var tree *pair
	sum := 0
	for i := range 20000 {
		list = &node{a: byte(i), next: list, s: "s"}
		if i%100 == 0 {
			list = &node{a: 1}
		}
		tree = &pair{tree, &pair{}}
		if i%64 == 0 {
			tree = nil
		}
		n := i
		m := &mixed{x: ^uint64(0), p: &n, y: -1, q: make([]int, i%7)}
		if i%500 == 0 {
			keep = append(keep, list, tree, m)
		}
		if *m.p != i || list.n[2] != 0 || tree != nil && tree.right.left != nil {
			panic("not what it was")
		}
	}
	runtime.GC()
	for _, k := range keep {
		switch k := k.(type) {
		case *node:
			for ; k != nil; k = k.next {
				sum += int(k.a)
			}
		case *pair:
			for ; k != nil; k = k.left {
				sum++
			}
		case *mixed:
			sum += *k.p + len(k.q) + cap(k.q)
		}
	}
	return sum
}

func main() {
	b := make([]byte, 32)
	for i := range b {
		b[i] = byte(i*37 + 129)
	}
	for i := range 4 {
		fmt.Println(both(b[i:]))
		fmt.Println(at(b, i))
	}
	write(b[1:], 0x8123456789abcdef)
	fmt.Printf("%x\n", b)
	fmt.Printf("%x\n", overlapping(b[3:]))
	fmt.Println(string(letters(nil)), string(letters(make([]byte, 0, 16))))
	fmt.Println(half(make([]byte, 4), 0x01020304), half(make([]byte, 3), 0x01020304))
	for _, n := range []uint{0, 1, 7, 31, 63, 64, 1000} {
		fmt.Println(shifts(0xf0e1d2c3b4a59687, -123456789, n))
	}
	fmt.Println(divided(1<<63+77, -77, 65535))
	fmt.Println(divided(5, 77, 3))
	fmt.Println(objects())
}

/* output
9538406401702602369 9342378709035409284 4039878273 2175192048 42625 33190
2175192048 408021907989
12214992792416471974 12018964004532618409 368102310 2798383125 52134 42699
2798383125 566935707450
14891579187408531659 14695268924564744654 974516427 3421508922 61643 52208
3421508922 725849506911
17568165582417303024 17299797725535653619 1597642224 4027923039 5616 61461
4027923039 884763306372
81efcdab89674523818123456789abcdefcdab89676789abcdefcdcdefb2d7fc
8089ab89
true,ni true,ni
<nil> [4 3 2 1] runtime error: index out of range [3] with length 3 [4 3 2]
17357386176853808775 1 -123456789 135 17357386176853808775
16268028279998065934 3 -61728395 14 17357386176853808774
8136141792141329280 240 -964507 128 1084836636053363048
15731859939129294848 4041331395 -1 128 4237643109583448
9223372036854775808 17357386176853808775 -1 128 4237643109583448
17357386176853808775 1 -123456789 135 17357386176853808775
11931872696834457600 2069161674601 -482254 135 67802289753335190
144115188075855873 13 -9 -5 16383 31
0 5 9 5 0 3
391482
*/
