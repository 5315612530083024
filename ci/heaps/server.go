package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
)

// An HTTP server: each request gets a page made for it.
func serve(n int) func() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(listener.Addr())
	return func() {
		var served atomic.Int64
		var server http.Server
		done := make(chan bool)
		server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := r.URL.Query().Get("name")
			for i := range 20 {
				fmt.Fprintf(w, "<p>Line %d for %s</p>\n", i, name)
			}
			if served.Add(1) == int64(n) {
				close(done)
			}
		})
		go server.Serve(listener)
		<-done
	}
}

// The client: 64 connections that stay open.
func load(n int) func() {
	const connections = 64
	client := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	return func() {
		var left atomic.Int64
		left.Store(int64(n))
		var all sync.WaitGroup
		for c := range connections {
			all.Add(1)
			go func() {
				defer all.Done()
				for left.Add(-1) >= 0 {
					r, err := client.Get(fmt.Sprintf("http://%s/?name=visitor%d", os.Args[3], c))
					if err != nil {
						return // The last answers may be cut off.
					}
					io.Copy(io.Discard, r.Body)
					r.Body.Close()
				}
			}()
		}
		all.Wait()
	}
}
