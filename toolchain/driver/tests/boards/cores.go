// The program of the tests of machines with several cores. Its argument says what it does.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var turns [2]atomic.Int64

// Two goroutines answer each other without a call and without giving up their places: on one core that takes a time slice a turn.
func play(me int, n int64) {
	for i := int64(1); i <= n; i++ {
		turns[me].Store(i)
		for turns[1-me].Load() < i {
		}
	}
}

// both has two goroutines run at the same time, and calls f in each, before either ends.
func both(f func(me int)) {
	turns[0].Store(0)
	turns[1].Store(0)
	done := make(chan bool)
	for me := range 2 {
		go func() {
			play(me, 1000)
			f(me)
			done <- true
		}()
	}
	<-done
	<-done
}

// second calls f on a core that is not the first, while no core is idle that could take its place.
func second(f func()) {
	both(func(int) {
		if syscall.Gettid() == 1 {
			for {
			}
		}
		f()
	})
}

func spin() {
	begin := time.Now()
	var cores [2]int
	both(func(me int) { cores[me] = syscall.Gettid() })
	fmt.Println("cores differ:", cores[0] != cores[1])
	fmt.Println("all are used:", runtime.NumCPU(), runtime.GOMAXPROCS(0))
	// On one core these take 20 s.
	fmt.Println("in parallel:", time.Since(begin) < 15*time.Second)
}

type node struct {
	left, right *node
}

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{tree(depth - 1), tree(depth - 1)}
}

func (n *node) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

func trees(int) error {
	const depth = 9
	if n := tree(depth).count(); n != 2<<depth-1 {
		return fmt.Errorf("a tree of %d", n)
	}
	return nil
}

func channels(i int) error {
	in, out := make(chan int), make(chan int, 3)
	for range 3 {
		go func() {
			for v := range in {
				select {
				case out <- v:
				case <-time.After(time.Minute):
				}
			}
		}()
	}
	go func() {
		for v := range 100 {
			in <- v
		}
		close(in)
	}()
	sum := 0
	for range 100 {
		sum += <-out
	}
	if sum != 4950 {
		return fmt.Errorf("a sum of %d", sum)
	}
	return nil
}

var (
	mu     sync.Mutex
	shared = map[string]int{}
)

func mutexes(i int) error {
	for k := range 50 {
		mu.Lock()
		shared[fmt.Sprint(k%7)]++
		mu.Unlock()
		if k%16 == 0 {
			runtime.Gosched()
		}
	}
	return nil
}

func timers(int) error {
	var fired atomic.Int32
	for k := range 20 {
		time.AfterFunc(time.Duration(k)*50*time.Microsecond, func() { fired.Add(1) })
	}
	for begin := time.Now(); fired.Load() < 20; time.Sleep(100 * time.Microsecond) {
		if time.Since(begin) > time.Minute {
			return fmt.Errorf("%d timers of 20 have fired", fired.Load())
		}
	}
	return nil
}

func deep(n int) int {
	var room [16]int
	room[n%16] = n
	if n == 0 {
		return 0
	}
	return deep(n-1) + room[n%16]
}

func stacks(int) error {
	done := make(chan int)
	go func() { done <- deep(500) }()
	if n := <-done; n != 125250 {
		return fmt.Errorf("a depth of %d", n)
	}
	return nil
}

func faults(int) (err error) {
	defer func() {
		if r := recover(); !strings.Contains(fmt.Sprint(r), "nil pointer") {
			err = fmt.Errorf("recovered %v", r)
		}
	}()
	var n *node
	n.left = nil
	return nil
}

func files(i int) error {
	name := fmt.Sprintf("/tmp/%d", i)
	want := bytes.Repeat([]byte(name), 100)
	if err := os.WriteFile(name, want, 0o666); err != nil {
		return err
	}
	got, err := os.ReadFile(name)
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("%d bytes, not %d", len(got), len(want))
	}
	return err
}

func pipes(int) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	go func() {
		defer w.Close()
		for range 50 {
			fmt.Fprintln(w, "a line")
		}
	}()
	b, err := io.ReadAll(r)
	r.Close()
	if err == nil && len(b) != 350 {
		err = fmt.Errorf("%d bytes", len(b))
	}
	return err
}

var address string

func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address = listener.Addr().String()
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(c, c)
				c.Close()
			}()
		}
	}()
	return nil
}

func sockets(i int) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	want := bytes.Repeat([]byte{byte(i)}, 2000)
	go c.Write(want)
	got := make([]byte, len(want))
	_, err = io.ReadFull(c, got)
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("other bytes came back")
	}
	return err
}

// stress has everything at once while the number of processors changes; each part makes some rounds.
func stress(rounds int) {
	if err := serve(); err != nil {
		fmt.Println(err)
		return
	}
	parts := []func(int) error{trees, channels, mutexes, timers, stacks, faults, files, pipes, sockets}
	var left atomic.Int32
	var wg sync.WaitGroup
	for i, part := range parts {
		left.Add(1)
		wg.Go(func() {
			defer left.Add(-1)
			for round := range rounds {
				if err := part(i); err != nil {
					fmt.Println("part", i, "round", round, err)
					os.Exit(1)
				}
			}
		})
	}
	wg.Go(func() {
		for n := 0; left.Load() > 0; n++ {
			runtime.GOMAXPROCS(1 + n%runtime.NumCPU())
			if n%3 == 0 {
				runtime.GC()
			}
			time.Sleep(2 * time.Millisecond)
		}
	})
	wg.Wait()
	runtime.GOMAXPROCS(runtime.NumCPU())
	fmt.Println("done")
}

func main() {
	switch os.Args[1] {
	case "spin":
		spin()
	case "stress":
		rounds := 3
		if len(os.Args) > 2 {
			fmt.Sscan(os.Args[2], &rounds)
		}
		stress(rounds)
	case "deadlock":
		// All cores have had something to do.
		both(func(int) {})
		<-make(chan int)
	case "exit":
		second(func() { os.Exit(7) })
	case "recover":
		both(func(me int) { fmt.Println(faults(me)) })
	case "panic":
		second(func() {
			var n *node
			n.left = nil
		})
	case "overflow":
		// What oxigo/machine's test asks for: the runtime goes over the end of its own stack.
		second(func() { syscall.Syscall(0xf0004, 0, 0, 0) })
	case "memory":
		both(func(me int) {
			var all [][]byte
			for {
				all = append(all, make([]byte, 1<<20))
			}
		})
	}
}
