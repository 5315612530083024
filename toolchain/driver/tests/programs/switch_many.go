// Switches with so many strings of one length that a table is searched.
package main

import "fmt"

func number(s string) int {
	switch s {
	case "aa":
		return 0
	case "ab":
		return 1
	case "ba":
		return 2
	case "ac":
		return 3
	case "ad":
		return 4
	case "ae":
		return 5
	case "zz":
		return 6
	case "\xff\xff":
		return 7
	case "\x00\x00":
		return 8
	case "bb", "bc", "bd":
		return 9
	case "ca":
		return 10
	case "cb":
		return 11
	case "cc":
		return 12
	case "cd":
		return 13
	case "da":
		return 14
	case "db":
		return 15
	case "dc":
		return 16
	case "dd":
		return 17
	case "ea":
		return 18
	case "eb":
		return 19
	case "ec":
		fallthrough
	case "ed":
		return 20
	case "":
		return 21
	case "a":
		return 22
	case "long":
		return 23
	case "fa", "fb", "fc", "fd":
		return 24
	default:
		return -1
	case "ga":
		return 25
	}
}

// The tag is bytes that are on the stack and are not copied.
func ofBytes(b [2]byte) (n int) {
	switch string(b[:]) {
	case "aa", "ab", "ac", "ad", "ae", "af", "ag", "ah", "ai", "aj", "ak", "al", "am", "an", "ao", "ap", "aq", "ar", "as", "at":
		n = 1
	case "ba", "bb", "bc", "bd", "be", "bf", "bg", "bh", "bi", "bj", "bk", "bl", "bm", "bn", "bo", "bp", "bq", "br", "bs", "bt":
		n = 2
	}
	return
}

func main() {
	var out []int
	for _, s := range []string{"aa", "ab", "ba", "ac", "ad", "ae", "zz", "\xff\xff", "\x00\x00", "bb", "bc", "bd", "ca", "cb", "cc", "cd", "da", "db", "dc", "dd",
		"ea", "eb", "ec", "ed", "", "a", "long", "fa", "fb", "fc", "fd", "ga", "az", "b", "zzz", "\x00a", "\xff\xfe", "ffff", "\x80\x80"} {
		out = append(out, number(s))
	}
	fmt.Println(out)
	sum := [3]int{}
	for i := range 1 << 16 {
		sum[ofBytes([2]byte{byte(i), byte(i >> 8)})]++
	}
	fmt.Println(sum)
}

/* output
[0 1 2 3 4 5 6 7 8 9 9 9 10 11 12 13 14 15 16 17 18 19 20 20 21 22 23 24 24 24 24 25 -1 -1 -1 -1 -1 -1 -1]
[65496 20 20]
*/
