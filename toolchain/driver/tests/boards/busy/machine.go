// A server on a machine without an operating system, which client.go asks from outside, by HTTP and by TLS.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"machine"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func main() {
	var connections, requests atomic.Int64
	own := certificate()
	http.HandleFunc("/certificate", func(w http.ResponseWriter, r *http.Request) { w.Write(own.Certificate[0]) })
	http.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		check(http.NewResponseController(w).EnableFullDuplex())
		_, err := io.Copy(w, r.Body)
		check(err)
	})
	http.HandleFunc("/fetch", func(w http.ResponseWriter, r *http.Request) {
		answer, err := http.Get("http://" + r.FormValue("from") + "/file")
		check(err)
		defer answer.Body.Close()
		_, err = io.Copy(w, answer.Body)
		check(err)
	})
	// What is in use, what was ever taken, connections that there were, requests.
	http.HandleFunc("/memory", func(w http.ResponseWriter, r *http.Request) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Fprintln(w, m.HeapAlloc, m.Sys, connections.Load(), requests.Load())
	})
	http.HandleFunc("/quit", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "bye")
		time.AfterFunc(100*time.Millisecond, func() { os.Exit(0) })
	})
	server := http.Server{ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}}
	plain, err := net.Listen("tcp", ":8080")
	check(err)
	secret, err := tls.Listen("tcp", ":8443", &tls.Config{Certificates: []tls.Certificate{own}})
	check(err)
	go server.Serve(secret)
	fmt.Println("ready")
	check(server.Serve(plain))
}
