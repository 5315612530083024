// limit 20
// The only processor's thread blocks in a system call, and what ends that is a goroutine that sleeps, or one that waits for a
// descriptor: somebody else waits for those.
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	var blocked [2]int
	if err := syscall.Pipe(blocked[:]); err != nil {
		panic(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	go func() {
		b := make([]byte, 1)
		r.Read(b)
		syscall.Write(blocked[1], b)
	}()
	go func() {
		time.Sleep(200 * time.Millisecond)
		w.Write([]byte("x"))
	}()
	start := time.Now()
	b := make([]byte, 1)
	n, _ := syscall.Read(blocked[0], b)
	fmt.Println(n, string(b[:n]), time.Since(start) < 10*time.Second)
}

/* output
1 x true
*/
