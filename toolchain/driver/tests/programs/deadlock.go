// exit 2
package main

func main() {
	c := make(chan int)
	<-c
}

/* output contains
fatal error: all goroutines are asleep - deadlock!
goroutine 1 [chan receive]:
main.main()
deadlock.go:6
*/
