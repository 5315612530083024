// only arm64

// Calls that reach too little go through veneers, both ways.
package main

func a() int
func b() int
func c() int
func d() int
func e() int
func f() int
func g() int
func h() int
func i() int
func j() int
func k() int
func l() int
func m() int
func n() int
func o() int
func p() int
func q() int
func r() int
func s() int
func t() int
func u() int
func v() int
func w() int
func x() int
func y() int
func z() int

//go:noinline
func near(n int) int { return n + 1 }

func main() {
	sum := 0
	for _, f := range []func() int{a, m, z} {
		sum = near(sum) + f()
	}
	println(sum, a()+b()+c()+d()+e()+f()+g()+h()+i()+j()+k()+l()+m()+n()+o()+p()+q()+r()+s()+t()+u()+v()+w()+x()+y()+z())
}

/* output
43 351
*/
