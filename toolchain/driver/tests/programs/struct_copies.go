package main

import "fmt"

// A struct too large for registers goes through a chain of copies, all of which are inlined.

type item struct {
	kind, pos int
	text      string
	line      int
}

type lexer struct {
	item item
	line int
}

func (l *lexer) keep(i item) { l.item = i }

func (l *lexer) make(kind int) item {
	i := item{kind, 1, "x", l.line}
	l.line++
	return i
}

//go:noinline
func (l *lexer) emit(kind int) { l.keep(l.make(kind)) }

func pass(i item) item { return i }

//go:noinline
func chain(kind int) item {
	a := item{kind, 2, "y", 3}
	b := pass(a)
	c := pass(b)
	c.line++
	return pass(c)
}

func main() {
	l := &lexer{line: 7}
	l.emit(3)
	fmt.Println(l.item, l.line)
	fmt.Println(chain(5))
}

/* output
{3 1 x 7} 8
{5 2 y 4}
*/
