// The go line of go.mod decides what GODEBUG settings are by default: the random numbers of a program of go 1.20 follow Seed. What
// go.mod and the main package say goes before.

//go:debug zipinsecurepath=0
package main

import (
	"fmt"
	"math/rand"
	"time"
)

func main() {
	rand.Seed(123)
	fmt.Println(rand.Int63(), rand.Intn(100))
	t := time.NewTimer(time.Hour)
	fmt.Println(cap(t.C), t.Stop())
}

/* output
5361704182646325489 49
0 true
*/
