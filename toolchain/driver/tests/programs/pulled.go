// What programs pull from the runtime by name though no package exports it, and declarations that say less or other than what they name.
package main

import (
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

//go:linkname fastrand runtime.fastrand
func fastrand() uint32

//go:linkname fastrand64 runtime.fastrand64
func fastrand64() uint64

//go:linkname fastrandn runtime.fastrandn
func fastrandn(n uint32) uint32

//go:linkname cheaprandn runtime.cheaprandn
func cheaprandn(n uint32) uint32

//go:linkname gopark runtime.gopark
func gopark(unlockf func(uintptr, unsafe.Pointer) bool, lock unsafe.Pointer, reason, trace uint8, skip int)

//go:linkname goready runtime.goready
func goready(g uintptr, skip int)

//go:linkname goyield runtime.goyield
func goyield()

//go:linkname procPin runtime.procPin
func procPin() int

// As some declare it, with a result that there is not.
//
//go:linkname procUnpin runtime.procUnpin
func procUnpin() int

// iterator is what programs keep of the runtime's iterators, and room for what older ones had.
type iterator struct {
	key, elem unsafe.Pointer
	_         [12]unsafe.Pointer
}

//go:linkname mapiterinit reflect.mapiterinit
func mapiterinit(t, m unsafe.Pointer, it *iterator)

//go:linkname mapiternext reflect.mapiternext
func mapiternext(it *iterator)

//go:linkname gobytes runtime.gobytes
func gobytes(p *byte, n int) []byte

//go:linkname gostringn runtime.gostringn
func gostringn(p *byte, n int) string

//go:linkname stringHash runtime.stringHash
func stringHash(s string, seed uintptr) uintptr

//go:linkname noescape runtime.noescape
func noescape(p unsafe.Pointer) unsafe.Pointer

//go:linkname typelinks reflect.typelinks
func typelinks() (sections []unsafe.Pointer, offsets [][]int32)

//go:linkname rtypeOff reflect.rtypeOff
func rtypeOff(section unsafe.Pointer, off int32) unsafe.Pointer

// Another result than the function has, and an address as a number.
//
//go:linkname memhash runtime.memhash
func memhash(p, seed, n uintptr) uint32

// No result.
//
//go:linkname write runtime.write
func write(fd uintptr, p unsafe.Pointer, n int32)

// sleeper is a stack of one goroutine that waits.
type sleeper struct{ waits atomic.Uintptr }

func (s *sleeper) sleep() {
	gopark(func(g uintptr, s unsafe.Pointer) bool {
		(*sleeper)(s).waits.Store(g)
		return true
	}, unsafe.Pointer(s), 0, 0, 0)
}

func (s *sleeper) wake() {
	for {
		if g := s.waits.Swap(0); g != 0 {
			goready(g, 0)
			return
		}
		goyield()
	}
}

// typeNamed finds a type that the program has pointers to, by its name, as decoders do.
func typeNamed(name string) reflect.Type {
	sections, offsets := typelinks()
	for i, section := range sections {
		for _, off := range offsets[i] {
			t := reflect.TypeFor[int]()
			(*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1] = rtypeOff(section, off)
			if t.Kind() == reflect.Pointer && t.Elem().String() == name {
				return t.Elem()
			}
		}
	}
	return nil
}

func main() {
	a, b := fastrand64(), fastrand64()
	fmt.Println(a != b, fastrandn(7) < 7, cheaprandn(3) < 3, fastrand() != fastrand() || fastrand() != fastrand())

	p := procPin()
	procUnpin()
	fmt.Println(p >= 0 && p < runtime.GOMAXPROCS(0))

	m := map[string]int{"a": 1, "b": 2, "c": 3}
	sum, keys := 0, 0
	var it iterator
	v := reflect.ValueOf(m)
	mapiterinit(*(*unsafe.Pointer)(unsafe.Pointer(new(any(m)))), v.UnsafePointer(), &it)
	for it.key != nil {
		keys += len(*(*string)(it.key))
		sum += *(*int)(it.elem)
		mapiternext(&it)
	}
	fmt.Println(keys, sum)

	text := []byte("text of bytes")
	fmt.Println(string(gobytes(&text[0], 4)), gostringn(&text[5], 2), len(gobytes(nil, 0)))
	fmt.Println(stringHash("x", 1) == stringHash(string(text[2:3]), 1), *(*int)(noescape(unsafe.Pointer(&sum))))

	h := memhash(uintptr(unsafe.Pointer(&text[0])), 3, 8)
	fmt.Println(h == memhash(uintptr(unsafe.Pointer(&text[0])), 3, 8))
	f := write
	f(2, nil, 0)

	var ping, pong sleeper
	var wg sync.WaitGroup
	rounds := 0
	wg.Go(func() {
		for range 10000 {
			ping.sleep()
			rounds++
			pong.wake()
		}
	})
	for range 10000 {
		ping.wake()
		pong.sleep()
	}
	wg.Wait()
	fmt.Println(rounds)
	gopark(func(uintptr, unsafe.Pointer) bool { return false }, nil, 0, 0, 0)
	fmt.Println("not parked")

	fmt.Println(typeNamed("main.sleeper") == reflect.TypeOf(&ping).Elem(), typeNamed("main.nobody"))
}

/* output
true true true true
true
3 6
text of 0
true 6
true
10000
not parked
true <nil>
*/
