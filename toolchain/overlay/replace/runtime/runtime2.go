// Package runtime is the Go half of Oxigo's runtime. The other half is Rust (rt-core): functions
// declared here without a body are its hooks (rt-core/src/hooks/list.rs) or assembly routines.
//
// What Go code and Rust both have in memory (g, m, p, _defer, _panic, hchan, mcache and others) is declared in records.go, which the
// compiler prints from the table of records (reflect/src/records/table.rs).
//
// Reading order: runtime2 (layouts), proc (start, goroutines), panic, error, print,
// string, slice, malloc, mbarrier, iface, alg, map, chan, time, synctest, mfinal, symtab, extern, debug.
package runtime

import (
	"internal/abi"
	"internal/runtime/maps"
	"unsafe"
)

type _type = abi.Type
type itab = abi.ITab
type mapType = abi.MapType

func getg() *g

type funcval struct {
	fn uintptr
}

type eface struct {
	_type *_type
	data  unsafe.Pointer
}

type iface struct {
	tab  *itab
	data unsafe.Pointer
}

type slice struct {
	array unsafe.Pointer
	len   int
	cap   int
}

type stringStruct struct {
	str unsafe.Pointer
	len int
}

// A deferHead collects the defers of a range-over-func body, which attach to the outer function.
type deferHead struct {
	first  *_defer
	closed bool
}

func efaceOf(p *any) *eface { return (*eface)(unsafe.Pointer(p)) }

func add(p unsafe.Pointer, x uintptr) unsafe.Pointer {
	return unsafe.Pointer(uintptr(p) + x)
}

func typeString(t *_type) string { return rtypeOf(t).string() }

// Keeps the package's import of maps honest where only linknames use it.
var _ = (*maps.Map)(nil)
