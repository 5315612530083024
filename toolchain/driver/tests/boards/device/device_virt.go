//go:build arm64 || arm

package main

import (
	"oxigo/machine"
	"time"
)

const clockLine = 27

func rtc() uintptr {
	at, err := machine.Map(0x0901_0000, 0x1000)
	if err != nil {
		panic(err)
	}
	return at
}

func calendar() int64 { return int64(machine.Load32(rtc())) }

// The calendar PL031, which counts seconds; the processor's timers have no registers in memory.
func alarm() device {
	const match, mask, clear = 4, 0x10, 0x1c
	at := rtc()
	return device{
		name: "PL031", line: 34, finest: time.Second,
		start: func(after time.Duration) {
			machine.Store32(at+match, machine.Load32(at)+uint32(after/time.Second))
			machine.Store32(at+mask, 1)
		},
		calm: func() {
			machine.Store32(at+mask, 0)
			machine.Store32(at+clear, 1)
		},
	}
}
