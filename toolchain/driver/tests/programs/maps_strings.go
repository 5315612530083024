// Maps, strings, slices, arrays, bytes, sorting and number formatting.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
)

type key struct {
	a int
	s string
}

func main() {
	m := map[string]int{}
	for i := range 1000 {
		m["k"+strconv.Itoa(i%300)] += i
	}
	sum := 0
	for k, v := range m {
		if len(k) > 3 {
			sum += v
		}
	}
	delete(m, "k1")
	_, ok := m["k1"]
	fmt.Println(len(m), sum, ok, m["none"])
	km := map[key][]int{{1, "a"}: {1}, {2, "b"}: {2, 3}}
	km[key{1, "a"}] = append(km[key{1, "a"}], 7)
	fmt.Println(km[key{1, "a"}], len(km), km[key{3, ""}] == nil)
	im := map[any]string{1: "int", "1": "string", 1.0: "float", [2]int{1, 2}: "array", key{}: "struct"}
	fmt.Println(im[1], im["1"], im[1.0], im[[2]int{1, 2}], im[key{}], im[int8(1)] == "")
	big := map[int][200]byte{}
	for i := range 50 {
		var v [200]byte
		v[i] = byte(i)
		big[i] = v
	}
	fmt.Println(big[49][49], len(big))
	f := map[float64]int{}
	nan := 0.0
	nan = nan / nan
	f[nan] = 1
	f[nan] = 2
	fmt.Println(len(f), f[nan])
	clear(f)
	fmt.Println(len(f))
	order := map[int]bool{3: true, 1: true, 2: false}
	fmt.Println(order)
	s := "Hello, 世界! \xff"
	for i, r := range s {
		if r > 127 {
			fmt.Print(i, ":", string(r), "(", r, ") ")
		}
	}
	fmt.Println(len(s), []rune(s)[7], string([]rune{19990, 65}), []byte("é"), string([]byte{104, 105}))
	fmt.Println(strings.Split("a,b,c", ","), strings.Contains(s, "世"), strings.Map(unicode.ToUpper, "abcß"), strings.Repeat("ab", 3), strings.Fields(" a  b "), strings.Replace("aaa", "a", "b", 2), strings.TrimLeft("xxay", "x"), strings.Title("foo bar"), strings.EqualFold("Go", "GO"), strings.LastIndex("go gopher", "go"))
	var b strings.Builder
	for i := 3; i > 0; i-- {
		fmt.Fprintf(&b, "%d...", i)
	}
	fmt.Println(b.String(), b.Len())
	xs := []int{5, 2, 8, 1}
	ys := xs[:2]
	ys = append(ys, 100)
	fmt.Println(xs, ys, len(ys), cap(ys), slices.Equal(xs, ys))
	sort.Slice(xs, func(i, j int) bool { return xs[i] > xs[j] })
	zs := make([]int, 2, 10)
	n := copy(zs, xs)
	fmt.Println(xs, zs, n, zs[:4], xs[len(xs)-1:])
	arr := [3][2]int{{1, 2}, {3, 4}}
	brr := arr
	brr[0][0] = 9
	for i, row := range arr {
		arr[2][0] += row[0]
		_ = i
	}
	fmt.Println(arr, brr, arr == brr, len(arr[0]), [...]string{2: "c", 0: "a"})
	pa := &arr
	for i := range pa {
		pa[i][1]++
	}
	fmt.Println(pa[1:], (*[2]int)(zs)[1], [2]int(zs))
	sc := bufio.NewScanner(strings.NewReader("one two\nthree\n\nfour"))
	for sc.Scan() {
		fmt.Printf("%q ", sc.Text())
	}
	fmt.Println()
	w := bufio.NewWriter(os.Stdout)
	fmt.Fprintf(w, "%5d|%-5d|%05d|%x|%X|%o|%b|%+d\n", 42, 42, 42, 255, 255, 8, 5, 7)
	w.Flush()
	i64, err := strconv.ParseInt("9223372036854775808", 10, 64)
	fmt.Println(i64, err)
	fl, _ := strconv.ParseFloat("1e-5", 64)
	fmt.Println(fl, strconv.FormatFloat(1.0/3, 'g', -1, 32), strconv.Quote("a\n\x00é"), strconv.FormatInt(-255, 16))
	var buf bytes.Buffer
	buf.WriteString("xyz")
	buf.WriteByte('!')
	line, _ := buf.ReadString('z')
	fmt.Println(line, buf.String(), bytes.ToUpper([]byte("abc")), bytes.Compare([]byte("a"), []byte("b")))
	lines := strings.SplitSeq("p q r", " ")
	for l := range lines {
		fmt.Print(l, ";")
	}
	fmt.Println()
	a, c := 10, "x"
	switch c + strconv.Itoa(a) {
	case "x9", "x10":
		fmt.Println("matched")
	case "y":
		fmt.Println("no")
	}
	var e [0]int
	fmt.Println(len(e), e, struct{}{}, [2]struct{}{})
	const big1 = 1 << 100
	fmt.Println(big1>>98, uint32(1)<<31, int32(-7)/2, -7%3, 7&^5, ^0)
}

/* output
299 299700 false 0
[1 7] 2 true
int string float array struct true
49 50
2 0
0
map[1:true 2:false 3:true]
7:世(19990) 10:界(30028) 15:�(65533) 16 19990 世A [195 169] hi
[a b c] true ABCß ababab [a b] bba ay Foo Bar true 3
3...2...1... 12
[5 2 100 1] [5 2 100] 3 4 false
[100 5 2 1] [100 5] 2 [100 5 0 0] [1]
[[1 2] [3 4] [4 0]] [[9 2] [3 4] [0 0]] false 2 [a  c]
[[3 5] [4 1]] 5 [100 5]
"one two" "three" "" "four" 
   42|42   |00042|ff|FF|10|101|+7
9223372036854775807 strconv.ParseInt: parsing "9223372036854775808": value out of range
1e-05 0.33333334 "a\n\x00é" -ff
xyz ! [65 66 67] -1
p;q;r;
matched
0 [] {} [{} {}]
4 2147483648 -3 -1 2 -1
*/
