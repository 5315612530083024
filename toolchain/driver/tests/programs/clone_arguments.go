// What a process is started with holds an address of the stack as a number (clone3's pidFD), which stays right when the stack moves to
// make room for the child.
package main

import (
	"fmt"
	"os"
	"syscall"
)

// start starts a process with its stack so many frames deep, and tells the descriptor of the process.
func start(depth int) (int, error) {
	var room [24]int
	if depth > 0 {
		room[depth%24] = depth
		fd, err := start(depth - 1)
		return fd + room[0], err
	}
	fd := -2
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"child", "child"}, &syscall.ProcAttr{
		Sys: &syscall.SysProcAttr{PidFD: &fd, Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWTIME},
	})
	if err != nil {
		return 0, err
	}
	_, err = syscall.Wait4(pid, nil, 0, nil)
	return fd, err
}

func main() {
	if len(os.Args) > 1 {
		return
	}
	for depth := range 24 {
		done := make(chan bool)
		go func() {
			defer close(done)
			fd, err := start(depth)
			switch {
			case err != nil:
				// Not every system lets everybody have namespaces.
			case fd < 0:
				fmt.Println(depth, "no descriptor:", fd)
			default:
				syscall.Close(fd)
			}
		}()
		<-done
	}
	fmt.Println("done")
}

/* output
done
*/
