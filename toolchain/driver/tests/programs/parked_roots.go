// env OXIGO_GCVERIFY=1
// env GOGC=2
// limit 60
// Stacks of goroutines that wait are scanned while others run: what only such a stack holds survives, whatever wakes the
// goroutine in the middle of a collection.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// A list, so that what is reachable takes marking.
type node struct {
	n    int
	next *node
}

func list(n int) *node {
	var l *node
	for i := range 5 {
		l = &node{n + i, l}
	}
	return l
}

func check(l *node, n int) {
	for i := 4; i >= 0; i-- {
		if l.n != n+i {
			panic(fmt.Sprint("lost: ", l.n, " for ", n+i))
		}
		l = l.next
	}
}

var sink [64]*[64]*node

// Deep enough that its stack has grown, and may shrink while it waits.
//
//go:noinline
func deep(depth int) int {
	var room [64]int
	if depth > 0 {
		room[depth] = deep(depth - 1)
	}
	return room[depth] + 1
}

var rounds atomic.Int64

// What was received last, each beside its number.
type received struct {
	l *node
	n int
}

var last = new([600]*received)

func init() {
	for i := range last {
		last[i] = &received{list(0), 0}
	}
}

func receive(i int, l *node) {
	check(last[i].l, last[i].n)
	last[i].l, last[i].n = l, l.n-4
	check(l, l.n-4)
}

const sorts = 6

func waiter(i int, values chan *node, gate *sync.Mutex, r, w *os.File) {
	for k := 0; ; k++ {
		n := i*1000 + k
		l := list(n)
		deep(k % 40)
		switch i % sorts {
		case 0: // sends what it alone has
			values <- list(n + 1)
		case 1:
			receive(i, <-values)
		case 2:
			select {
			case m := <-values:
				receive(i, m)
			case values <- list(n + 1):
			case <-time.After(time.Duration(k%3) * time.Millisecond):
			}
		case 3:
			gate.Lock()
			inside := list(n)
			runtime.Gosched()
			check(inside, n)
			gate.Unlock()
		case 4: // the poller answers into the stack
			if i%4 == 0 {
				w.Write([]byte{1})
				time.Sleep(time.Duration(k%5) * 100 * time.Microsecond)
			} else {
				var b [1]byte
				r.Read(b[:])
			}
		case 5:
			time.Sleep(time.Duration(k%7) * 100 * time.Microsecond)
		}
		check(l, n)
		rounds.Add(1)
	}
}

func main() {
	debug.SetMaxThreads(1000)
	// Scanned before the others, for a while.
	for range 5000 {
		go func() { select {} }()
	}
	values := make(chan *node)
	var gate sync.Mutex
	var r, w *os.File
	for i := range 600 {
		if i%12 == 0 {
			var err error
			if r, w, err = os.Pipe(); err != nil {
				panic(err)
			}
		}
		go waiter(i, values, &gate, r, w)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	buffer := make([]byte, 1<<16)
	enough := func() bool { return after.NumGC-before.NumGC > 3 && rounds.Load() > 1000 }
	for begin := time.Now(); ; runtime.ReadMemStats(&after) {
		if passed := time.Since(begin); passed > 2*time.Second && enough() || passed > 40*time.Second {
			break
		}
		for i := range sink {
			sink[i] = new([64]*node)
			sink[i][i] = list(i)
		}
		runtime.Stack(buffer, true)
		runtime.Gosched()
	}
	fmt.Println(enough())
	for i := range sink {
		check(sink[i][i], i)
	}
}

/* output
true
*/
