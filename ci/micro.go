// Micro-benchmarks of what GOROOT has in assembly and the compiler as operations of the machine. Each line of the output is a name and
// nanoseconds; ci/micro builds this with both compilers and compares.
package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash/crc32"
	"math"
	"math/big"
	"math/bits"
	"os"
	"strings"

	_ "crypto/hpke" // has ChaCha20-Poly1305
	_ "unsafe"
)

var (
	sinkBytes []byte
	sinkInt   int
	sinkFloat float64
)

//go:linkname newChaCha vendor/golang.org/x/crypto/chacha20poly1305.New
func newChaCha(key []byte) (cipher.AEAD, error)

func sealing(a cipher.AEAD, text []byte) func(int) {
	nonce, out := make([]byte, a.NonceSize()), make([]byte, 0, len(text)+64)
	return func(n int) {
		for range n {
			sinkBytes = a.Seal(out, nonce, text, nil)
		}
	}
}

type bench struct {
	name string
	f    func(n int)
}

func benches() (list []bench) {
	add := func(name string, f func(n int)) { list = append(list, bench{name, f}) }
	text := bytes.Repeat([]byte("0123456789abcdef"), 512)
	short := text[:64]
	digest := sha256.Sum256(text)

	for _, b := range [][]byte{short, text} {
		size := fmt.Sprint(" ", len(b))
		add("SHA-256"+size, func(n int) {
			for range n {
				s := sha256.Sum256(b)
				sinkInt += int(s[0])
			}
		})
		add("SHA-512"+size, func(n int) {
			for range n {
				s := sha512.Sum512(b)
				sinkInt += int(s[0])
			}
		})
		block, _ := aes.NewCipher(digest[:16])
		gcm, _ := cipher.NewGCM(block)
		add("AES-GCM"+size, sealing(gcm, b))
		add("CRC-32 IEEE"+size, func(n int) {
			for range n {
				sinkInt += int(crc32.ChecksumIEEE(b))
			}
		})
	}
	castagnoli := crc32.MakeTable(crc32.Castagnoli)
	add("CRC-32 Castagnoli 8192", func(n int) {
		for range n {
			sinkInt += int(crc32.Checksum(text, castagnoli))
		}
	})
	chacha, _ := newChaCha(digest[:])
	add("ChaCha20-Poly1305 64", sealing(chacha, short))
	add("ChaCha20-Poly1305 8192", sealing(chacha, text))

	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	sig, _ := ecdsa.SignASN1(rand.Reader, key, digest[:])
	add("P-256 sign", func(n int) {
		for range n {
			sinkBytes, _ = ecdsa.SignASN1(rand.Reader, key, digest[:])
		}
	})
	add("P-256 verify", func(n int) {
		for range n {
			sinkInt += len(fmt.Sprint(ecdsa.VerifyASN1(&key.PublicKey, digest[:], sig)))
		}
	})
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	mark := ed25519.Sign(private, short)
	add("ed25519 sign", func(n int) {
		for range n {
			sinkBytes = ed25519.Sign(private, short)
		}
	})
	add("ed25519 verify", func(n int) {
		for range n {
			if ed25519.Verify(public, short, mark) {
				sinkInt++
			}
		}
	})
	big2048, _ := rsa.GenerateKey(rand.Reader, 2048)
	pss, _ := rsa.SignPKCS1v15(nil, big2048, 5, digest[:])
	add("RSA-2048 sign", func(n int) {
		for range n {
			sinkBytes, _ = rsa.SignPKCS1v15(nil, big2048, 5, digest[:])
		}
	})
	add("RSA-2048 verify", func(n int) {
		for range n {
			if rsa.VerifyPKCS1v15(&big2048.PublicKey, 5, digest[:], pss) == nil {
				sinkInt++
			}
		}
	})
	for _, words := range []int{4, 64, 1024} {
		x := new(big.Int).SetBytes(text[:8*min(words, 1024)])
		y := new(big.Int).Add(x, big.NewInt(12345))
		z := new(big.Int)
		add(fmt.Sprint("big.Int multiply ", words), func(n int) {
			for range n {
				z.Mul(x, y)
			}
			sinkInt += z.BitLen()
		})
	}

	floats := make([]float64, 1024)
	for i := range floats {
		floats[i] = float64(i)*1.37 - 700.3
	}
	add("FMA 1024", func(n int) {
		for range n {
			s := 1.0
			for _, x := range floats {
				s = math.FMA(x, 0.5, s)
			}
			sinkFloat += s
		}
	})
	add("Floor 1024", func(n int) {
		for range n {
			s := 0.0
			for _, x := range floats {
				s += math.Floor(x)
			}
			sinkFloat += s
		}
	})
	add("Round to even, Trunc, Ceil 1024", func(n int) {
		for range n {
			s := 0.0
			for _, x := range floats {
				s += math.RoundToEven(x) + math.Trunc(x) + math.Ceil(x)
			}
			sinkFloat += s
		}
	})
	words := make([]uint64, 1024)
	for i := range words {
		words[i] = uint64(i) * 0x9e3779b97f4a7c15
	}
	add("OnesCount64 1024", func(n int) {
		for range n {
			s := 0
			for _, x := range words {
				s += bits.OnesCount64(x)
			}
			sinkInt += s
		}
	})
	add("OnesCount8 1024", func(n int) {
		for range n {
			s := 0
			for _, x := range words {
				s += bits.OnesCount8(uint8(x))
			}
			sinkInt += s
		}
	})

	for _, size := range []int{7, 32, 200, 8192} {
		b := bytes.Clone(text[:size])
		c := bytes.Clone(b)
		name := fmt.Sprint(" ", size)
		add("bytes.Equal"+name, func(n int) {
			for range n {
				if bytes.Equal(b, c) {
					sinkInt++
				}
			}
		})
		add("bytes.Compare"+name, func(n int) {
			for range n {
				sinkInt += bytes.Compare(b, c)
			}
		})
		add("bytes.IndexByte"+name, func(n int) {
			for range n {
				sinkInt += bytes.IndexByte(b, 'x')
			}
		})
		add("bytes.Count"+name, func(n int) {
			for range n {
				sinkInt += bytes.Count(b, []byte{'a'})
			}
		})
		add("strings <"+name, func(n int) {
			s, t := string(b), string(c)
			for range n {
				if s < t {
					sinkInt++
				}
			}
		})
	}
	for _, needle := range []string{"xy", "abcdex", "0123456789abcdef0123456789abcdex", strings.Repeat("0123456789abcdef", 6) + "x"} {
		add(fmt.Sprintf("bytes.Index %d in 8192", len(needle)), func(n int) {
			for range n {
				sinkInt += bytes.Index(text, []byte(needle))
			}
		})
	}
	return list
}

func main() {
	for _, b := range benches() {
		if len(os.Args) < 2 || strings.Contains(b.name, os.Args[1]) {
			fmt.Printf("%s\t%.3f\n", b.name, best(b.f))
		}
	}
}
