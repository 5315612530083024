// exit 2
// limit 60
// More threads than debug.SetMaxThreads allows end the program.
package main

import (
	"fmt"
	"runtime/debug"
	"syscall"
)

func main() {
	fmt.Println(debug.SetMaxThreads(50))
	for range 100 {
		go func() {
			ts := syscall.Timespec{Sec: 5}
			syscall.Nanosleep(&ts, nil)
		}()
	}
	select {}
}

/* output contains
10000
runtime: program exceeds 50-thread limit
fatal error: thread exhaustion
*/
