// The calendar of qemu's riscv64 machine, read and used as an alarm clock without an operating system:
//
//	oxigo run --target none/riscv64 examples/alarm.go
package main

import (
	"fmt"
	"oxigo/machine"
	"time"
)

// The calendar's registers, and its line of the interrupt controller.
const (
	registers = 0x101000
	line      = 11

	timeLow, timeHigh   = registers + 0x00, registers + 0x04
	alarmLow, alarmHigh = registers + 0x08, registers + 0x0c
	enabled             = registers + 0x10
	clear               = registers + 0x1c
)

// Reading the low half keeps the high one.
func now() int64 {
	low := machine.Load32(timeLow)
	return int64(machine.Load32(timeHigh))<<32 | int64(low)
}

func main() {
	fmt.Println("it is", time.Unix(0, now()).UTC().Format(time.DateTime))
	alarm, err := machine.Listen(line)
	if err != nil {
		panic(err)
	}
	machine.Store32(enabled, 1)
	for i := range 3 {
		at := now() + int64(300*time.Millisecond)
		machine.Store32(alarmHigh, uint32(at>>32))
		machine.Store32(alarmLow, uint32(at))
		// Other goroutines run meanwhile, or the processor sleeps.
		if err := alarm.Wait(); err != nil {
			panic(err)
		}
		machine.Store32(clear, 1)
		fmt.Println("alarm", i, time.Duration(now()-at) < time.Second)
	}
}
