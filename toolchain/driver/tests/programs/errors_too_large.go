// only 64-bit
// build-fails
package main

type wide [1 << 50]byte

type both struct {
	a [1 << 49]byte
	b [1 << 49]byte
}

type later chan [1 << 16]byte

type box[T any] struct{ all [1 << 47]T }

var (
	global   [1 << 32]byte
	fits     [1_999_999_999]byte
	pointers *[1 << 50]int
	elements map[string][1 << 31]byte
	keys     map[[1 << 31]byte]bool
)

func takes(a [1 << 30]byte, b int) {}

func (w record) method() {}

type record struct{ a [1 << 31]byte }

func main() {
	queue := make(chan [1 << 17]byte)
	_ = make(chan [1 << 18]byte)
	_ = box[int64]{}
	_ = box[int32]{}
	f := func() (r [1 << 31]byte) { return }
	_, _, _ = queue, global, f
	const text = "0123456789abcdef"
}

/* output
# command-line-arguments
./errors_too_large.go:5:6: type [1125899906842624]byte larger than address space
./errors_too_large.go:7:6: type struct{a [562949953421312]byte; b [562949953421312]byte} too large
./errors_too_large.go:12:6: channel element type too large (>64kB)
./errors_too_large.go:17:2: main.global: symbol too large (4294967296 bytes > 2000000000 bytes)
./errors_too_large.go:19:2: type [1125899906842624]int larger than address space
./errors_too_large.go:20:2: map element type too large
./errors_too_large.go:21:2: map key type too large
./errors_too_large.go:24:6: stack frame too large (>1GB): 0 MB locals + 1024 MB args
./errors_too_large.go:26:6: stack frame too large (>1GB): 0 MB locals + 2048 MB args
./errors_too_large.go:31:2: channel element type too large (>64kB)
./errors_too_large.go:31:2: too many errors
*/
