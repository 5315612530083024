package maps

import "unsafe"

// UseGroup gives an empty map room for its first entries: a group's worth of zeroes that lives at least as long as the map.
func (m *Map) UseGroup(group unsafe.Pointer) {
	g := groupReference{data: group}
	g.ctrls().setEmpty()
	m.dirPtr = group
}
