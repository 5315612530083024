// build-fails
package main

type list struct {
	head 1node
}

func f(a int, b [2]1.5) {
	for i := 0; i < 10 {
	}
	if x := 1 {
	}
	var a []int = {1}
	a[1:2:]
}

func main() {
	x = = 1
	y := [3]int{1, 2
	}
}}

/* output
# command-line-arguments
./errors_syntax.go:5:8: syntax error: unexpected name node in struct type; possibly missing semicolon or newline or }
./errors_syntax.go:8:20: syntax error: unexpected literal 1.5 in parameter list; possibly missing comma or )
./errors_syntax.go:9:21: syntax error: unexpected {, expected semicolon or newline
./errors_syntax.go:10:2: syntax error: unexpected }, expected expression
./errors_syntax.go:11:7: syntax error: cannot use x := 1 as value
./errors_syntax.go:13:16: syntax error: unexpected {, expected expression
./errors_syntax.go:14:2: syntax error: non-declaration statement outside function body
./errors_syntax.go:18:6: syntax error: unexpected =, expected expression
./errors_syntax.go:19:9: syntax error: unexpected ] at end of statement
./errors_syntax.go:21:1: syntax error: non-declaration statement outside function body
./errors_syntax.go:21:1: too many errors
*/
