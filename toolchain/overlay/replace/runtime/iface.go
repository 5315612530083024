package runtime

import (
	"internal/abi"
	"unsafe"
)

// ---- interface tables
//
// A hash table of itabs, keyed by interface and concrete type, open addressing. Readers take no
// lock: a table is replaced when it grows, and entries are only added.

type itabTable struct {
	size    uintptr // a power of 2
	count   uintptr
	entries []*itab
}

var (
	itabs     *itabTable
	itabsLock uint32
)

func itabHash(inter *abi.InterfaceType, typ *_type) uintptr {
	return uintptr(inter.Type.Hash ^ typ.Hash)
}

func (t *itabTable) find(inter *abi.InterfaceType, typ *_type) *itab {
	mask := t.size - 1
	h := itabHash(inter, typ) & mask
	for i := uintptr(1); ; i++ {
		m := (*itab)(loadPointer(unsafe.Pointer(&t.entries[h])))
		if m == nil {
			return nil
		}
		if m.Inter == inter && m.Type == typ {
			return m
		}
		h = (h + i) & mask
	}
}

func (t *itabTable) add(m *itab) {
	mask := t.size - 1
	h := itabHash(m.Inter, m.Type) & mask
	for i := uintptr(1); ; i++ {
		p := &t.entries[h]
		if *p == m {
			return
		}
		if *p == nil {
			storePointer(unsafe.Pointer(p), unsafe.Pointer(m))
			t.count++
			return
		}
		h = (h + i) & mask
	}
}

func newItabTable(size uintptr) *itabTable {
	return &itabTable{size: size, entries: make([]*itab, size)}
}

func loadPointer(p unsafe.Pointer) unsafe.Pointer {
	return unsafe.Pointer(loadUintptr((*uintptr)(p)))
}

func storePointer(p unsafe.Pointer, v unsafe.Pointer) {
	atomicwb((*unsafe.Pointer)(p), v)
	storeUintptr((*uintptr)(p), uintptr(v))
}

// itabsInit enters the compiler's static tables.
func itabsInit() {
	_, _, _, _, base, n := imageTypes()
	size := uintptr(512)
	for size*3/4 < uintptr(n)*2 {
		size *= 2
	}
	t := newItabTable(size)
	for _, m := range unsafe.Slice((**itab)(base), n) {
		t.add(m)
	}
	itabs = t
	for i := range itabCache {
		itabCache[i] = uintptr(unsafe.Pointer(&noItab))
	}
}

// itabCache has tables that were asked for, each at the remainder of its hash. An entry is one
// word, read and written without a lock. Compiled assertions look here themselves (lower/src/iface.rs
// knows the size); so there is a table everywhere, at first one of no type.
var (
	itabCache [1024]uintptr
	noItab    itab
)

// findItab finds or makes the table of typ for inter. If typ lacks one of
// inter's, the table's first function is 0.
func findItab(inter *abi.InterfaceType, typ *_type) *itab {
	p := &itabCache[itabHash(inter, typ)%uintptr(len(itabCache))]
	m := (*itab)(loadPointer(unsafe.Pointer(p)))
	if m.Type != typ || m.Inter != inter {
		m = findItabSlow(inter, typ)
		storeUintptr(p, uintptr(unsafe.Pointer(m)))
	}
	return m
}

func findItabSlow(inter *abi.InterfaceType, typ *_type) *itab {
	if len(inter.Methods) == 0 {
		throw("internal error - misuse of itab")
	}
	m := (*itabTable)(loadPointer(unsafe.Pointer(&itabs))).find(inter, typ)
	if m != nil {
		return m
	}
	size := unsafe.Sizeof(itab{}) + uintptr(len(inter.Methods)-1)*8
	// Its pointers are to static data or to types that reflection keeps.
	m = (*itab)(persistentalloc(size))
	m.Inter = inter
	m.Type = typ
	// No direct use of the hash: type switches on this table's type are by typeAssert.
	m.Hash = typ.Hash
	if typ.TFlag&abi.TFlagUncommon == 0 || itabFill(m) != "" {
		m.Fun[0] = 0
	}
	spinLock(&itabsLock)
	if old := itabs.find(inter, typ); old != nil {
		m = old
	} else {
		t := itabs
		if t.count*4 >= t.size*3 {
			bigger := newItabTable(t.size * 2)
			for _, e := range t.entries {
				if e != nil {
					bigger.add(e)
				}
			}
			storePointer(unsafe.Pointer(&itabs), unsafe.Pointer(bigger))
			t = bigger
		}
		t.add(m)
	}
	spinUnlock(&itabsLock)
	return m
}

// getitab finds or makes the table of typ for inter. If typ lacks a method it returns nil or,
// unless canfail, panics.
func getitab(inter *abi.InterfaceType, typ *_type, canfail bool) *itab {
	if typ.TFlag&abi.TFlagUncommon == 0 {
		if canfail {
			return nil
		}
		name := rtypeOf(&inter.Type).nameOff(inter.Methods[0].Name)
		panic(&TypeAssertionError{nil, typ, &inter.Type, name.Name()})
	}
	m := findItab(inter, typ)
	if m.Fun[0] != 0 {
		return m
	}
	if canfail {
		return nil
	}
	panic(&TypeAssertionError{concrete: typ, asserted: &inter.Type, missingMethod: itabFill(m)})
}

// Memory that is never freed and not scanned.
func persistentalloc(size uintptr) unsafe.Pointer

// itabFill looks up the methods of m.Inter in m.Type, both sorted by name, and stores their code
// addresses. It returns the name of the first missing method.
func itabFill(m *itab) string {
	inter, typ := m.Inter, m.Type
	x := typ.Uncommon()
	ni, nt := len(inter.Methods), int(x.Mcount)
	methods := unsafe.Slice((*abi.Method)(add(unsafe.Pointer(x), uintptr(x.Moff))), nt)
	fun := unsafe.Slice((*unsafe.Pointer)(unsafe.Pointer(&m.Fun[0])), ni)
	var fun0 unsafe.Pointer
	it, tt := rtypeOf(&inter.Type), rtypeOf(typ)
	j := 0
next:
	for k := 0; k < ni; k++ {
		im := &inter.Methods[k]
		itype := it.typeOff(im.Typ)
		name := it.nameOff(im.Name)
		iname := name.Name()
		ipkg := pkgPath(name)
		if ipkg == "" {
			ipkg = inter.PkgPath.Name()
		}
		for ; j < nt; j++ {
			t := &methods[j]
			tname := tt.nameOff(t.Name)
			if tt.typeOff(t.Mtyp) != itype || tname.Name() != iname {
				continue
			}
			if !tname.IsExported() {
				pkg := pkgPath(tname)
				if pkg == "" {
					pkg = tt.nameOff(x.PkgPath).Name()
				}
				if pkg != ipkg {
					continue
				}
			}
			code := resolveTextOff(unsafe.Pointer(typ), int32(t.Ifn))
			if k == 0 {
				// Stored last: a zero Fun[0] means "does not implement".
				fun0 = code
			} else {
				*(*uintptr)(unsafe.Pointer(&fun[k])) = uintptr(code)
			}
			continue next
		}
		return iname
	}
	m.Fun[0] = uintptr(fun0)
	return ""
}

func pkgPath(n abi.Name) string {
	if n.Bytes == nil || *n.Data(0)&(1<<2) == 0 {
		return ""
	}
	i, l := n.ReadVarint(1)
	off := 1 + i + l
	if n.HasTag() {
		i2, l2 := n.ReadVarint(off)
		off += i2 + l2
	}
	var nameOff abi.NameOff
	copy((*[4]byte)(unsafe.Pointer(&nameOff))[:], (*[4]byte)(unsafe.Pointer(n.Data(off)))[:])
	return abi.Name{Bytes: (*byte)(resolveNameOff(unsafe.Pointer(n.Bytes), int32(nameOff)))}.Name()
}

// ---- assertions

func panicdottypeE(have, want, inter *_type) { panic(&TypeAssertionError{inter, have, want, ""}) }

func panicdottypeI(have *itab, want, inter *_type) {
	var t *_type
	if have != nil {
		t = have.Type
	}
	panicdottypeE(t, want, inter)
}

func panicnildottype(want *_type) { panic(&TypeAssertionError{nil, nil, want, ""}) }

// assertE2IAt is x.(I) at a place that remembers one table, where that is not the one of t.
func assertE2IAt(inter *abi.InterfaceType, t *_type, site *uintptr) *itab {
	if t == nil {
		panic(&TypeAssertionError{nil, nil, &inter.Type, ""})
	}
	m := getitab(inter, t, false)
	rememberItab(site, m)
	return m
}

// assertE2I2At is the same for x, ok := x.(I) of a t that is not nil; such a place may also
// remember that a type lacks a method.
func assertE2I2At(inter *abi.InterfaceType, t *_type, site *uintptr) *itab {
	m := findItab(inter, t)
	rememberItab(site, m)
	if m.Fun[0] == 0 {
		return nil
	}
	return m
}

// rememberItab notes the first table that a place has asked for. Until then it has one of no type,
// which is its own type.
func rememberItab(site *uintptr, m *itab) {
	old := (*itab)(loadPointer(unsafe.Pointer(site)))
	if unsafe.Pointer(old.Type) == unsafe.Pointer(old) {
		storeUintptr(site, uintptr(unsafe.Pointer(m)))
	}
}

// typeAssert is x.(I) through a call site's record. Its cache stays empty: the table above is
// itself a hash look-up without a lock.
func typeAssert(s *abi.TypeAssert, t *_type) *itab {
	if t == nil {
		if !s.CanFail {
			panic(&TypeAssertionError{nil, nil, &s.Inter.Type, ""})
		}
		return nil
	}
	return getitab(s.Inter, t, s.CanFail)
}

// interfaceSwitch finds the first case that t implements.
func interfaceSwitch(s *abi.InterfaceSwitch, t *_type) (int, *itab) {
	cases := unsafe.Slice(&s.Cases[0], s.NCases)
	for i, c := range cases {
		if tab := getitab(c, t, true); tab != nil {
			return i, tab
		}
	}
	return len(cases), nil
}

var emptyTypeAssertCache = abi.TypeAssertCache{Mask: 0}
var emptyInterfaceSwitchCache = abi.InterfaceSwitchCache{Mask: 0}

func ifaceE2I(inter *abi.InterfaceType, e eface, dst *iface) {
	t := e._type
	if t == nil {
		panic(&TypeAssertionError{nil, nil, &inter.Type, ""})
	}
	dst.tab = getitab(inter, t, false)
	dst.data = e.data
}

//go:linkname reflect_ifaceE2I reflect.ifaceE2I
func reflect_ifaceE2I(inter *abi.InterfaceType, e eface, dst *iface) { ifaceE2I(inter, e, dst) }

//go:linkname reflectlite_ifaceE2I internal/reflectlite.ifaceE2I
func reflectlite_ifaceE2I(inter *abi.InterfaceType, e eface, dst *iface) { ifaceE2I(inter, e, dst) }

// ---- conversions to interface data words

func convT(t *_type, v unsafe.Pointer) unsafe.Pointer {
	p := mallocgc(t.Size_, t, false)
	memmove(p, v, t.Size_)
	return p
}

func convTnoptr(t *_type, v unsafe.Pointer) unsafe.Pointer {
	p := mallocgc(t.Size_, nil, false)
	memmove(p, v, t.Size_)
	return p
}

func convT16(val uint16) unsafe.Pointer {
	if val < 256 {
		return unsafe.Pointer(&staticuint64s[val])
	}
	p := mallocgc(2, nil, false)
	*(*uint16)(p) = val
	return p
}

func convT32(val uint32) unsafe.Pointer {
	if val < 256 {
		return unsafe.Pointer(&staticuint64s[val])
	}
	p := mallocgc(4, nil, false)
	*(*uint32)(p) = val
	return p
}

func convT64(val uint64) unsafe.Pointer {
	if val < 256 {
		return unsafe.Pointer(&staticuint64s[val])
	}
	p := mallocgc(8, nil, false)
	*(*uint64)(p) = val
	return p
}

func convTstring(val string) unsafe.Pointer {
	if val == "" {
		return unsafe.Pointer(&zeroVal[0])
	}
	p := new(string)
	*p = val
	return unsafe.Pointer(p)
}

func convTslice(val []byte) unsafe.Pointer {
	if val == nil {
		return unsafe.Pointer(&zeroVal[0])
	}
	p := new([]byte)
	*p = val
	return unsafe.Pointer(p)
}

//go:linkname getStaticuint64s runtime.getStaticuint64s
func getStaticuint64s() *[256]uint64 { return &staticuint64s }

// staticuint64s backs interface values of small integers.
var staticuint64s = [256]uint64{
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
