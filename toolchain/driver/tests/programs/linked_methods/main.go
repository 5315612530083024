// Methods pulled by //go:linkname: of T and *T, of *T from T, of an embedded field, unexported, of GOROOT.
package main

import (
	"fmt"
	"ln/q"
	_ "unsafe"
)

//go:linkname m ln/q.(*T).M
func m(t *q.T, x int) int

//go:linkname v ln/q.T.V
func v(t q.T, x int) int

//go:linkname vp ln/q.(*T).V
func vp(t *q.T, x int) int

//go:linkname hidden ln/q.hidden
func hidden(x int) int

func main() { t := q.New(4); fmt.Println(m(t, 3), v(*t, 5), vp(t, 6), hidden(5)) }

/* output
9 9 3
7 20 24 15
*/
