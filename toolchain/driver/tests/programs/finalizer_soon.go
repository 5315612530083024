// Finalizers run soon after a collection, however busy the machine: nine collections in a row leave none waiting, though
// threads are kept from running. Eight copies of the program compete for the processors.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

type object [8]int64

//go:noinline
func drop(ran *bool) {
	runtime.SetFinalizer(new(object), func(*object) { *ran = true })
}

func late() (n int) {
	for range 200 {
		ran := new(bool)
		drop(ran)
		for range 9 {
			runtime.GC()
		}
		if !*ran {
			n++
		}
	}
	return n
}

func main() {
	if len(os.Args) > 1 {
		fmt.Print(late())
		return
	}
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	results := make(chan string)
	for range 8 {
		go func() {
			out, err := exec.Command(self, "child").Output()
			if err != nil {
				out = []byte(err.Error())
			}
			results <- string(out)
		}()
	}
	for range 8 {
		if r := <-results; r != "0" {
			fmt.Println("late finalizers:", r)
		}
	}
	fmt.Println("done")
}

/* output
done
*/
