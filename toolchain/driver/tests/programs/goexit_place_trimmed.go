// With -trimpath the outermost frame has no folder of the machine that the program was compiled on.
// flags -trimpath
package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

func outermost() runtime.Frame {
	pcs := make([]uintptr, 20)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	for {
		frame, more := frames.Next()
		if !more {
			return frame
		}
	}
}

func main() {
	found := make(chan runtime.Frame)
	go func() { found <- outermost() }()
	f := <-found
	name := filepath.Base(f.File)
	fmt.Println(f.Function, strings.HasPrefix(name, "asm_"), filepath.Ext(name), f.Line > 100)
	fmt.Println(filepath.Dir(f.File) == "runtime")
	file, line := runtime.FuncForPC(f.PC).FileLine(f.PC)
	fmt.Println(file == f.File, line == f.Line)
}

/* output
runtime.goexit true .s true
true
true true
*/
