package runtime

import (
	"internal/strconv"
	"unsafe"
)

// The lock of the builtins print and println, counted for each M: output of one statement stays
// together, and the holder is not preempted.
func printlock()
func printunlock()

// write writes to a file descriptor, without entering the scheduler.
func write(fd uintptr, p unsafe.Pointer, n int32) int32

// crashFD is where a crash is reported beside standard error; -1: nowhere. reporting, under the print lock: what is printed belongs to it.
var (
	crashFD   = ^uintptr(0)
	reporting bool
)

func gwrite(b []byte) {
	if reporting {
		writeAll(crashFD, b)
	}
	writeAll(2, b)
}

func writeAll(fd uintptr, b []byte) {
	for len(b) > 0 {
		n := write(fd, unsafe.Pointer(unsafe.SliceData(b)), int32(len(b)))
		if n <= 0 {
			return
		}
		b = b[n:]
	}
}

func printstring(s string) {
	gwrite(unsafe.Slice(unsafe.StringData(s), len(s)))
}

func printsp() { printstring(" ") }
func printnl() { printstring("\n") }

func printbool(v bool) {
	if v {
		printstring("true")
	} else {
		printstring("false")
	}
}

func printuint(v uint64) {
	var buf [20]byte
	i := len(buf)
	for {
		i--
		buf[i] = byte(v%10) + '0'
		v /= 10
		if v == 0 {
			break
		}
	}
	gwrite(buf[i:])
}

func printint(v int64) {
	if v < 0 {
		printstring("-")
		printuint(-uint64(v))
		return
	}
	printuint(uint64(v))
}

func printfloat64(v float64) {
	var buf [24]byte
	gwrite(strconv.AppendFloat(buf[:0], v, 'g', -1, 64))
}

func printfloat32(v float32) {
	var buf [16]byte
	gwrite(strconv.AppendFloat(buf[:0], float64(v), 'g', -1, 32))
}

func printcomplex128(c complex128) {
	var buf [52]byte
	gwrite(strconv.AppendComplex(buf[:0], c, 'g', -1, 128))
}

func printcomplex64(c complex64) {
	var buf [36]byte
	gwrite(strconv.AppendComplex(buf[:0], complex128(c), 'g', -1, 64))
}

func hexDigits(v uint64, min int) {
	var buf [16]byte
	i := len(buf)
	for {
		i--
		buf[i] = "0123456789abcdef"[v&15]
		v >>= 4
		if v == 0 && len(buf)-i >= min {
			break
		}
	}
	gwrite(buf[i:])
}

func printhex(v uint64) {
	printstring("0x")
	hexDigits(v, 1)
}

func printpointer(p unsafe.Pointer) { printhex(uint64(uintptr(p))) }
func printuintptr(p uintptr)        { printhex(uint64(p)) }

func printquoted(s string) {
	printlock()
	printstring(`"`)
	for i := 0; i < len(s); {
		r, next := rune(s[i]), i+1
		if r >= 0x80 {
			r, next = decoderune(s, i)
			if r == runeError && next == i+1 {
				printstring(`\x`)
				hexDigits(uint64(s[i]), 2)
				i = next
				continue
			}
		}
		switch {
		case r == '\n':
			printstring(`\n`)
		case r == '\r':
			printstring(`\r`)
		case r == '\t':
			printstring(`\t`)
		case r == '\\' || r == '"':
			printstring(`\`)
			printstring(s[i:next])
		case r >= ' ' && r <= '~':
			printstring(s[i:next])
		case r < 127:
			printstring(`\x`)
			hexDigits(uint64(r), 2)
		case r < 0x10000:
			printstring(`\u`)
			hexDigits(uint64(r), 4)
		default:
			printstring(`\U`)
			hexDigits(uint64(r), 8)
		}
		i = next
	}
	printstring(`"`)
	printunlock()
}

func printslice(s []byte) {
	printstring("[")
	printint(int64(len(s)))
	printstring("/")
	printint(int64(cap(s)))
	printstring("]")
	printpointer(unsafe.Pointer(unsafe.SliceData(s)))
}

func printeface(e eface) {
	printstring("(")
	printpointer(unsafe.Pointer(e._type))
	printstring(",")
	printpointer(e.data)
	printstring(")")
}

func printiface(i iface) {
	printstring("(")
	printpointer(unsafe.Pointer(i.tab))
	printstring(",")
	printpointer(i.data)
	printstring(")")
}
