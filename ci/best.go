// What the programs of ci/micro measure with; built into each.
package main

import (
	"math"
	"time"
)

// best runs f with growing counts for a tenth of a second, and returns the shortest time of one run.
func best(f func(n int)) float64 {
	n, shortest := 1, math.Inf(1)
	for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); {
		start := time.Now()
		f(n)
		took := time.Since(start)
		shortest = min(shortest, float64(took.Nanoseconds())/float64(n))
		if took < 2*time.Millisecond {
			n *= 2
		}
	}
	return shortest
}
