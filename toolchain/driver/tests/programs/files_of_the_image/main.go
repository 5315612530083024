// only none
// flags --embed-files files
// Files that come with a program without an operating system, and those that it writes.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func text(b []byte, err error) string { return fmt.Sprintf("%q %v", b, err) }

func main() {
	fmt.Println(text(os.ReadFile("/www/index.txt")))
	fs.WalkDir(os.DirFS("/"), ".", func(path string, d fs.DirEntry, err error) error {
		i, e := d.Info()
		fmt.Println(path, i.Mode(), err, e)
		return nil
	})
	_, err := os.Open("/none")
	fmt.Println(err, errors.Is(err, fs.ErrNotExist))
	fmt.Println(os.WriteFile("/www/new", nil, 0o600))
	fmt.Println(os.WriteFile("/www/index.txt", nil, 0o600))

	fmt.Println(os.MkdirAll("/tmp/a/b/c", 0o755))
	for i := range 30 {
		name := filepath.Join("/tmp/a/b", fmt.Sprint("file", i))
		if err := os.WriteFile(name, []byte(strings.Repeat(fmt.Sprintln("line", i), 2000)), 0o640); err != nil {
			fmt.Println(err)
		}
	}
	entries, err := os.ReadDir("/tmp/a/b")
	fmt.Println(len(entries), entries[0], entries[30], err)
	f, err := os.OpenFile("/tmp/a/b/file7", os.O_RDWR|os.O_APPEND, 0)
	fmt.Println(err)
	fmt.Fprintln(f, "last")
	f.Seek(0, io.SeekStart)
	lines, last := 0, ""
	for s := bufio.NewScanner(f); s.Scan(); lines++ {
		last = s.Text()
	}
	i, err := f.Stat()
	fmt.Println(lines, last, i.Size(), i.Mode(), err, f.Truncate(5))
	fmt.Println(text(os.ReadFile(f.Name())))
	fmt.Println(os.Rename("/tmp/a/b/file7", "/tmp/moved"), os.Chdir("/tmp"))
	fmt.Println(os.Getwd())
	_, err = os.Stat("moved")
	fmt.Println(err, os.Remove("a"), os.RemoveAll("/tmp/a"), os.Remove("moved"), f.Close())
	entries, err = os.ReadDir(".")
	fmt.Println(entries, err)
	t, err := os.CreateTemp("", "x*")
	fmt.Println(strings.HasPrefix(t.Name(), "/tmp/x"), err)
	r, err := os.OpenRoot("/www")
	fmt.Println(err)
	fmt.Println(text(r.ReadFile("index.txt")))
	_, err = r.ReadFile("../empty")
	fmt.Println(err)
}

/* output
"first\nsecond\n" <nil>
. drwxr-xr-x <nil> <nil>
dev drwxr-xr-x <nil> <nil>
dev/null Dcrw-rw-rw- <nil> <nil>
empty -rw-r--r-- <nil> <nil>
tmp drwxrwxrwx <nil> <nil>
www drwxr-xr-x <nil> <nil>
www/index.txt -rw-r--r-- <nil> <nil>
open /none: no such file or directory true
open /www/new: read-only file system
open /www/index.txt: read-only file system
<nil>
31 d c/ - file9 <nil>
<nil>
2001 last 14005 -rw-r----- <nil> <nil>
"line " <nil>
<nil> <nil>
/tmp <nil>
<nil> remove a: directory not empty <nil> <nil> <nil>
[] <nil>
true <nil>
<nil>
"first\nsecond\n" <nil>
openat ../empty: path escapes from parent
*/
