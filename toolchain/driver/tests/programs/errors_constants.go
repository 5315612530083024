// build-fails
package main

const (
	largest  = 1e646456992
	smallest = 1e-646456992
	product  = largest * largest
	hex      = 0x1p99999999999
	float    = float64(largest)
)

const (
	a = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	b = a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a
	c = b + b + b + b + b + b + b + b + b + b + b + b + b + b + b + b
	d = c + c + c + c + c + c + c + c + c + c + c + c + c + c + c + c
	e = d + d + d + d + d + d + d + d + d + d + d + d + d + d + d + d
	f = e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e
	g = f + f + f + f + f + f + f + f + f + f + f + f + f + f + f + f
	h = g + "" + g
	i = len(g + f)
)

var fits [1]int = [i / 1_140_850_688]int{}


func main() {}

/* output
# command-line-arguments
./errors_constants.go:7:21: constant result is not representable
./errors_constants.go:8:13: malformed constant: 0x1p99999999999
./errors_constants.go:9:21: cannot convert largest (untyped float constant 1e+646456992) to type float64
./errors_constants.go:20:13: constant string too long (2147483648 bytes > 2000000000 bytes)
*/
