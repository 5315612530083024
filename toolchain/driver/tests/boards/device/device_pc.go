//go:build amd64 || 386

package main

import (
	"oxigo/machine"
	"time"
)

const clockLine = 0

func cmos(register uint8) int {
	machine.Out8(0x70, register)
	v := int(machine.In8(0x71))
	return v>>4*10 + v&15
}

func calendar() int64 {
	for {
		second := cmos(0)
		at := time.Date(2000+cmos(9), time.Month(cmos(8)), cmos(7), cmos(4), cmos(2), second, 0, time.UTC)
		if cmos(0) == second {
			return at.Unix()
		}
	}
}

// The second comparator of the HPET has the line of the calendar's interrupts; the first is the runtime's clock.
func alarm() device {
	const size, configuration, comparator, counter = 1 << 10, 0x120, 0x128, 0xf0
	hpet, err := machine.Map(0xfed0_0000, size)
	if err != nil {
		panic(err)
	}
	period := int64(machine.Load32(hpet + 4))
	return device{
		name: "HPET", line: 8, finest: time.Millisecond,
		start: func(after time.Duration) {
			const enabled = 4
			now := machine.Load64(hpet + counter)
			machine.Store64(hpet+comparator, now+uint64(int64(after)*1_000_000/period))
			machine.Store64(hpet+configuration, machine.Load64(hpet+configuration)|enabled)
		},
		calm: func() {},
	}
}
