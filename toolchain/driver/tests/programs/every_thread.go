// What the kernel keeps for each thread changes for all of them: those that sleep, wait in system calls, watch or collect, and those that are made
// meanwhile. The first error is the answer, and nothing has changed then.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const setKeepCaps, getKeepCaps = 8, 7

// threads says how many threads have another flag than that, by asking each what it has: threads that have work are kept until all have answered.
func threads(want uintptr) (bad int) {
	var all, done sync.WaitGroup
	var wrong atomic.Int32
	// Before any waits: a group whose number came to nothing must not be added to while somebody returns from there.
	all.Add(8)
	done.Add(8)
	for range 8 {
		go func() {
			defer done.Done()
			runtime.LockOSThread()
			all.Done()
			all.Wait()
			got, _, _ := syscall.RawSyscall(syscall.SYS_PRCTL, getKeepCaps, 0, 0)
			if got != want {
				wrong.Add(1)
			}
		}()
	}
	done.Wait()
	return int(wrong.Load())
}

// noNewPrivs reads what the kernel says of each thread, the runtime's own too.
func noNewPrivs() (set, clear int) {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		panic(err)
	}
	for _, t := range tasks {
		text, err := os.ReadFile("/proc/self/task/" + t.Name() + "/status")
		if err != nil {
			continue
		}
		if strings.Contains(string(text), "NoNewPrivs:\t1") {
			set++
		} else {
			clear++
		}
	}
	return
}

func main() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGUSR1)
	r, w, _ := os.Pipe()
	go func() { syscall.Read(int(r.Fd()), make([]byte, 1)) }()
	stop := make(chan bool)
	for range 4 {
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					runtime.GC()
				}
			}
		}()
		go func() {
			for range 50 {
				done := make(chan bool)
				go func() {
					runtime.LockOSThread() // its thread ends with it
					close(done)
				}()
				<-done
			}
		}()
	}
	time.Sleep(time.Millisecond)
	for i := range uintptr(50) {
		if _, _, errno := syscall.AllThreadsSyscall(syscall.SYS_PRCTL, setKeepCaps, i&1, 0); errno != 0 {
			fmt.Println(i, errno)
		}
		if bad := threads(i & 1); bad != 0 {
			fmt.Println(i, "threads with another value:", bad)
		}
	}
	got, _, errno := syscall.AllThreadsSyscall(syscall.SYS_PRCTL, setKeepCaps, 7, 0)
	fmt.Println(int(got), errno)
	fmt.Println(syscall.Setuid(os.Getuid()))
	syscall.AllThreadsSyscall6(syscall.SYS_PRCTL, 38, 1, 0, 0, 0, 0)
	set, clear := noNewPrivs()
	fmt.Println(set > 5, clear)
	close(stop)
	w.Write([]byte("x"))
}

/* output
-1 invalid argument
<nil>
true 0
*/
