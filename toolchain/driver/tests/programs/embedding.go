package main

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed embedded/one.txt
var text string

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
open embedded/none: file does not exist
*/
