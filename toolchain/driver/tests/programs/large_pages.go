// env QEMU_PAGESIZE=65536

// Memory goes back to a system with pages larger than the heap's: nothing is lost that lies beside it in one of the system's pages.
// (qemu takes the size from the variable; where nothing is emulated the pages are as they are.)
package main

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"os"
	"runtime/debug"
)

// told is the size of pages by the auxiliary vector.
func told() int {
	vector, err := os.ReadFile("/proc/self/auxv")
	if err != nil {
		return os.Getpagesize()
	}
	word := bits.UintSize / 8
	at := func(i int) uint64 {
		b := vector[i*word:]
		if word == 4 {
			return uint64(binary.NativeEndian.Uint32(b))
		}
		return binary.NativeEndian.Uint64(b)
	}
	for i := 0; (i+2)*word <= len(vector); i += 2 {
		if at(i) == 6 {
			return int(at(i + 1))
		}
	}
	return os.Getpagesize()
}

func full(size, fill int) []byte {
	b := make([]byte, size)
	for i, x := range b {
		if x != 0 {
			panic("old contents")
		}
		b[i] = byte(fill)
	}
	return b
}

func main() {
	fmt.Println(os.Getpagesize() == told())
	var kept [][]byte
	for round := range 6 {
		for i := range 300 {
			// Of one page of the heap to a few; each third stays.
			b := full(8192*(1+i%5), i)
			if i%3 == round%3 {
				kept = append(kept, b)
			}
		}
		if round == 3 {
			clear(kept[:len(kept)/2])
		}
		debug.FreeOSMemory()
		for _, b := range kept {
			for _, x := range b {
				if x != b[0] {
					panic("lost contents")
				}
			}
		}
	}
	fmt.Println(len(kept))
}

/* output
true
600
*/
