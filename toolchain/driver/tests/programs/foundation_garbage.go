// Two gigabytes of garbage peak under 64 MB.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

type node struct {
	left, right *node
	payload     [10]int
}

var keep *node

func main() {
	total := int64(0)
	for total < 2<<30 {
		n := &node{left: keep}
		n.payload[3] = int(total)
		if total%(1<<20) < 96 {
			keep = nil
		} else if total%4096 < 96 {
			keep = n
		}
		s := make([]byte, 1000+total%500)
		s[0] = byte(total)
		total += 96 + int64(len(s))
	}
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			if err != nil {
				panic(err)
			}
			if kb >= 64<<10 {
				fmt.Println("peak", kb, "kB")
			} else {
				fmt.Println("peak under 64 MB")
			}
		}
	}
}

/* output
peak under 64 MB
*/
