// Asks machine.go's server: client PORT TLSPORT REQUESTS.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const workers = 4

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func read(r *http.Response, err error) []byte {
	check(err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	check(err)
	if r.StatusCode != 200 {
		check(fmt.Errorf("%s: %s", r.Status, text))
	}
	return text
}

var (
	client        http.Client
	plain, secret string
	large         = bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
)

// ask has a body sent back.
func ask(base string, body []byte) {
	got := read(client.Post(base+"/echo", "application/octet-stream", bytes.NewReader(body)))
	if !bytes.Equal(got, body) {
		check(fmt.Errorf("%d bytes came back of %d", len(got), len(body)))
	}
}

// load asks so often; one request of ten by TLS, and of each kind one of a hundred with a body of 1 MB.
func load(requests int) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= requests {
					return
				}
				base, body := plain, []byte(strconv.Itoa(i))
				if i%10 == 0 {
					base = secret
				}
				if i%100 == 50 || i%1000 == 0 {
					body = large
				}
				ask(base, body)
			}
		})
	}
	all.Wait()
}

type memory struct{ used, taken, connections, requests int }

func look() (m memory) {
	_, err := fmt.Fscan(bytes.NewReader(read(client.Get(plain+"/memory"))), &m.used, &m.taken, &m.connections, &m.requests)
	check(err)
	return m
}

func main() {
	plain = "http://127.0.0.1:" + os.Args[1]
	secret = "https://127.0.0.1:" + os.Args[2]
	requests, err := strconv.Atoi(os.Args[3])
	check(err)
	own, err := x509.ParseCertificate(read(http.Get(plain + "/certificate")))
	check(err)
	roots := x509.NewCertPool()
	roots.AddCert(own)
	client.Transport = &http.Transport{
		MaxIdleConnsPerHost: workers, MaxConnsPerHost: workers,
		TLSClientConfig:     &tls.Config{RootCAs: roots, ServerName: "machine"},
	}
	// A tenth of it first: what the server has then is what it needs.
	load(requests / 10)
	before := look()
	begin := time.Now()
	load(requests)
	took := time.Since(begin)
	after := look()

	files, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go http.Serve(files, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(large) }))
	_, port, _ := net.SplitHostPort(files.Addr().String())
	if got := read(client.Get(plain + "/fetch?from=10.0.2.2:" + port)); !bytes.Equal(got, large) {
		check(fmt.Errorf("the machine has fetched %d bytes", len(got)))
	}
	fmt.Printf("%d requests in %.1f s, %d connections; in use %d kB, then %d kB; taken %d kB, then %d kB\n",
		after.requests-before.requests, took.Seconds(), after.connections,
		before.used>>10, after.used>>10, before.taken>>10, after.taken>>10)
	switch {
	case after.requests-before.requests != requests:
		check(fmt.Errorf("the server counts others"))
	// Each worker's of both kinds, and the first one.
	case after.connections > 2*workers+2:
		check(fmt.Errorf("connections were not kept"))
	case after.used > before.used+1<<20 || after.taken > before.taken+8<<20:
		check(fmt.Errorf("memory has grown"))
	}
	read(client.Get(plain + "/quit"))
}
