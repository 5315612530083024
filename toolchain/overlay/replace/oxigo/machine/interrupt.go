package machine

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// An Interrupt is a line of the machine's interrupt controller that the program listens to.
//
// No Go code runs in an interrupt. The runtime masks the line and wakes the goroutine that waits, which sees to the device; the next
// Wait lets the line in again. So a device that asks until somebody has seen to it is asked once each time.
type Interrupt struct {
	file *os.File
	line int
}

// Listen lets a line's interrupts in. Its number is the controller's: the GIC's (32 and above for devices), the PLIC's, or on amd64
// and 386 that of the two 8259, 0 to 15. A line is listened to once at a time; that of the runtime's clock belongs to it.
func Listen(line int) (*Interrupt, error) {
	fd, _, e := syscall.RawSyscall(callListen, uintptr(line), 0, 0)
	switch e {
	case 0:
		return &Interrupt{os.NewFile(fd, fmt.Sprint("interrupt ", line)), line}, nil
	case syscall.EBUSY:
		return nil, fmt.Errorf("machine: somebody listens to line %d already", line)
	case syscall.EMFILE:
		return nil, fmt.Errorf("machine: line %d: too many are listened to", line)
	}
	return nil, fmt.Errorf("machine: there is no line %d for programs", line)
}

// Wait returns when the interrupt has come since Wait has last returned, or with the error of the deadline (os.ErrDeadlineExceeded)
// or of a closed one (os.ErrClosed). The device must have been seen to before.
func (i *Interrupt) Wait() error {
	var count [4]byte
	_, err := i.file.Read(count[:])
	return err
}

// SetDeadline says when Wait gives up; the zero time: never.
func (i *Interrupt) SetDeadline(t time.Time) error { return i.file.SetReadDeadline(t) }

// Line returns its number.
func (i *Interrupt) Line() int { return i.line }

// Close masks the line and lets others listen to it. Who waits gets an error.
func (i *Interrupt) Close() error { return i.file.Close() }
