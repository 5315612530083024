// A pair of sockets, with a message that brings a descriptor along, through calls that some machines make by one system call with a
// record of the arguments. What arguments point at is in stacks that move whenever they may.
// env OXIGO_STACKSTRESS=1
package main

import (
	"fmt"
	"syscall"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)
	must(err)
	must(syscall.Sendmsg(fds[0], []byte("with rights"), syscall.UnixRights(fds[0]), nil, 0))
	var text [32]byte
	var more [64]byte
	n, m, _, _, err := syscall.Recvmsg(fds[1], text[:], more[:], 0)
	must(err)
	messages, err := syscall.ParseSocketControlMessage(more[:m])
	must(err)
	rights, err := syscall.ParseUnixRights(&messages[0])
	must(err)
	fmt.Println(string(text[:n]), len(rights))
	kind, err := syscall.GetsockoptInt(rights[0], syscall.SOL_SOCKET, syscall.SO_TYPE)
	must(err)
	must(syscall.Sendto(fds[1], []byte("plain"), 0, nil))
	n, _, err = syscall.Recvfrom(fds[0], text[:], 0)
	must(err)
	fmt.Println(kind == syscall.SOCK_DGRAM, string(text[:n]))
	for _, fd := range append(rights, fds[:]...) {
		must(syscall.Close(fd))
	}
	_, _, err = syscall.Recvfrom(fds[0], text[:], 0)
	_, err2 := syscall.Getsockname(fds[0])
	fmt.Println(err, err2)
}

/* output
with rights 1
true plain
bad file descriptor bad file descriptor
*/
