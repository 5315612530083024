// A server and a client on a machine without an operating system; tests/boards.rs is the other side.
package main

import (
	"context"
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
	"strings"
	"time"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func body(r *http.Response, err error) string {
	check(err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	check(err)
	return string(text)
}

// secret is what a server of this machine says by TLS.
func secret() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(err)
	certificate, err := x509.ParseCertificate(der)
	check(err)
	own := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{own}})
	check(err)
	defer l.Close()
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "TLS %#x", r.TLS.Version)
	}))
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return body(client.Get("https://localhost:" + port))
}

func main() {
	l, err := net.Listen("tcp", ":8080")
	check(err)
	var server http.Server
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello from ", r.Host) })
	http.HandleFunc("/length", func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n)
	})
	http.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("large ", 200_000))
	})
	http.HandleFunc("/secret", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, secret()) })
	http.HandleFunc("/resolver", func(w http.ResponseWriter, r *http.Request) {
		text, err := os.ReadFile("/etc/resolv.conf")
		check(err)
		w.Write(text)
	})
	http.HandleFunc("/fetch", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, body(http.Get("http://"+r.FormValue("from")+"/there")))
	})
	http.HandleFunc("/quit", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "bye")
		go server.Shutdown(context.Background())
	})
	fmt.Println("ready")
	fmt.Println(server.Serve(l))
	time.Sleep(100 * time.Millisecond)
}
