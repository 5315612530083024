// env OXIGO_GCVERIFY=1
// env GOGC=20
// Large objects are cleared in pieces, with collections in between: they are zero, and keep what is put into them.
package main

import "fmt"

type cell struct {
	p *int
	n int
}

var kept [][]cell
var garbage *[100]int

func main() {
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		for {
			select {
			case <-stop:
				stopped <- true
				return
			default:
				garbage = new([100]int)
			}
		}
	}()
	bad := 0
	for i := range 60 {
		bytes := make([]byte, 1<<20+i*100_000)
		for at := 0; at < len(bytes); at += 511 {
			if bytes[at] != 0 {
				bad++
			}
		}
		for at := range bytes {
			bytes[at] = 0x5a
		}
		cells := make([]cell, 1<<17+i*1000)
		for at := range cells {
			if cells[at].p != nil || cells[at].n != 0 {
				bad++
			}
			cells[at].n = at
			if at%64 == 0 {
				cells[at].p = new(int)
				*cells[at].p = at
			}
		}
		if i%10 == 0 {
			kept = append(kept, cells)
		}
	}
	for _, cells := range kept {
		for at := range cells {
			if cells[at].n != at || at%64 == 0 && *cells[at].p != at {
				bad++
			}
		}
	}
	stop <- true
	<-stopped
	fmt.Println(bad)
}

/* output
0
*/
