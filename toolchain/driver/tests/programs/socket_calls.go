// Socket calls, which some machines make by one system call with a record of the arguments. What arguments point at is in
// stacks that move whenever they may.
// env OXIGO_STACKSTRESS=1
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Two sockets for datagrams.
func datagrams() {
	var fds [2]int
	for i := range fds {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
		must(err)
		must(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
		fds[i] = fd
	}
	to, err := syscall.Getsockname(fds[1])
	must(err)
	var text [32]byte
	must(syscall.Sendmsg(fds[0], []byte("message"), nil, to, 0))
	n, _, _, from, err := syscall.Recvmsg(fds[1], text[:], nil, 0)
	must(err)
	fmt.Println(string(text[:n]))
	must(syscall.Sendto(fds[1], []byte("plain"), 0, from))
	n, _, err = syscall.Recvfrom(fds[0], text[:], 0)
	must(err)
	kind, err := syscall.GetsockoptInt(fds[0], syscall.SOL_SOCKET, syscall.SO_TYPE)
	must(err)
	fmt.Println(kind == syscall.SOCK_DGRAM, string(text[:n]))
	for _, fd := range fds {
		must(syscall.Close(fd))
	}
	_, _, err = syscall.Recvfrom(fds[0], text[:], 0)
	_, err2 := syscall.Getsockname(fds[0])
	fmt.Println(err, err2)
}

// A server and its client.
func stream() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	done := make(chan string)
	go func() {
		c, err := l.Accept()
		must(err)
		must(c.(*net.TCPConn).SetNoDelay(true))
		all, err := io.ReadAll(c)
		must(err)
		_, err = c.Write([]byte("heard "))
		must(err)
		must(c.Close())
		done <- string(all)
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	must(err)
	fmt.Println(c.RemoteAddr().String() == l.Addr().String(), c.LocalAddr().(*net.TCPAddr).Port != 0)
	_, err = c.Write([]byte("hello"))
	must(err)
	must(c.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(c)
	must(err)
	fmt.Println(string(answer) + <-done)
	must(l.Close())
	_, err = net.Dial("tcp", l.Addr().String())
	fmt.Println(errors.Is(err, syscall.ECONNREFUSED))
}

func main() {
	datagrams()
	stream()
}

/* output
message
true plain
bad file descriptor bad file descriptor
true true
heard hello
true
*/
