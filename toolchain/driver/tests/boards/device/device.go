// Devices of qemu's machines, by the package oxigo/machine: a calendar is read, interrupts wake goroutines, and come each millisecond
// (on arm64, whose calendar is slow, each second, beside the clock's) while floats, vectors and stacks are in use, which they must leave alone.
package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os"
	"oxigo/machine"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A device that interrupts at a time that it is told.
type device struct {
	name   string
	line   int
	finest time.Duration
	// start has it interrupt then.
	start func(after time.Duration)
	// calm says that it was seen to.
	calm func()
}

func main() {
	if len(os.Args) > 1 {
		overflow(os.Args[1] == "interrupt")
	}
	if d := time.Since(time.Unix(calendar(), 0)); d.Abs() > 3*time.Second {
		fmt.Println("calendar is wrong by", d)
	}
	fmt.Println("calendar")
	d := alarm()
	once(d)
	refused(d)
	storm(d)
	fmt.Println("done")
}

// Runs over the end of a stack of the runtime's: its own, or the one that interrupts have.
func overflow(within bool) {
	const call = 0xf0004
	if !within {
		syscall.RawSyscall(call, 0, 0, 0)
		return
	}
	d := alarm()
	syscall.RawSyscall(call, uintptr(d.line), 0, 0)
	d.start(d.finest)
	for {
	}
}

func listen(d device) *machine.Interrupt {
	i, err := machine.Listen(d.line)
	if err != nil {
		panic(err)
	}
	return i
}

// One goroutine waits, alone and beside one that never does.
func once(d device) {
	for _, busy := range []bool{false, true} {
		i := listen(d)
		var stop atomic.Bool
		if busy {
			go func() {
				for !stop.Load() {
				}
			}()
		}
		woken := make(chan error)
		go func() { woken <- i.Wait() }()
		begin := time.Now()
		after := max(d.finest, 50*time.Millisecond)
		d.start(after)
		err := <-woken
		d.calm()
		stop.Store(true)
		if took := time.Since(begin); err != nil || took < after-d.finest {
			fmt.Println(d.name, busy, err, took)
		}
		i.SetDeadline(time.Now().Add(20 * time.Millisecond))
		if err := i.Wait(); !errors.Is(err, os.ErrDeadlineExceeded) {
			fmt.Println(d.name, "again:", err)
		}
		i.Close()
		if err := i.Wait(); !errors.Is(err, os.ErrClosed) {
			fmt.Println(d.name, "closed:", err)
		}
	}
	fmt.Println("interrupt")
}

func refused(d device) {
	i := listen(d)
	for _, line := range []int{d.line, -1, 1 << 20, clockLine} {
		if _, err := machine.Listen(line); err == nil {
			fmt.Println("listened to", line)
		}
	}
	i.Close()
	if _, err := machine.Map(0, 8); !errors.Is(err, machine.ErrUnreachable) {
		fmt.Println("mapped nil:", err)
	}
	fmt.Println("refused")
}

const spell = 3 * time.Second

func storm(d device) {
	var stop atomic.Bool
	var workers sync.WaitGroup
	wanted, digest := orbit(), sum()
	for _, work := range []func(){
		func() {
			if orbit() != wanted {
				panic("floats")
			}
		},
		func() {
			if sum() != digest {
				panic("vectors")
			}
		},
		func() { down(50, 1) },
	} {
		workers.Go(func() {
			for !stop.Load() {
				work()
				// The next interrupt is set soon, and comes anywhere in this.
				runtime.Gosched()
			}
		})
	}
	i := listen(d)
	n := 0
	for begin := time.Now(); time.Since(begin) < spell; n++ {
		d.start(d.finest)
		if err := i.Wait(); err != nil {
			panic(err)
		}
		d.calm()
	}
	i.Close()
	stop.Store(true)
	workers.Wait()
	// Fewer than there is time for: the machine may be busy with other things.
	if n < min(100, int(spell/d.finest)) {
		fmt.Println("only", n, "interrupts")
	}
	fmt.Println("storm")
}

// More floats than there are registers, each from the one before.
func orbit() (x [24]float64) {
	for i := range x {
		x[i] = 1 / float64(i+2)
	}
	a, b, c, e, f, g, h, k := x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
	for range 1000 {
		a, b, c, e = 3.9*a*(1-a), 3.8*b*(1-b), 3.7*c*(1-c), 3.6*e*(1-e)
		f, g, h, k = 3.95*f*(1-f), 3.85*g*(1-g), 3.75*h*(1-h), 3.65*k*(1-k)
	}
	x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7] = a, b, c, e, f, g, h, k
	for i := range x {
		x[i] = math.Sqrt(x[i])
	}
	return x
}

var block = make([]byte, 1<<12)

func sum() [32]byte {
	other := append([]byte(nil), block...)
	other[len(other)-1] = 1
	return sha256.Sum256(other)
}

// A stack that grows, with floats on it.
func down(depth int, x float64) float64 {
	var room [32]float64
	room[depth%32] = x
	if depth > 0 {
		room[depth%32] = down(depth-1, x+1) - 1
	}
	if room[depth%32] < x {
		panic("stack")
	}
	return room[depth%32]
}
