// build-fails
package main

func half() (r [1 << 29]byte) { return }

func main() {
	println(half()[len(os)] + half()[1] + half()[2])
}

var os = ""

/* output contains
./errors_large_frame.go:6:6: stack frame too large (>1GB): 
*/
