// Arithmetic, control flow, functions, slices and strings with nothing but the builtins.
package main

type point struct{ x, y int }

func (p point) add(q point) point { return point{p.x + q.x, p.y + q.y} }
func (p *point) scale(k int)      { p.x *= k; p.y *= k }
func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func divmod(a, b int) (q, r int) {
	q = a / b
	r = a % b
	return
}

func sum(xs ...int) (total int) {
	for _, x := range xs {
		total += x
	}
	return
}

var global = [4]int{1, 2, 3, 4}

func main() {
	println(fib(20))
	q, r := divmod(-17, 5)
	p0, p1 := 200, 128
	println(q, r, -17>>1, uint8(p0)+100, int8(-p1)/-1)
	p := point{1, 2}.add(point{3, 4})
	p.scale(3)
	println(p.x, p.y, sum(), sum(1, 2, 3))
	s := []int{5, 6, 7}
	s = append(s, 8, 9)
	println(len(s), s[4], len(s[1:3]), cap(s[1:3:4]))
	text := "héllo"
	for i, c := range text {
		print(i, ":", c, " ")
	}
	println(len(text), text[1:3] == "é", text+"!"+text[:1])
	for i := range 3 {
		switch {
		case i == 1:
			continue
		case i == 2:
			println("two")
			fallthrough
		default:
			println("default", i)
		}
	}
	x := 10
	inc := func() int { x++; return x }
	println(inc(), inc(), x)
	var f float64 = 1.5
	println(f*2, int(f*3), float32(0.1), 1e100, uint64(1<<63), -f)
	println(global[2], len(global), global == [4]int{1, 2, 3, 4})
outer:
	for i := 0; ; i++ {
		for j := 0; j < 3; j++ {
			if i*j == 4 {
				println("found", i, j)
				break outer
			}
		}
	}
	a, b := 1, 2
	a, b = b, a
	println(a, b, a&^b, a^b, a|b<<3)
	var np *point
	println(np == nil, true && !false, 'x', "\t|")
	goto end
end:
	println("end")
}

/* output
6765
-3 -2 -9 44 -128
12 18 0 6
5 9 2 3
0:104 1:233 3:108 4:108 5:111 6 true héllo!h
default 0
two
default 2
11 12 12
3 4 0.1 1e+100 9223372036854775808 -1.5
3 4 true
found 2 2
2 1 2 3 10
true true 120 	|
end
*/
