// Signals that nobody asked for do what they do to Go programs; none is lost between Notify and Stop; closed standard
// descriptors are the null device.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 1 {
		child(os.Args[1])
		return
	}
	defaults()
	stopped()
	afterStop()
	ignored()
	descriptors()
}

func raise(s syscall.Signal) { syscall.Kill(syscall.Getpid(), s) }

// defaults: what becomes of a process by each signal.
func defaults() {
	var passed []syscall.Signal
	for s := syscall.Signal(1); s <= 64; s++ {
		switch s {
		case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU, 32, 33, 34:
			continue
		}
		c := exec.Command(os.Args[0], fmt.Sprint(int(s)))
		err := c.Run()
		if c.ProcessState.ExitCode() == 42 {
			passed = append(passed, s)
		} else if strings.Contains(err.Error(), "signal") {
			fmt.Println(int(s), err)
		} else {
			fmt.Println(int(s), "exit", c.ProcessState.ExitCode())
		}
	}
	fmt.Println("no action:", len(passed), passed[:6])
}

func child(what string) {
	var n int
	fmt.Sscan(what, &n)
	if n == 0 {
		f, err := os.Create(what)
		fmt.Println("not into the file", err)
		os.Stderr.WriteString("nor this")
		f.WriteString("text")
		return
	}
	raise(syscall.Signal(n))
	time.Sleep(20 * time.Millisecond)
	os.Exit(42)
}

// stopped: of several channels each is told, whenever Stop is called; the last to be told takes what comes.
func stopped() {
	lost := 0
	for i := range 300 {
		all := make(chan os.Signal, 10)
		signal.Notify(all, syscall.SIGUSR1)
		one := make(chan os.Signal, 10)
		signal.Notify(one, syscall.SIGUSR1)
		// To this thread, so that the handler has run before the call returns.
		runtime.LockOSThread()
		syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(syscall.Getpid()), uintptr(syscall.Gettid()), uintptr(syscall.SIGUSR1))
		runtime.UnlockOSThread()
		if i%2 == 0 {
			runtime.Gosched()
		}
		signal.Stop(one)
		signal.Stop(all)
		lost += 2 - len(one) - len(all)
	}
	fmt.Println("lost", lost)
}

// afterStop: a signal that was caught before it was asked for is caught afterwards.
func afterStop() {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				c := make(chan os.Signal, 1)
				signal.Notify(c, syscall.SIGUSR1, syscall.SIGWINCH, syscall.SIGUSR2)
				raise(syscall.SIGUSR1)
				signal.Stop(c)
				raise(syscall.SIGUSR2)
			}
		})
	}
	wg.Wait()
	signal.Reset(syscall.SIGUSR1, syscall.SIGUSR2)
	raise(syscall.SIGUSR1)
	fmt.Println("alive")
}

func ignored() {
	signal.Ignore(syscall.SIGHUP)
	raise(syscall.SIGHUP)
	c := make(chan os.Signal, 1)
	fmt.Println(signal.Ignored(syscall.SIGHUP), signal.Ignored(syscall.SIGUSR1))
	signal.Notify(c, syscall.SIGHUP)
	raise(syscall.SIGHUP)
	fmt.Println(<-c, signal.Ignored(syscall.SIGHUP))
}

func descriptors() {
	dir, err := os.MkdirTemp("", "signals")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	name := dir + "/0"
	pid, err := syscall.ForkExec(exe, []string{exe, "0"}, &syscall.ProcAttr{Dir: dir, Env: os.Environ()})
	if err != nil {
		panic(err)
	}
	var ws syscall.WaitStatus
	syscall.Wait4(pid, &ws, 0, nil)
	text, err := os.ReadFile(name)
	fmt.Printf("%d %q %v\n", ws.ExitStatus(), text, err)
}

/* output
1 signal: hangup
2 signal: interrupt
3 exit 2
4 exit 2
5 exit 2
6 exit 2
7 exit 2
8 exit 2
11 exit 2
15 signal: terminated
16 exit 2
31 exit 2
no action: 44 [user defined signal 1 user defined signal 2 broken pipe alarm clock child exited continued]
lost 0
alive
true false
hangup false
0 "text" <nil>
*/
