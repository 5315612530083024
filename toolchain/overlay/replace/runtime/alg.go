package runtime

import (
	"internal/abi"
	"internal/byteorder"
	"internal/goarch"
	"internal/runtime/maps"
	"unsafe"
)

// ---- equality, as func values in type descriptors

func memequal0(p, q unsafe.Pointer) bool   { return true }
func memequal8(p, q unsafe.Pointer) bool   { return *(*int8)(p) == *(*int8)(q) }
func memequal16(p, q unsafe.Pointer) bool  { return *(*int16)(p) == *(*int16)(q) }
func memequal32(p, q unsafe.Pointer) bool  { return *(*int32)(p) == *(*int32)(q) }
func memequal64(p, q unsafe.Pointer) bool  { return *(*int64)(p) == *(*int64)(q) }
func memequal128(p, q unsafe.Pointer) bool { return *(*[2]int64)(p) == *(*[2]int64)(q) }
func f32equal(p, q unsafe.Pointer) bool    { return *(*float32)(p) == *(*float32)(q) }
func f64equal(p, q unsafe.Pointer) bool    { return *(*float64)(p) == *(*float64)(q) }
func c64equal(p, q unsafe.Pointer) bool    { return *(*complex64)(p) == *(*complex64)(q) }
func c128equal(p, q unsafe.Pointer) bool   { return *(*complex128)(p) == *(*complex128)(q) }
func strequal(p, q unsafe.Pointer) bool    { return *(*string)(p) == *(*string)(q) }

func interequal(p, q unsafe.Pointer) bool {
	x, y := (*iface)(p), (*iface)(q)
	return x.tab == y.tab && ifaceeq(x.tab, x.data, y.data)
}

func nilinterequal(p, q unsafe.Pointer) bool {
	x, y := (*eface)(p), (*eface)(q)
	return x._type == y._type && efaceeq(x._type, x.data, y.data)
}

// efaceeq compares the data of two empty interfaces of the same type t.
func efaceeq(t *_type, x, y unsafe.Pointer) bool {
	if t == nil {
		return true
	}
	eq := t.Equal
	if eq == nil {
		panic(errorString("comparing uncomparable type " + typeString(t)))
	}
	if t.IsDirectIface() {
		return x == y
	}
	// It looks at the values and keeps nothing.
	return eq(abi.NoEscape(x), abi.NoEscape(y))
}

func ifaceeq(tab *itab, x, y unsafe.Pointer) bool {
	if tab == nil {
		return true
	}
	return efaceeq(tab.Type, x, y)
}

// ---- hashes, as func values in map descriptors

// Strings and values of 4 and 8 bytes are hashed as internal/runtime/maps does it itself for maps with such keys: with AES, where the machine has
// it. Other values are hashed by multiplication, for they have often just been stored word by word, and AES would wait for that.

//go:linkname hashBytes internal/runtime/maps.memHashFallback
func hashBytes(p unsafe.Pointer, h, n uintptr) uintptr

// hashMemory is the hash of n bytes of a value; of none it is h. The functions of fixed sizes give the same.
func hashMemory(p unsafe.Pointer, h, n uintptr) uintptr {
	switch n {
	case 0:
		return h
	case 4:
		return maps.MemHash32(unaligned32(p), h)
	case 8:
		return maps.MemHash64(unaligned64(p), h)
	}
	return hashBytes(p, h, n)
}

func unaligned32(p unsafe.Pointer) uint32 {
	q := (*[4]byte)(p)
	if goarch.BigEndian {
		return byteorder.BEUint32(q[:])
	}
	return byteorder.LEUint32(q[:])
}

func unaligned64(p unsafe.Pointer) uint64 {
	q := (*[8]byte)(p)
	if goarch.BigEndian {
		return byteorder.BEUint64(q[:])
	}
	return byteorder.LEUint64(q[:])
}

func memhash(p unsafe.Pointer, h, n uintptr) uintptr { return maps.MemHash(p, h, n) }
func strhash(p unsafe.Pointer, h uintptr) uintptr    { return maps.StrHash(*(*string)(p), h) }
func memhash0(p unsafe.Pointer, h uintptr) uintptr   { return h }
func memhash8(p unsafe.Pointer, h uintptr) uintptr   { return hashBytes(p, h, 1) }
func memhash16(p unsafe.Pointer, h uintptr) uintptr  { return hashBytes(p, h, 2) }
func memhash32(p unsafe.Pointer, h uintptr) uintptr  { return maps.MemHash32(*(*uint32)(p), h) }
func memhash64(p unsafe.Pointer, h uintptr) uintptr  { return maps.MemHash64(*(*uint64)(p), h) }
func memhash128(p unsafe.Pointer, h uintptr) uintptr { return hashBytes(p, h, 16) }

// As many bits as a word has.
const (
	hashMul0 = 0x9e3779b97f4a7c15 & (1<<(8*goarch.PtrSize) - 1)
	hashMul1 = 0xd6e8feb86659fd93 & (1<<(8*goarch.PtrSize) - 1)
)

func f32hash(p unsafe.Pointer, h uintptr) uintptr {
	f := *(*float32)(p)
	switch {
	case f == 0:
		return hashMul1 * (hashMul0 ^ h) // +0 and -0 alike
	case f != f:
		return hashMul1 * (hashMul0 ^ h ^ uintptr(rand())) // no NaN equals another
	}
	return hashBytes(p, h, 4)
}

func f64hash(p unsafe.Pointer, h uintptr) uintptr {
	f := *(*float64)(p)
	switch {
	case f == 0:
		return hashMul1 * (hashMul0 ^ h)
	case f != f:
		return hashMul1 * (hashMul0 ^ h ^ uintptr(rand()))
	}
	return hashBytes(p, h, 8)
}

func c64hash(p unsafe.Pointer, h uintptr) uintptr  { return f32hash(add(p, 4), f32hash(p, h)) }
func c128hash(p unsafe.Pointer, h uintptr) uintptr { return f64hash(add(p, 8), f64hash(p, h)) }

func interhash(p unsafe.Pointer, h uintptr) uintptr {
	a := (*iface)(p)
	if a.tab == nil {
		return h
	}
	return hashInterfaceData(a.tab.Type, &a.data, h)
}

func nilinterhash(p unsafe.Pointer, h uintptr) uintptr {
	a := (*eface)(p)
	if a._type == nil {
		return h
	}
	return hashInterfaceData(a._type, &a.data, h)
}

func hashInterfaceData(t *_type, data *unsafe.Pointer, h uintptr) uintptr {
	if t.Equal == nil {
		panic(errorString("hash of unhashable type " + typeString(t)))
	}
	if t.IsDirectIface() {
		return hashMul1 * typehash(t, unsafe.Pointer(data), h^hashMul0)
	}
	return hashMul1 * typehash(t, *data, h^hashMul0)
}

// typehash hashes a value by its type: interfaces' data, and the keys of maps that reflection makes. A map may come to code that
// was compiled for its type, so this is the definition of toolchain/lower/src/alg.rs, step by step.
func typehash(t *_type, p unsafe.Pointer, h uintptr) uintptr {
	if t.TFlag&abi.TFlagRegularMemory != 0 {
		if t.Size_ == 8 && t.Align_ == 8 {
			return memhash64(p, h)
		}
		return hashMemory(p, h, t.Size_)
	}
	if isPlainMemory(t) {
		return hashMemory(p, h, t.Size_)
	}
	switch t.Kind() {
	case abi.Float32:
		return f32hash(p, h)
	case abi.Float64:
		return f64hash(p, h)
	case abi.Complex64:
		return c64hash(p, h)
	case abi.Complex128:
		return c128hash(p, h)
	case abi.String:
		return strhash(p, h)
	case abi.Interface:
		if len((*abi.InterfaceType)(unsafe.Pointer(t)).Methods) == 0 {
			return nilinterhash(p, h)
		}
		return interhash(p, h)
	case abi.Array:
		a := (*abi.ArrayType)(unsafe.Pointer(t))
		for i := uintptr(0); i < a.Len; i++ {
			h = typehash(a.Elem, add(p, i*a.Elem.Size_), h)
		}
		return h
	case abi.Struct:
		return hashFields((*abi.StructType)(unsafe.Pointer(t)), p, h)
	}
	panic(errorString("hash of unhashable type " + typeString(t)))
}

// hashFields hashes fields in order, plain ones without padding between them as one piece of memory. Blank fields do not count.
func hashFields(t *abi.StructType, p unsafe.Pointer, h uintptr) uintptr {
	var start, end uintptr // the plain memory not hashed yet
	for i := range t.Fields {
		f := &t.Fields[i]
		if f.Name.IsBlank() || f.Typ.Size_ == 0 {
			continue
		}
		plain := isPlainMemory(f.Typ)
		if !plain || f.Offset != end {
			h = hashMemory(add(p, start), h, end-start)
			start, end = f.Offset, f.Offset
		}
		if plain {
			end += f.Typ.Size_
		} else {
			h = typehash(f.Typ, add(p, f.Offset), h)
		}
	}
	return hashMemory(add(p, start), h, end-start)
}

// isPlainMemory reports whether equal memory means equal values of the comparable type t. Types that reflection makes need not
// have the flag.
func isPlainMemory(t *_type) bool {
	if t.TFlag&abi.TFlagRegularMemory != 0 {
		return true
	}
	switch t.Kind() {
	case abi.Array:
		a := (*abi.ArrayType)(unsafe.Pointer(t))
		return a.Len == 0 || isPlainMemory(a.Elem)
	case abi.Struct:
		var end uintptr
		s := (*abi.StructType)(unsafe.Pointer(t))
		for i := range s.Fields {
			f := &s.Fields[i]
			if f.Name.IsBlank() || f.Offset != end || !isPlainMemory(f.Typ) {
				return false
			}
			end += f.Typ.Size_
		}
		return end == t.Size_
	case abi.Bool, abi.Int8, abi.Uint8, abi.Int16, abi.Uint16, abi.Int32, abi.Uint32, abi.Int, abi.Uint,
		abi.Int64, abi.Uint64, abi.Uintptr, abi.Pointer, abi.UnsafePointer, abi.Chan:
		return true
	}
	return false
}

//go:linkname reflect_typehash reflect.typehash
func reflect_typehash(t *_type, p unsafe.Pointer, h uintptr) uintptr { return typehash(t, p, h) }
