package main

// What GOROOT has in assembly, where it is used, against plain Go: the answers are the same with any set of the processor's features
// (tests/assembly.rs runs this with several).

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"strings"
)

var random = rand.New(rand.NewChaCha8([32]byte{1, 2, 3}))

func data(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

func check(ok bool, what string, args ...any) {
	if !ok {
		fmt.Printf(what+" is wrong\n", args...)
	}
}

// digests hashes pieces of many lengths, in one go and in two.
func digests(name string, newHash func() hash.Hash) {
	all := newHash()
	for n := 0; n < 1200; n += 1 + n/16 {
		b := data(n)
		h := newHash()
		h.Write(b[:n/3])
		h.Write(b[n/3:])
		sum := h.Sum(nil)
		h.Reset()
		h.Write(b)
		check(bytes.Equal(sum, h.Sum(nil)), "%s of %d", name, n)
		all.Write(sum)
	}
	fmt.Printf("%s %x\n", name, all.Sum(nil)[:8])
}

func crc(poly uint32, b []byte) uint32 {
	sum := ^uint32(0)
	for _, c := range b {
		sum ^= uint32(c)
		for range 8 {
			sum = sum>>1 ^ poly&-(sum&1)
		}
	}
	return ^sum
}

func crcs() {
	castagnoli := crc32.MakeTable(crc32.Castagnoli)
	for n := 0; n < 5000; n += 1 + n/8 {
		b := data(n)
		check(crc32.ChecksumIEEE(b) == crc(crc32.IEEE, b), "IEEE of %d", n)
		check(crc32.Checksum(b, castagnoli) == crc(crc32.Castagnoli, b), "Castagnoli of %d", n)
	}
}

func sealed() {
	block, _ := aes.NewCipher(data(32))
	gcm, _ := cipher.NewGCM(block)
	sum := sha256.New()
	for n := 0; n < 1000; n += 1 + n/8 {
		nonce, b := data(12), data(n)
		text := gcm.Seal(nil, nonce, b, nonce[:n%12])
		back, err := gcm.Open(nil, nonce, text, nonce[:n%12])
		check(err == nil && bytes.Equal(b, back), "GCM of %d", n)
		sum.Write(text)
		stream := cipher.NewCTR(block, data(16))
		stream.XORKeyStream(b, b)
		sum.Write(b)
	}
	fmt.Printf("sealed %x\n", sum.Sum(nil)[:8])
}

func signatures() {
	curve := elliptic.P256()
	d, _ := new(big.Int).SetString("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", 16)
	x, y := curve.ScalarBaseMult(d.Bytes())
	fmt.Printf("P-256 %x\n", x.Bytes()[:8])
	key := &ecdsa.PrivateKey{PublicKey: ecdsa.PublicKey{Curve: curve, X: x, Y: y}, D: d}
	text := sha256.Sum256([]byte("sample"))
	sig, err := key.Sign(nil, text[:], nil)
	check(err != nil || ecdsa.VerifyASN1(&key.PublicKey, text[:], sig), "a P-256 signature")
	ed := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	fmt.Printf("ed25519 %x\n", ed25519.Sign(ed, text[:])[:8])
}

func products() {
	for n := 1; n < 60; n += 3 {
		x, y := new(big.Int).SetBytes(data(8*n)), new(big.Int).SetBytes(data(8*n+5))
		z := new(big.Int).Mul(x, y)
		words := make([]uint64, 2*n+2)
		xs, ys := leads(x), leads(y)
		for i, a := range xs {
			carry := uint64(0)
			for j, b := range ys {
				hi, lo := bits.Mul64(a, b)
				var c uint64
				lo, c = bits.Add64(lo, words[i+j], 0)
				hi += c
				words[i+j], c = bits.Add64(lo, carry, 0)
				carry = hi + c
			}
			words[i+len(ys)] = carry
		}
		for i, w := range leads(z) {
			check(words[i] == w, "word %d of a product of %d", i, n)
		}
		q, r := new(big.Int).QuoRem(z, x, new(big.Int))
		check(q.Cmp(y) == 0 && r.Sign() == 0, "a quotient of %d", n)
	}
}

// leads gives the 64-bit words of a number, the lowest first.
func leads(x *big.Int) (words []uint64) {
	b := x.Bytes()
	b = append(make([]byte, (8-len(b)%8)%8), b...)
	for i := len(b); i > 0; i -= 8 {
		words = append(words, binary.BigEndian.Uint64(b[i-8:i]))
	}
	return words
}

func searches() {
	b := bytes.Repeat([]byte("abcabd"), 100)
	b = append(b, "xabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabdz"...)
	for from := 0; from < 40; from++ {
		for n := 0; n < 66; n++ {
			part := b[len(b)-n-3 : len(b)-3]
			naive := 0
			for !bytes.HasPrefix(b[from+naive:], part) {
				naive++
			}
			check(bytes.Index(b[from:], part) == naive, "Index %d %d", from, n)
			check(strings.Index(string(b[from:]), string(part)) == naive, "Index in a string %d %d", from, n)
		}
		for n := 0; n < 200; n += 1 + n/16 {
			x, y := b[from:from+n], append([]byte(nil), b[from:from+n]...)
			check(bytes.Equal(x, y) && bytes.Compare(x, y) == 0 && string(x) == string(y), "Equal %d", n)
			check(bytes.Compare(x, append(y, 0)) == -1, "Compare %d", n)
			check(strings.Compare(string(append(y, 0)), string(x)) == 1, "Compare of strings %d", n)
			check(bytes.IndexByte(x, 'z') == -1 && bytes.Count(x, []byte{'z'}) == 0, "IndexByte %d", n)
			for i := range y {
				old := y[i]
				y[i] = 'z'
				check(!bytes.Equal(x, y) && bytes.Compare(x, y) == -1 && string(y) > string(x), "Equal %d at %d", n, i)
				check(bytes.IndexByte(y, 'z') == i && strings.IndexByte(string(y), 'z') == i, "IndexByte %d at %d", n, i)
				check(bytes.Count(y, []byte{'z'}) == 1 && strings.Count(string(y), "z") == 1, "Count %d at %d", n, i)
				y[i] = old
			}
		}
	}
}

//go:noinline
func floor(x float64) float64 { return math.Floor(x) }

//go:noinline
func fma(x, y, z float64) float64 { return math.FMA(x, y, z) }

//go:noinline
func ones(x uint64) (int, int) { return bits.OnesCount64(x), bits.OnesCount16(uint16(x)) }

func numbers() {
	for range 1000 {
		x := (random.Float64() - 0.5) * math.Pow(2, float64(random.IntN(70)))
		whole := math.Copysign(float64(int64(x)), x)
		if math.Abs(x) >= 1<<62 {
			whole = x
		}
		down, up := whole, whole
		if x < whole {
			down--
		} else if x > whole {
			up++
		}
		check(floor(x) == down && math.Floor(x) == down, "Floor of %v", x)
		check(math.Ceil(x) == up && math.Trunc(x) == whole, "Ceil and Trunc of %v", x)
		even := math.RoundToEven(x)
		check(math.Abs(even-x) <= 0.5 && (even == down || even == up), "RoundToEven of %v", x)
		y, z := random.Float64(), random.Float64()
		exact := new(big.Float).SetPrec(2000).SetFloat64(x)
		exact.Mul(exact, big.NewFloat(y)).Add(exact, big.NewFloat(z))
		want, _ := exact.Float64()
		check(fma(x, y, z) == want && math.FMA(x, y, z) == want, "FMA of %v %v %v", x, y, z)
		n := random.Uint64() & random.Uint64()
		a, b := 0, 0
		for i := range 64 {
			a += int(n >> i & 1)
			b += int(n & 0xffff >> i & 1)
		}
		p, q := ones(n)
		check(p == a && q == b && bits.OnesCount32(uint32(n))+bits.OnesCount32(uint32(n>>32)) == a, "OnesCount of %x", n)
	}
	zero := math.Copysign(0, -1)
	for _, x := range []float64{zero, math.Ceil(-0.5), math.Trunc(-0.5), math.RoundToEven(-0.5), floor(zero)} {
		check(x == 0 && math.Signbit(x), "zero's sign")
	}
	inf := math.Inf(1)
	check(floor(inf) == inf && floor(-inf) == -inf && math.IsNaN(floor(math.NaN())), "Floor of the special")
	check(math.RoundToEven(2.5) == 2 && math.RoundToEven(-3.5) == -4, "RoundToEven of a half")
	fmt.Println(math.Hypot(3, 4), math.Max(1, zero), math.Min(0, zero), math.Log(1))
}

func main() {
	digests("md5", md5.New)
	digests("sha1", sha1.New)
	digests("sha256", sha256.New)
	digests("sha512", sha512.New)
	digests("sha3", func() hash.Hash { return sha3.New256() })
	crcs()
	sealed()
	signatures()
	products()
	searches()
	numbers()
}

/* output
md5 098b081adae272dd
sha1 ae50597e03a18948
sha256 72d143526f6f6df7
sha512 d79910757aea72f8
sha3 107fd815bd341e83
sealed 7f16af022a0f7ef4
P-256 60fed4ba255a9d31
ed25519 5f44d88116cc846a
5 1 -0 0
*/
