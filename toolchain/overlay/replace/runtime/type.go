package runtime

import (
	"internal/abi"
	"unsafe"
)

// An rtype is a type descriptor with the runtime's methods on it.
type rtype struct{ *abi.Type }

func rtypeOf(t *abi.Type) rtype { return rtype{t} }

// The image's address range of type data, to which offsets in descriptors refer; set at start.
var typesStart, typesEnd uintptr

// imageTypes returns the range of type data, the compiled types for reflection sorted by string,
// and the static interface tables.
func imageTypes() (start, end uintptr, links unsafe.Pointer, nlinks int, itabs unsafe.Pointer, nitabs int)

// textOff returns the code address of function number i of the image.
func textOff(i int32) uintptr

func (t rtype) nameOff(off abi.NameOff) abi.Name {
	return abi.Name{Bytes: (*byte)(resolveNameOff(unsafe.Pointer(t.Type), int32(off)))}
}
func (t rtype) typeOff(off abi.TypeOff) *_type {
	return (*_type)(resolveTypeOff(unsafe.Pointer(t.Type), int32(off)))
}

func (t rtype) string() string {
	s := t.nameOff(t.Str).Name()
	if t.TFlag&abi.TFlagExtraStar != 0 {
		return s[1:]
	}
	return s
}

func (t rtype) pkgpath() string {
	if u := t.Uncommon(); u != nil {
		return t.nameOff(u.PkgPath).Name()
	}
	switch t.Kind() {
	case abi.Struct:
		return (*abi.StructType)(unsafe.Pointer(t.Type)).PkgPath.Name()
	case abi.Interface:
		return (*abi.InterfaceType)(unsafe.Pointer(t.Type)).PkgPath.Name()
	}
	return ""
}

func inImage(p unsafe.Pointer) bool {
	return typesStart <= uintptr(p) && uintptr(p) < typesEnd
}

// Offsets of names, types and code that reflection made at run time: they are negative.
var reflectOffs struct {
	lock uint32
	next int32
	m    map[int32]unsafe.Pointer
	inv  map[unsafe.Pointer]int32
}

func resolveNameOff(base unsafe.Pointer, off int32) unsafe.Pointer {
	if off == 0 {
		return nil
	}
	if off > 0 {
		return unsafe.Pointer(typesStart + uintptr(off))
	}
	return reflectOff(off, "runtime: name offset out of range")
}

func resolveTypeOff(base unsafe.Pointer, off int32) unsafe.Pointer {
	if off == 0 || off == -1 {
		return nil
	}
	if off > 0 {
		return unsafe.Pointer(typesStart + uintptr(off))
	}
	return reflectOff(off, "runtime: type offset out of range")
}

func resolveTextOff(base unsafe.Pointer, off int32) unsafe.Pointer {
	if off == -1 {
		// A method that nothing can call was left out.
		return unsafe.Pointer(funcCode(unreachableMethod))
	}
	if off >= 0 {
		return unsafe.Pointer(textOff(off))
	}
	return reflectOff(off, "runtime: text offset out of range")
}

func funcCode(f func()) uintptr { return (*(**funcval)(unsafe.Pointer(&f))).fn }

func reflectOff(off int32, msg string) unsafe.Pointer {
	spinLock(&reflectOffs.lock)
	p := reflectOffs.m[off]
	spinUnlock(&reflectOffs.lock)
	if p == nil {
		throw(msg)
	}
	return p
}

//go:linkname reflect_addReflectOff reflect.addReflectOff
func reflect_addReflectOff(p unsafe.Pointer) int32 {
	spinLock(&reflectOffs.lock)
	if reflectOffs.m == nil {
		reflectOffs.m = make(map[int32]unsafe.Pointer)
		reflectOffs.inv = make(map[unsafe.Pointer]int32)
		// -1 has a meaning of its own.
		reflectOffs.next = -2
	}
	id, ok := reflectOffs.inv[p]
	if !ok {
		id = reflectOffs.next
		reflectOffs.next--
		reflectOffs.m[id] = p
		reflectOffs.inv[p] = id
	}
	spinUnlock(&reflectOffs.lock)
	return id
}

//go:linkname reflect_resolveNameOff reflect.resolveNameOff
func reflect_resolveNameOff(base unsafe.Pointer, off int32) unsafe.Pointer {
	return resolveNameOff(base, off)
}

//go:linkname reflect_resolveTypeOff reflect.resolveTypeOff
func reflect_resolveTypeOff(base unsafe.Pointer, off int32) unsafe.Pointer {
	return resolveTypeOff(base, off)
}

//go:linkname reflect_resolveTextOff reflect.resolveTextOff
func reflect_resolveTextOff(base unsafe.Pointer, off int32) unsafe.Pointer {
	return resolveTextOff(base, off)
}

//go:linkname reflectlite_resolveNameOff internal/reflectlite.resolveNameOff
func reflectlite_resolveNameOff(base unsafe.Pointer, off int32) unsafe.Pointer {
	return resolveNameOff(base, off)
}

//go:linkname reflectlite_resolveTypeOff internal/reflectlite.resolveTypeOff
func reflectlite_resolveTypeOff(base unsafe.Pointer, off int32) unsafe.Pointer {
	return resolveTypeOff(base, off)
}

//go:linkname reflect_compiledTypelinks reflect.compiledTypelinks
func reflect_compiledTypelinks() ([]*abi.Type, [][]*abi.Type) {
	_, _, links, n, _, _ := imageTypes()
	return unsafe.Slice((**abi.Type)(links), n), nil
}

//go:linkname maps_typeString internal/runtime/maps.typeString
func maps_typeString(t *abi.Type) string { return typeString(t) }

// A spin lock for short sections of Go code. The holder must not be preempted for long: it yields
// to other goroutines only when it allocates.
func spinLock(l *uint32) {
	for !cas32(l, 0, 1) {
		Gosched()
	}
}

func spinUnlock(l *uint32) { store32(l, 0) }
