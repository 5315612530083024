// Constants converted to type parameters: of every kind that the type argument can have.
package main

import "fmt"

type MyC complex64

func one[T ~complex64 | ~complex128]() T                      { return T(1) }
func frac[T ~complex64 | ~complex128]() T                     { return T(0.1) }
func ru[T ~complex64 | ~complex128]() T                       { return T('a') }
func im[T ~complex64 | ~complex128]() T                       { return T(0.1 + 2i) }
func re[T ~complex64 | ~complex128 | ~float32 | ~float64]() T { return T(3 + 0i) }
func neg[T ~float32 | ~float64 | ~complex64]() T              { return T(-16777217) }
func fl[T ~float32 | ~float64 | ~complex64 | ~complex128]() T { return T(0.1) }
func in[T ~int8 | ~uint64 | ~float32 | ~complex128]() T       { return T(3.0) }
func inc[T ~int8 | ~uint64 | ~float32]() T                    { return T(3 + 0i) }
func st[T ~string | ~[]byte]() T                              { return T("abc") }
func stb[T ~string | ~[]byte | ~[]rune]() string              { const c = "xyz"; return string(T(c)) }
func num[T ~string]() T                                       { return T('a') }
func add[T ~complex64 | ~complex128](x T) T                   { return x*2 + 1.5 - 'a' + 1i }
func cmp[T ~complex64 | ~complex128](x T) bool                { return x == 1 || T(2) == x }
func v[T ~complex64 | ~complex128]() T                        { var x T = 2; x += 3; x = 4; return x }
func arr[T ~complex64 | ~complex128]() any                    { return [...]T{1, 2.5, 'c', 4i, T(1)} }
func arg[T any](x ...T) any                                   { return x }
func call[T ~complex64 | ~complex128]() any                   { return arg[T](1, T(2), 3.5) }
func ptr[T ~uintptr]() T                                      { return T(7) }
func conv[T ~complex64]() complex64                           { return complex64(T(1)) + complex64(T(0.1)) }
func any1[T ~int | ~complex128]() any                         { return any(T(5)) }
func bl[T ~bool]() T                                          { return T(1 < 2) }
func mapk[T ~complex64 | ~complex128]() int                   { m := map[T]int{1: 2, T(2): 5}; return m[1] + m[T(2)] }
func real1[T ~complex64]() {
	switch T(1) {
	case 1:
		fmt.Println("one")
	case 2:
	}
}
func big[T ~float64 | ~complex128]() T { return T(1e300) }
func isum[T ~float64 | ~int64]() T     { return T(1 << 30) }

func main() {
	fmt.Println(one[complex64](), one[MyC](), one[complex128]())
	fmt.Println(frac[complex64](), frac[MyC](), frac[complex128](), complex128(frac[complex64]()))
	fmt.Println(ru[complex64](), im[complex64](), im[complex128]())
	fmt.Println(re[complex64](), re[complex128](), re[float32](), re[float64]())
	fmt.Println(neg[float32](), neg[float64](), neg[complex64]())
	fmt.Println(fl[float32](), fl[float64](), fl[complex64](), fl[complex128]())
	fmt.Println(in[int8](), in[uint64](), in[float32](), in[complex128]())
	fmt.Println(inc[int8](), inc[uint64](), inc[float32]())
	fmt.Println(st[string](), st[[]byte](), stb[string](), stb[[]byte](), stb[[]rune](), num[string]())
	fmt.Println(add[complex64](1), add[complex128](1), cmp[complex64](2), cmp[MyC](3))
	fmt.Println(v[MyC](), arr[MyC](), call[MyC](), call[complex128](), ptr[uintptr](), conv[MyC]())
	fmt.Println(any1[int](), any1[complex128](), bl[bool](), mapk[MyC](), mapk[complex128](), big[float64](), big[complex128](), isum[float64]())
	real1[MyC]()
}

/* output
(1+0i) (1+0i) (1+0i)
(0.1+0i) (0.1+0i) (0.1+0i) (0.10000000149011612+0i)
(97+0i) (0.1+2i) (0.1+2i)
(3+0i) (3+0i) 3 3
-1.6777216e+07 -1.6777217e+07 (-1.6777216e+07+0i)
0.1 0.1 (0.1+0i) (0.1+0i)
3 3 3 (3+0i)
3 3 3
abc [97 98 99] xyz xyz xyz a
(-93.5+1i) (-93.5+1i) true false
(4+0i) [(1+0i) (2.5+0i) (99+0i) (0+4i) (1+0i)] [(1+0i) (2+0i) (3.5+0i)] [(1+0i) (2+0i) (3.5+0i)] 7 (1.1+0i)
5 (5+0i) true 7 7 1e+300 (1e+300+0i) 1.073741824e+09
one
*/
