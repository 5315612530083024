// only none
// limit 120

// Sockets by the machine's own link: 127.0.0.1 is there without a network device, and nothing else is.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func timedOut(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout() && errors.Is(err, os.ErrDeadlineExceeded)
}

func echo() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	var all sync.WaitGroup
	for i := range 20 {
		all.Add(1)
		go func() {
			defer all.Done()
			c, err := net.Dial("tcp", l.Addr().String())
			check(err)
			defer c.Close()
			text := strings.Repeat(string(rune('a'+i)), 100_000)
			go func() {
				io.WriteString(c, text)
				c.(*net.TCPConn).CloseWrite()
			}()
			got, err := io.ReadAll(c)
			check(err)
			if string(got) != text {
				panic(len(got))
			}
		}()
	}
	all.Wait()
	check(l.Close())
	_, err = net.Dial("tcp", l.Addr().String())
	fmt.Println("echo; afterwards refused:", errors.Is(err, syscall.ECONNREFUSED))
}

func deadlines() {
	l, err := net.Listen("tcp", "localhost:0")
	check(err)
	defer l.Close()
	l.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = l.Accept()
	fmt.Println("accept timed out:", timedOut(err))
	l.(*net.TCPListener).SetDeadline(time.Time{})
	c, err := net.Dial("tcp", l.Addr().String())
	check(err)
	defer c.Close()
	s, err := l.Accept()
	check(err)
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	fmt.Println("read timed out:", timedOut(err))
	c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	n := 0
	for err = nil; err == nil; {
		var k int
		k, err = c.Write(make([]byte, 10_000))
		n += k
	}
	fmt.Println("write timed out:", timedOut(err), n >= 60_000 && n < 200_000)
	go func() {
		time.Sleep(20 * time.Millisecond)
		s.Close()
		c.Close()
	}()
	c.SetDeadline(time.Time{})
	_, err = c.Read(make([]byte, 1))
	fmt.Println("read ended:", err != nil)
}

func datagrams() {
	p, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(err)
	defer p.Close()
	go func() {
		b := make([]byte, 2000)
		for {
			n, from, err := p.ReadFrom(b)
			if err != nil {
				return
			}
			p.WriteTo(append([]byte("to you: "), b[:n]...), from)
		}
	}()
	c, err := net.Dial("udp", p.LocalAddr().String())
	check(err)
	defer c.Close()
	for i := range 3 {
		fmt.Fprintf(c, "datagram %d", i)
		b := make([]byte, 100)
		n, err := c.Read(b)
		check(err)
		fmt.Printf("%s\n", b[:n])
	}
	c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	fmt.Println("read timed out:", timedOut(err))
}

func web() {
	l, err := net.Listen("tcp", ":8080")
	check(err)
	large := strings.Repeat("large ", 200_000)
	mux := http.NewServeMux()
	mux.HandleFunc("/hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello, %s", r.PathValue("name"))
	})
	mux.HandleFunc("POST /length", func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, large) })
	server := &http.Server{Handler: mux}
	done := make(chan error)
	go func() { done <- server.Serve(l) }()
	get := func(url string) string {
		r, err := http.Get(url)
		check(err)
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		check(err)
		return string(text)
	}
	for range 200 {
		if get("http://localhost:8080/hello/there") != "hello, there" {
			panic("not there")
		}
	}
	fmt.Println(get("http://127.0.0.1:8080/hello/world"), get("http://127.0.0.1:8080/large") == large)
	r, err := http.Post("http://127.0.0.1:8080/length", "text/plain", strings.NewReader(large))
	check(err)
	text, err := io.ReadAll(r.Body)
	check(err)
	fmt.Println("length", string(text), r.Status)
	check(server.Shutdown(context.Background()))
	fmt.Println(<-done)
}

func main() {
	echo()
	deadlines()
	datagrams()
	web()
	_, err := net.Dial("tcp", "10.0.2.2:80")
	fmt.Println(err)
	_, err = net.LookupHost("example.org")
	fmt.Println(err)
	_, err = net.Listen("tcp6", "[::1]:0")
	fmt.Println(err)
}

/* output
echo; afterwards refused: true
accept timed out: true
read timed out: true
write timed out: true true
read ended: true
to you: datagram 0
to you: datagram 1
to you: datagram 2
read timed out: true
hello, world true
length 1200000 200 OK
http: Server closed
dial tcp 10.0.2.2:80: connect: network is down
lookup example.org on [::1]:53: dial udp [::1]:53: socket: address family not supported by protocol
listen tcp6 [::1]:0: socket: address family not supported by protocol
*/
