// A report of the program's end also goes where debug.SetCrashOutput says: the panic with its traceback, and fatal errors, but nothing else.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync"
)

func child(kind string) {
	f, err := os.Create(os.Getenv("REPORT"))
	if err != nil {
		panic(err)
	}
	if err := debug.SetCrashOutput(f, debug.CrashOptions{}); err != nil {
		panic(err)
	}
	f.Close()
	println("hello")
	switch kind {
	case "panic":
		defer func() { panic(fmt.Sprint("again: ", recover())) }()
		panic("oops")
	case "fatal":
		new(sync.Mutex).Unlock()
	case "none":
		debug.SetCrashOutput(nil, debug.CrashOptions{})
		panic("unseen")
	}
}

func main() {
	if len(os.Args) > 1 {
		child(os.Args[1])
	}
	report := os.TempDir() + fmt.Sprint("/crash_output_", os.Getpid())
	defer os.Remove(report)
	for _, kind := range []string{"panic", "fatal", "none"} {
		c := exec.Command(os.Args[0], kind)
		c.Env = append(os.Environ(), "REPORT="+report)
		var errors strings.Builder
		c.Stderr = &errors
		fmt.Println(kind, c.Run())
		text, err := os.ReadFile(report)
		if err != nil {
			panic(err)
		}
		fmt.Println("the same but for hello:", "hello\n"+string(text) == errors.String(), strings.Contains(string(text), "main.child("))
		line, _, _ := strings.Cut(string(text), "\n")
		fmt.Println(line)
	}
}

/* output
panic exit status 2
the same but for hello: true true
panic: oops [recovered]
fatal exit status 2
the same but for hello: true true
fatal error: sync: unlock of unlocked mutex
none exit status 2
the same but for hello: false false

*/
