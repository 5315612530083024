// Makes HTML of a file of Markdown, again and again, by goldmark.
package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"os"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

func main() {
	source, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	plain, tables := goldmark.New(), goldmark.New(goldmark.WithExtensions(extension.GFM))
	for _, md := range []goldmark.Markdown{plain, tables} {
		var out bytes.Buffer
		for range 40 {
			out.Reset()
			if err := md.Convert(source, &out); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
		fmt.Println(out.Len(), crc32.ChecksumIEEE(out.Bytes()))
	}
}
