package main

import (
	"fmt"
	"ln/q"
	"strings"
	_ "unsafe"
)

//go:linkname emb ln/q.(*Outer).M
func emb(o *q.Outer, x int) int

//go:linkname low ln/q.T.low
func low(t q.T) int

//go:linkname grow strings.(*Builder).Len
func grow(b *strings.Builder) int

func init() {
	var b strings.Builder
	b.WriteString("abc")
	fmt.Println(emb(q.NewOuter(), 1), low(*q.New(9)), grow(&b))
}
