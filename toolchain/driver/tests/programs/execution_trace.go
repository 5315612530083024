// Execution traces: whole batches of one generation after the other, with events of goroutines, processors, the collector and the user's.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"runtime/trace"
	"strings"
	"sync"
	"time"
)

// arguments of events, beside the time, by Go's numbers.
var arguments = map[byte]int{
	9: 2, 10: 2, 11: 0, 12: 3, 13: 2, 14: 3, 16: 2, 17: 0, 19: 2, 20: 2, 21: 3, 22: 2, 23: 0, 24: 0,
	15: 1, 18: 0, 25: 3, 31: 1, 32: 1, 33: 2, 34: 1, 39: 1, 45: 2, 46: 2,
	26: 2, 27: 0, 28: 1, 29: 2, 30: 1, 35: 1, 36: 0, 37: 1, 38: 1, 40: 4, 41: 2, 42: 3, 43: 3, 44: 4, 47: 3, 48: 4,
}

type counts struct {
	events      map[byte]int
	strings     map[string]bool
	generations int
	samples     int
}

func decode(data []byte) (c counts, err error) {
	c = counts{map[byte]int{}, map[string]bool{}, 0, 0}
	header := "go 1.26 trace\x00\x00\x00"
	if !strings.HasPrefix(string(data), header) {
		return c, fmt.Errorf("header %q", data[:16])
	}
	r := bytes.NewReader(data[16:])
	number := func() uint64 {
		n, e := binary.ReadUvarint(r)
		if e != nil {
			err = e
		}
		return n
	}
	last := uint64(0)
	for err == nil && r.Len() != 0 {
		kind, _ := r.ReadByte()
		if kind == 52 {
			c.generations++
			last = 0
			continue
		}
		generation, _, _, size := number(), number(), number(), number()
		if kind != 1 || last != 0 && last != generation {
			return c, fmt.Errorf("batch of kind %d, generation %d after %d", kind, generation, last)
		}
		last = generation
		end := r.Len() - int(size)
		first := true
		for err == nil && r.Len() > end {
			event, _ := r.ReadByte()
			switch {
			case first && (event == 2 || event == 4 || event == 6 || event == 50):
			case event == 3: // a stack
				number()
				for range number() * 4 {
					number()
				}
			case event == 5: // a string
				number()
				s := make([]byte, number())
				r.Read(s)
				c.strings[string(s)] = true
			case event == 7: // a sample of processor time
				c.samples++
				for range 5 {
					number()
				}
			case event == 8:
				number()
			case event == 51:
				for range 4 {
					number()
				}
			default:
				n, ok := arguments[event]
				if !ok {
					return c, fmt.Errorf("event %d", event)
				}
				c.events[event]++
				for range n + 1 {
					number()
				}
			}
			first = false
		}
		if r.Len() != end {
			return c, fmt.Errorf("batch is too long")
		}
	}
	return c, err
}

var sink []byte

func work(ctx context.Context) {
	ctx, task := trace.NewTask(ctx, "the task")
	defer task.End()
	var wg sync.WaitGroup
	c := make(chan int)
	for range 3 {
		wg.Go(func() {
			for n := range c {
				trace.WithRegion(ctx, "the region", func() { sink = make([]byte, n) })
				time.Sleep(time.Microsecond)
			}
		})
	}
	for i := range 300 {
		c <- i * 100
		if i%100 == 0 {
			trace.Log(ctx, "category", "message")
			runtime.GC()
		}
	}
	close(c)
	wg.Wait()
}

func main() {
	for range 2 {
		var b bytes.Buffer
		if err := trace.Start(&b); err != nil {
			fmt.Println(err)
		}
		fmt.Println(trace.Start(&b), trace.IsEnabled())
		work(context.Background())
		trace.Stop()
		c, err := decode(b.Bytes())
		e := c.events
		fmt.Println(err, c.generations, e[14] >= 3, e[16] >= 300, e[20] >= 300, e[21] >= 300, e[26] == e[27], e[29] == e[30] && e[29] >= 3)
		fmt.Println(e[40], e[41], e[42], e[43], e[44], trace.IsEnabled())
		fmt.Println(c.strings["the task"], c.strings["the region"], c.strings["message"], c.strings["chan receive"], c.strings["main.work"])
	}

	// A recorder's window is whole generations too.
	fr := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Minute})
	if err := fr.Start(); err != nil {
		fmt.Println(err)
	}
	work(context.Background())
	var b bytes.Buffer
	if _, err := fr.WriteTo(&b); err != nil {
		fmt.Println(err)
	}
	work(context.Background())
	fr.Stop()
	c, err := decode(b.Bytes())
	fmt.Println(err, c.generations >= 1, c.events[40], c.strings["the region"])
}

/* output
execution tracer already enabled true
<nil> 1 true true true true true true
1 1 300 300 3 false
true true true true true
execution tracer already enabled true
<nil> 1 true true true true true true
1 1 300 300 3 false
true true true true true
<nil> true 1 true
*/
