package main

import (
	"oxigo/machine"
	"time"
)

// The runtime's clock has no line here; 0 is none.
const clockLine = 0

func rtc() uintptr {
	at, err := machine.Map(0x10_1000, 0x1000)
	if err != nil {
		panic(err)
	}
	return at
}

// Nanoseconds since 1970: reading the low half keeps the high one.
func now() int64 {
	low := machine.Load32(rtc())
	return int64(machine.Load32(rtc()+4))<<32 | int64(low)
}

func calendar() int64 { return now() / 1e9 }

// The goldfish calendar.
func alarm() device {
	const low, high, enabled, forget, clear = 8, 0xc, 0x10, 0x14, 0x1c
	at := rtc()
	return device{
		name: "goldfish", line: 11, finest: time.Millisecond,
		start: func(after time.Duration) {
			when := now() + int64(after)
			machine.Store32(at+enabled, 1)
			machine.Store32(at+high, uint32(when>>32))
			machine.Store32(at+low, uint32(when))
		},
		calm: func() {
			machine.Store32(at+forget, 1)
			machine.Store32(at+clear, 1)
		},
	}
}
