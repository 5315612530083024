// Reads its console line by line; meanwhile others go on.
package main

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

func main() {
	go func() {
		for i := range 5 {
			time.Sleep(20 * time.Millisecond)
			fmt.Println("tick", i)
		}
	}()
	for s := bufio.NewScanner(os.Stdin); s.Scan() && s.Text() != "end"; {
		fmt.Println("read", s.Text())
	}
	fmt.Println("bye")
}
