package runtime

import "internal/runtime/atomic"

func storeUintptr(p *uintptr, v uintptr)           { atomic.Storeuintptr(p, v) }
func swapUintptr(p *uintptr, v uintptr) uintptr    { return atomic.Xchguintptr(p, v) }
func casUintptr(p *uintptr, old, new uintptr) bool { return atomic.Casuintptr(p, old, new) }
func cas32(p *uint32, old, new uint32) bool        { return atomic.Cas(p, old, new) }
func store32(p *uint32, v uint32)                  { atomic.Store(p, v) }
func load32(p *uint32) uint32                      { return atomic.Load(p) }
func loadUintptr(p *uintptr) uintptr               { return atomic.Loaduintptr(p) }
