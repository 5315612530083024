// What memory costs: kinds of work that allocate, and small operations of the runtime. Prints the processor time and the time that the
// work took, in seconds, and the most memory that the process had, in megabytes. For ci/heap, which knows the modes and how much to do.
//
//	MODE N            N rounds of a kind of work
//	serve N           an HTTP server for N requests: prints its address first
//	load N ADDRESS    the client: N requests over connections that stay open
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A mode prepares itself, and gives the work that counts.
var modes = map[string]func(n int) func(){
	"binarytrees": binarytrees,
	"linked":      linked,
	"json":        tokenise,
	"parallel":    parallel,
	"callers":     callers,
	"defers":      defers,
	"panics":      panics,
	"asserts":     asserts,
	"strings":     stringMap,
	"copies":      copies,
	"spawn":       spawn,
	"collect":     collect,
	"serve":       serve,
	"load":        load,
}

func main() {
	n, err := strconv.Atoi(os.Args[2])
	check(err)
	work := modes[os.Args[1]](n)
	cpu, began := processor(), time.Now()
	work()
	took, used := time.Since(began), processor()-cpu
	fmt.Printf("%.4f %.4f %.1f\n", used.Seconds(), took.Seconds(), peak())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// must stops the program if the work went wrong.
func must(ok bool, what string) {
	if !ok {
		panic("wrong result: " + what)
	}
}

// processor returns the time that all threads have used, the collector's too.
func processor() time.Duration {
	var u syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak returns the most memory that was resident, in megabytes. (What the system says of a child's usage begins with its parent's.)
func peak() float64 {
	text, err := os.ReadFile("/proc/self/status")
	check(err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			check(err)
			return float64(kb) / 1024
		}
	}
	return 0
}

// A random sequence that is the same in each run.
type sequence uint64

func (s *sequence) next(n int) int {
	*s ^= *s << 13
	*s ^= *s >> 7
	*s ^= *s << 17
	return int(uint64(*s) % uint64(n))
}
