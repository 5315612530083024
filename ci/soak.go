// The program of ci/soak: parts that use the runtime in different ways run side by side. Each counts its rounds; if one
// has not counted for a while the program prints all stacks and fails.
package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A part stands still if it makes no round for so long.
const patience = 60 * time.Second

type part struct {
	name   string
	rounds atomic.Uint64
	// round does one round of some milliseconds.
	round func() error
}

func sleepers() error {
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 50 {
				time.Sleep(time.Duration(1+i%5) * time.Microsecond)
			}
		}()
	}
	wg.Wait()
	return nil
}

func timers() error {
	var fired atomic.Int32
	var stopped int32
	for i := range 200 {
		t := time.AfterFunc(time.Duration(i)*10*time.Microsecond, func() { fired.Add(1) })
		if i%3 == 0 && t.Stop() {
			stopped++
		}
	}
	deadline := time.Now().Add(patience)
	for fired.Load()+stopped < 200 {
		if time.Now().After(deadline) {
			return fmt.Errorf("%d timers fired, %d stopped", fired.Load(), stopped)
		}
		time.Sleep(100 * time.Microsecond)
	}
	tick := time.NewTicker(200 * time.Microsecond)
	for range 5 {
		<-tick.C
	}
	tick.Stop()
	return nil
}

func channels() error {
	in, out := make(chan int), make(chan int, 8)
	for range 8 {
		go func() {
			for v := range in {
				select {
				case out <- v * 2:
				case <-time.After(patience):
				}
			}
		}()
	}
	go func() {
		for i := range 1000 {
			in <- i
		}
		close(in)
	}()
	sum := 0
	for range 1000 {
		sum += <-out
	}
	if sum != 999*1000 {
		return fmt.Errorf("sum %d", sum)
	}
	return nil
}

var mutex sync.RWMutex
var shared = map[int]int{}

func locks() error {
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for k := range 100 {
				if (i+k)%4 == 0 {
					mutex.Lock()
					shared[k]++
					mutex.Unlock()
				} else {
					mutex.RLock()
					_ = shared[k]
					mutex.RUnlock()
				}
			}
		}()
	}
	wg.Wait()
	return nil
}

func network() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				errs <- err
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(patience))
			b := make([]byte, 1000)
			for range 20 {
				if _, err := c.Write(b); err != nil {
					errs <- err
					return
				}
				if _, err := io.ReadFull(c, b); err != nil {
					errs <- err
					return
				}
			}
			// Nothing comes: the deadline passes.
			c.SetReadDeadline(time.Now().Add(time.Millisecond))
			if _, err := c.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
				errs <- fmt.Errorf("after the deadline: %v", err)
			}
		}()
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func children() error {
	out, err := exec.Command("/bin/echo", "hi").Output()
	if err == nil && string(out) != "hi\n" {
		err = fmt.Errorf("%q", out)
	}
	return err
}

func signals() error {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR2)
	defer signal.Stop(c)
	for range 10 {
		syscall.Kill(os.Getpid(), syscall.SIGUSR2)
		select {
		case <-c:
		case <-time.After(patience):
			return errors.New("a signal did not come")
		}
	}
	return nil
}

type tree struct {
	l, r *tree
	pad  [2]int
}

func grow(d int) *tree {
	if d == 0 {
		return &tree{}
	}
	return &tree{l: grow(d - 1), r: grow(d - 1)}
}

func (t *tree) count() int {
	if t == nil {
		return 0
	}
	return 1 + t.l.count() + t.r.count()
}

var kept [8]*tree

func garbage() error {
	for range 4 {
		kept[rand.IntN(len(kept))] = grow(12)
	}
	for _, t := range kept {
		if n := t.count(); t != nil && n != 1<<13-1 {
			return fmt.Errorf("a tree of %d", n)
		}
	}
	switch rand.IntN(20) {
	case 0:
		runtime.GC()
	case 1:
		debug.FreeOSMemory()
	case 2:
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
	}
	return nil
}

func deep(n int) int {
	var b [64]int
	b[n%64] = n
	if n == 0 {
		return 0
	}
	return deep(n-1) + b[n%64] - n + 1
}

func stacks() error {
	done := make(chan int)
	for range 8 {
		go func() { done <- deep(2000) }()
	}
	for range 8 {
		if n := <-done; n != 2000 {
			return fmt.Errorf("depth %d", n)
		}
	}
	return nil
}

func threads() error {
	done := make(chan bool)
	for i := range 4 {
		go func() {
			runtime.LockOSThread()
			if i%2 == 0 {
				defer runtime.UnlockOSThread()
			}
			ts := syscall.Timespec{Nsec: 100_000}
			syscall.Nanosleep(&ts, nil)
			done <- true
		}()
	}
	for range 4 {
		<-done
	}
	return nil
}

func handOver() error {
	a, b := make(chan int), make(chan int)
	go func() {
		for v := range a {
			b <- v
		}
		close(b)
	}()
	for i := range 5000 {
		a <- i
		<-b
	}
	close(a)
	return nil
}

func spin() error {
	for t := time.Now(); time.Since(t) < 5*time.Millisecond; {
	}
	return nil
}

func processors() error {
	time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	if rand.IntN(10) == 0 {
		runtime.GOMAXPROCS(first)
	} else {
		runtime.GOMAXPROCS(1 + rand.IntN(2*first))
	}
	return nil
}

var first = runtime.GOMAXPROCS(0)

func resident() string {
	b, _ := os.ReadFile("/proc/self/status")
	for l := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(l, "VmRSS:"); ok {
			return strings.TrimSpace(v)
		}
	}
	return "?"
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, "soak:", text)
	b := make([]byte, 16<<20)
	os.Stderr.Write(b[:runtime.Stack(b, true)])
	os.Exit(1)
}

func main() {
	seconds := 10
	if len(os.Args) > 1 {
		seconds, _ = strconv.Atoi(os.Args[1])
	}
	all := []*part{
		{name: "sleepers", round: sleepers}, {name: "timers", round: timers}, {name: "channels", round: channels},
		{name: "locks", round: locks}, {name: "network", round: network}, {name: "children", round: children},
		{name: "signals", round: signals}, {name: "garbage", round: garbage}, {name: "stacks", round: stacks},
		{name: "threads", round: threads}, {name: "hand-over", round: handOver}, {name: "spin", round: spin},
		{name: "processors", round: processors},
	}
	for _, p := range all {
		go func() {
			for {
				if err := p.round(); err != nil {
					fail(p.name + ": " + err.Error())
				}
				p.rounds.Add(1)
				time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
			}
		}()
	}
	begin := time.Now()
	seen := make([]uint64, len(all))
	since := make([]time.Time, len(all))
	for i := range since {
		since[i] = begin
	}
	report := begin
	for time.Since(begin) < time.Duration(seconds)*time.Second {
		time.Sleep(time.Second)
		for i, p := range all {
			if n := p.rounds.Load(); n != seen[i] {
				seen[i], since[i] = n, time.Now()
			} else if time.Since(since[i]) > patience {
				fail(p.name + " stands still")
			}
		}
		if time.Since(report) > time.Minute {
			report = time.Now()
			fmt.Println(time.Since(begin).Round(time.Second), resident(), seen)
		}
	}
	for i, p := range all {
		fmt.Print(p.name, " ", seen[i], " ")
	}
	fmt.Println(resident())
}
