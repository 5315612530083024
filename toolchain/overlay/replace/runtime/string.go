package runtime

import (
	"internal/abi"
	"internal/bytealg"
	"unsafe"
)

const tmpStringBufSize = 32

type tmpBuf [tmpStringBufSize]byte

// rawstring allocates an unset string and a slice over the same memory.
func rawstring(n int) (string, []byte) {
	p := mallocgc(uintptr(n), nil, false)
	return unsafe.String((*byte)(p), n), unsafe.Slice((*byte)(p), n)
}

func rawstringtmp(buf *tmpBuf, n int) (string, []byte) {
	if buf != nil && n <= len(buf) {
		return unsafe.String(&buf[0], n), buf[:n]
	}
	return rawstring(n)
}

// rawbyteslice allocates n bytes; the size class's rest is zeroed capacity.
func rawbyteslice(n int) []byte {
	c := roundupsize(uintptr(n), true)
	p := mallocgc(c, nil, false)
	memclrNoHeapPointers(add(p, uintptr(n)), c-uintptr(n))
	return unsafe.Slice((*byte)(p), int(c))[:n]
}

func rawruneslice(n int) []rune {
	if uintptr(n) > maxAlloc/4 {
		throw("out of memory")
	}
	c := roundupsize(uintptr(n)*4, true)
	p := mallocgc(c, nil, false)
	memclrNoHeapPointers(add(p, uintptr(n)*4), c-uintptr(n)*4)
	return unsafe.Slice((*rune)(p), int(c/4))[:n]
}

// onStack says whether a string's bytes are in the current stack, so that it must not escape.
func onStack(s string) bool {
	p := uintptr(unsafe.Pointer(unsafe.StringData(s)))
	gp := getg()
	return gp.stacklo <= p && p < gp.stackhi
}

// searchstrings finds the n bytes at p among count texts of that length, which stand in ascending order one behind the other: which of them it
// is, or -1. For switches with many strings.
func searchstrings(p, table unsafe.Pointer, count, n int) int {
	s := unsafe.String((*byte)(p), n)
	low, high := 0, count
	for low < high {
		mid := int(uint(low+high) >> 1)
		c := cmpstring(unsafe.String((*byte)(add(table, uintptr(mid*n))), n), s)
		if c == 0 {
			return mid
		}
		if c < 0 {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return -1
}

func concatstrings(buf *tmpBuf, a []string) string {
	last, total, count := 0, 0, 0
	for i, x := range a {
		n := len(x)
		if n == 0 {
			continue
		}
		if total+n < total {
			throw("string concatenation too long")
		}
		total += n
		count++
		last = i
	}
	if count == 0 {
		return ""
	}
	// A single operand is the result itself unless it may point into the stack frame.
	if count == 1 && (buf != nil || !onStack(a[last])) {
		return a[last]
	}
	s, b := rawstringtmp(buf, total)
	for _, x := range a {
		n := copy(b, x)
		b = b[n:]
	}
	return s
}

func concatstring2(buf *tmpBuf, a0, a1 string) string {
	a := [...]string{a0, a1}
	return concatstrings(buf, a[:])
}

func concatstring3(buf *tmpBuf, a0, a1, a2 string) string {
	a := [...]string{a0, a1, a2}
	return concatstrings(buf, a[:])
}

func concatstring4(buf *tmpBuf, a0, a1, a2, a3 string) string {
	a := [...]string{a0, a1, a2, a3}
	return concatstrings(buf, a[:])
}

func concatstring5(buf *tmpBuf, a0, a1, a2, a3, a4 string) string {
	a := [...]string{a0, a1, a2, a3, a4}
	return concatstrings(buf, a[:])
}

func concatbytes(buf *tmpBuf, a []string) []byte {
	total := 0
	for _, x := range a {
		if total+len(x) < total {
			throw("string concatenation too long")
		}
		total += len(x)
	}
	if total == 0 {
		return []byte{}
	}
	var b []byte
	if buf != nil && total <= len(buf) {
		*buf = tmpBuf{}
		b = buf[:total]
	} else {
		b = rawbyteslice(total)
	}
	at := 0
	for _, x := range a {
		at += copy(b[at:], x)
	}
	return b
}

func slicebytetostring(buf *tmpBuf, ptr *byte, n int) string {
	if n == 0 {
		return ""
	}
	if n == 1 {
		return unsafe.String(&byteStrings[*ptr], 1)
	}
	if buf != nil && n <= len(buf) {
		memmove(unsafe.Pointer(buf), unsafe.Pointer(ptr), uintptr(n))
		return unsafe.String(&buf[0], n)
	}
	p := mallocgc(uintptr(n), nil, false)
	memmove(p, unsafe.Pointer(ptr), uintptr(n))
	return unsafe.String((*byte)(p), n)
}

// slicebytetostringtmp is for strings that don't outlive the bytes.
func slicebytetostringtmp(ptr *byte, n int) string { return unsafe.String(ptr, n) }

func stringtoslicebyte(buf *tmpBuf, s string) []byte {
	var b []byte
	if buf != nil && len(s) <= len(buf) {
		*buf = tmpBuf{}
		b = buf[:len(s)]
	} else {
		b = rawbyteslice(len(s))
	}
	copy(b, s)
	return b
}

func stringtoslicerune(buf *[tmpStringBufSize]rune, s string) []rune {
	n := 0
	for range s {
		n++
	}
	var a []rune
	if buf != nil && n <= len(buf) {
		*buf = [tmpStringBufSize]rune{}
		a = buf[:n]
	} else {
		a = rawruneslice(n)
	}
	n = 0
	for _, r := range s {
		a[n] = r
		n++
	}
	return a
}

func slicerunetostring(buf *tmpBuf, a []rune) string {
	var dum [4]byte
	n := 0
	for _, r := range a {
		n += encoderune(dum[:], r)
	}
	s, b := rawstringtmp(buf, n+3)
	at := 0
	for _, r := range a {
		if at >= n {
			break
		}
		at += encoderune(b[at:], r)
	}
	return s[:n]
}

func intstring(buf *[4]byte, v int64) string {
	var b []byte
	var s string
	if buf != nil {
		b = buf[:]
		s = unsafe.String(&buf[0], 4)
	} else {
		s, b = rawstring(4)
	}
	if int64(rune(v)) != v {
		v = runeError
	}
	n := encoderune(b, rune(v))
	return s[:n]
}

const (
	runeError = '\uFFFD'
	maxRune   = '\U0010FFFF'
)

// decoderune returns the rune at s[k:] and the index after it; s[k] is not ASCII.
func decoderune(s string, k int) (r rune, pos int) {
	pos = k
	if k >= len(s) {
		return runeError, k + 1
	}
	s = s[k:]
	c := s[0]
	switch {
	case 0xC2 <= c && c < 0xE0:
		if len(s) > 1 && cont(s[1]) {
			return rune(c&0x1F)<<6 | rune(s[1]&0x3F), pos + 2
		}
	case 0xE0 <= c && c < 0xF0:
		if len(s) > 2 && cont(s[1]) && cont(s[2]) {
			r = rune(c&0x0F)<<12 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F)
			if r >= 0x800 && (r < 0xD800 || r > 0xDFFF) {
				return r, pos + 3
			}
		}
	case 0xF0 <= c && c < 0xF8:
		if len(s) > 3 && cont(s[1]) && cont(s[2]) && cont(s[3]) {
			r = rune(c&0x07)<<18 | rune(s[1]&0x3F)<<12 | rune(s[2]&0x3F)<<6 | rune(s[3]&0x3F)
			if 0x10000 <= r && r <= maxRune {
				return r, pos + 4
			}
		}
	}
	return runeError, pos + 1
}

func cont(b byte) bool { return b&0xC0 == 0x80 }

// encoderune writes r in UTF-8 and returns its length; p must be long enough.
func encoderune(p []byte, r rune) int {
	switch i := uint32(r); {
	case i < 0x80:
		p[0] = byte(r)
		return 1
	case i < 0x800:
		p[0] = 0xC0 | byte(r>>6)
		p[1] = 0x80 | byte(r)&0x3F
		return 2
	case i > maxRune, 0xD800 <= i && i <= 0xDFFF:
		r = runeError
		fallthrough
	case i < 0x10000:
		p[0] = 0xE0 | byte(r>>12)
		p[1] = 0x80 | byte(r>>6)&0x3F
		p[2] = 0x80 | byte(r)&0x3F
		return 3
	}
	p[0] = 0xF0 | byte(r>>18)
	p[1] = 0x80 | byte(r>>12)&0x3F
	p[2] = 0x80 | byte(r>>6)&0x3F
	p[3] = 0x80 | byte(r)&0x3F
	return 4
}

func countrunes(s string) int {
	n := 0
	for range s {
		n++
	}
	return n
}

// findnull is the length of a C string.
func findnull(s *byte) int {
	if s == nil {
		return 0
	}
	n := 0
	for *(*byte)(add(unsafe.Pointer(s), uintptr(n))) != 0 {
		n++
	}
	return n
}

func gostring(p *byte) string {
	n := findnull(p)
	if n == 0 {
		return ""
	}
	s, b := rawstring(n)
	memmove(unsafe.Pointer(unsafe.SliceData(b)), unsafe.Pointer(p), uintptr(n))
	return s
}

//go:linkname makeNoZero internal/bytealg.MakeNoZero
func makeNoZero(n int) []byte {
	if uintptr(n) > maxAlloc {
		panicmakeslicelen()
	}
	c := roundupsize(uintptr(n), true)
	return unsafe.Slice((*byte)(mallocgc(c, nil, false)), int(c))[:n]
}

func panicunsafestringlen()    { panic(errorString("unsafe.String: len out of range")) }
func panicunsafestringnilptr() { panic(errorString("unsafe.String: ptr is nil and len is not zero")) }
func panicunsafeslicelen()     { panic(errorString("unsafe.Slice: len out of range")) }
func panicunsafeslicenilptr()  { panic(errorString("unsafe.Slice: ptr is nil and len is not zero")) }

//go:linkname reflect_unsafeslice reflect.unsafeslice
func reflect_unsafeslice(et *abi.Type, ptr unsafe.Pointer, n int) {
	if n < 0 {
		panicunsafeslicelen()
	}
	size, over := mulOverflow(et.Size_, uintptr(n))
	if over || size > -uintptr(ptr) {
		if ptr == nil {
			panicunsafeslicenilptr()
		}
		panicunsafeslicelen()
	}
	if ptr == nil && n > 0 {
		panicunsafeslicenilptr()
	}
}

// byteStrings backs the strings of one byte.
var byteStrings = [256]byte{
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
	32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
	48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
	64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79,
	80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95,
	96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
	112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
	128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143,
	144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159,
	160, 161, 162, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175,
	176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191,
	192, 193, 194, 195, 196, 197, 198, 199, 200, 201, 202, 203, 204, 205, 206, 207,
	208, 209, 210, 211, 212, 213, 214, 215, 216, 217, 218, 219, 220, 221, 222, 223,
	224, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 235, 236, 237, 238, 239,
	240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255,
}

var _ = bytealg.MaxLen
