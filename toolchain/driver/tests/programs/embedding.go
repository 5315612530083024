package main

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed embedded/one.txt
var text string

type (
	octet byte
	piece octet
	label string
)

//go:embed embedded/one.txt
var octets []octet

//go:embed embedded/one.txt
var pieces []piece

//go:embed embedded/one.txt
var title label

//go:embed embedded/sub/two.bin
var data []byte

//go:embed embedded/*.txt embedded/sub
var files embed.FS

func main() {
	fmt.Printf("%q %q\n", text, data)
	fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		content, _ := files.ReadFile(path)
		fmt.Printf("%s %v %q\n", path, entry.IsDir(), content)
		return err
	})
	fmt.Println(octets, len(pieces), title)
	_, err := files.ReadFile("embedded/none")
	fmt.Println(err)
}

/* output
"first\n" "a\x00b\"\\\xff"
. true ""
embedded true ""
embedded/one.txt false "first\n"
embedded/sub true ""
embedded/sub/deep true ""
embedded/sub/deep/three.txt false "deep"
embedded/sub/two.bin false "a\x00b\"\\\xff"
[102 105 114 115 116 10] 6 first

open embedded/none: file does not exist
*/
