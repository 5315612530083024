// env OXIGO_STACKSTRESS=1
// limit 60
// Between fork and exec the child runs on its parent's stack, which stays where it is.
package main

import (
	"fmt"
	"os/exec"
	"sync"
)

func main() {
	var wg sync.WaitGroup
	var out [8]string
	for i := range out {
		wg.Add(1)
		go func() {
			defer wg.Done()
			b, err := exec.Command("/bin/echo", "hi").Output()
			out[i] = fmt.Sprintf("%s%v", b, err)
		}()
	}
	wg.Wait()
	for _, s := range out {
		if s != "hi\n<nil>" {
			fmt.Printf("%q\n", s)
		}
	}
	fmt.Println("done")
}

/* output
done
*/
