// A heap dump has all that is in the heap, and what leads there: each record is read, and what the program knows is looked up in it.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"unsafe"
)

type node struct {
	number uint64
	next   *node
	name   string
}

type shape interface{ area() int }

type square[T any] struct {
	side int
	_    *T
}

func (s square[T]) area() int { return s.side * s.side }

var (
	root  *node
	large []*node
	dull  []byte
	some  shape = square[string]{side: 3}
)

type object struct {
	bytes  []byte
	fields []uint64
}

// A dump is what was read.
type dump struct {
	r          *bufio.Reader
	objects    map[uint64]object
	types      map[uint64]string
	itabs      map[string]bool
	frames     []string
	waits      []string
	finalizers []uint64
	data       int
	pointers   map[uint64]uint64 // of data, by address
	samples    int
	stats      []uint64
	threads    int
}

func (d *dump) int() uint64 {
	v, err := binary.ReadUvarint(d.r)
	if err != nil {
		panic(err)
	}
	return v
}

func (d *dump) ints(n int) (all []uint64) {
	for range n {
		all = append(all, d.int())
	}
	return all
}

func (d *dump) memory() []byte {
	b := make([]byte, d.int())
	if _, err := io.ReadFull(d.r, b); err != nil {
		panic(err)
	}
	return b
}

func (d *dump) fields() (all []uint64) {
	for d.int() == 1 {
		all = append(all, d.int())
	}
	return all
}

func word(b []byte) uint64 {
	if unsafe.Sizeof(uintptr(0)) == 4 {
		return uint64(binary.NativeEndian.Uint32(b))
	}
	return binary.NativeEndian.Uint64(b)
}

func (d *dump) read() {
	if head, _ := d.r.ReadString('\n'); head != "go1.7 heap dump\n" {
		panic(head)
	}
	for {
		switch tag := d.int(); tag {
		case 0:
			if _, err := d.r.ReadByte(); err != io.EOF {
				panic("more behind the end")
			}
			return
		case 1:
			at := d.int()
			d.objects[at] = object{d.memory(), d.fields()}
		case 2:
			d.memory()
			d.int()
		case 3:
			at, _ := d.int(), d.int()
			d.types[at] = string(d.memory())
			d.int()
		case 4:
			d.ints(8)
			d.waits = append(d.waits, string(d.memory()))
			d.ints(4)
		case 5:
			d.ints(3)
			d.memory()
			d.ints(3)
			d.frames = append(d.frames, string(d.memory()))
			d.fields()
		case 6:
			d.ints(1)
			fmt.Println("words of this machine:", d.int() == uint64(unsafe.Sizeof(uintptr(0))))
			low, high := d.int(), d.int()
			fmt.Println("objects between the ends:", low <= addressOf(root) && addressOf(root) < high)
			fmt.Println(string(d.memory()) == runtime.GOARCH, string(d.memory()) == runtime.Version(), d.int() == uint64(runtime.NumCPU()))
		case 7, 11:
			d.finalizers = append(d.finalizers, d.int())
			d.ints(4)
		case 8:
			d.int()
			d.itabs[d.types[d.int()]] = true
		case 9:
			d.ints(3)
			d.threads++
		case 10:
			d.stats = d.ints(24 + 256 + 1)
		case 12, 13:
			at, b := d.int(), d.memory()
			d.data += len(b)
			for _, off := range d.fields() {
				d.pointers[at+off] = word(b[off:])
			}
		case 14:
			d.ints(7)
		case 15:
			d.ints(6)
		case 16:
			d.ints(2)
			for range d.int() {
				d.memory()
				d.memory()
				d.int()
			}
			d.ints(2)
		case 17:
			d.ints(2)
			d.samples++
		default:
			panic(tag)
		}
	}
}

func addressOf[T any](p *T) uint64 { return uint64(uintptr(unsafe.Pointer(p))) }

// at is the object that holds an address.
func (d *dump) at(p uint64) (uint64, object) {
	for start, o := range d.objects {
		if start <= p && p < start+uint64(len(o.bytes)) {
			return start, o
		}
	}
	panic("no such object")
}

//go:noinline
func waitHere(c chan int) { <-c }

func main() {
	for i := range uint64(3) {
		root = &node{i + 100, root, strings.Repeat("x", int(i)+1)}
	}
	large = make([]*node, 100_000)
	large[77_777] = root.next
	dull = make([]byte, 50_000)
	c := make(chan int)
	go waitHere(c)
	for text := make([]byte, 10_000); !strings.Contains(string(text[:runtime.Stack(text, true)]), "[chan receive"); {
		runtime.Gosched()
	}
	finalized := &node{number: 7, name: "with an end"}
	runtime.SetFinalizer(finalized, func(*node) {})

	f, err := os.CreateTemp("", "heapdump")
	if err != nil {
		panic(err)
	}
	defer os.Remove(f.Name())
	defer fmt.Println("deferred")
	debug.WriteHeapDump(f.Fd())
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		panic(err)
	}
	d := &dump{r: bufio.NewReader(f), objects: map[uint64]object{}, types: map[uint64]string{}, itabs: map[string]bool{}, pointers: map[uint64]uint64{}}
	d.read()

	for n := root; n != nil; n = n.next {
		start, o := d.at(addressOf(n))
		in := addressOf(n) - start
		next := in + uint64(unsafe.Offsetof(n.next))
		name := in + uint64(unsafe.Offsetof(n.name))
		fmt.Println(binary.NativeEndian.Uint64(o.bytes[in:]) == n.number, word(o.bytes[next:]) == addressOf(n.next),
			slices.Contains(o.fields, next), slices.Contains(o.fields, name), slices.Contains(o.fields, in), word(o.bytes[name:]) == addressOf(unsafe.StringData(n.name)))
	}
	start, o := d.at(addressOf(&large[0]))
	in := addressOf(&large[77_777]) - start
	fmt.Println("large:", slices.Contains(o.fields, in), word(o.bytes[in:]) == addressOf(root.next), len(o.fields) >= len(large))
	_, o = d.at(addressOf(&dull[0]))
	fmt.Println("without pointers:", len(o.fields))
	fmt.Println("from data:", d.pointers[addressOf(&root)] == addressOf(root), d.data > 1000)
	fmt.Println("frames:", slices.Contains(d.frames, "main.main"), slices.Contains(d.frames, "main.waitHere"))
	fmt.Println("waits:", slices.Contains(d.waits, "chan receive"))
	fmt.Println("finalizer:", slices.Contains(d.finalizers, addressOf(finalized)))
	fmt.Println("table:", d.itabs["main.square[string]"], some.area())
	fmt.Println("statistics:", len(d.stats), d.stats[6] > uint64(100_000*unsafe.Sizeof(root)+50_000), d.threads > 0)
	runtime.KeepAlive(finalized)
	c <- 1
}

/* output
words of this machine: true
objects between the ends: true
true true true
true true true true false true
true true true true false true
true true true true false true
large: true true true
without pointers: 0
from data: true true
frames: true true
waits: true
finalizer: true
table: true 9
statistics: 281 true true
deferred
*/
