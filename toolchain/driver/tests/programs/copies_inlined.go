// A struct that goes through several inlined calls as result and argument arrives in one piece.
package main

type item struct {
	typ  int
	pos  int
	val  string
	line int
}
type lexer struct {
	input      string
	pos, start int
	line       int
	item       item
}
type fn func(*lexer) fn

func (l *lexer) thisItem(t int) item {
	i := item{t, l.start, l.input[l.start:l.pos], l.line}
	l.start = l.pos
	return i
}
func (l *lexer) emitItem(i item) fn {
	l.item = i
	return nil
}
func (l *lexer) emit(t int) fn { return l.emitItem(l.thisItem(t)) }

//go:noinline
func lexText(l *lexer) fn {
	l.pos = len(l.input)
	return l.emit(7)
}
func (l *lexer) nextItem() item {
	l.item = item{1, l.pos, "EOF", l.line}
	state := lexText
	for {
		f := state(l)
		if f == nil {
			return l.item
		}
	}
}

func main() {
	l := &lexer{input: "hello"}
	i := l.nextItem()
	println(i.typ, i.pos, i.val, i.line)
}

/* output
7 0 hello 0
*/
