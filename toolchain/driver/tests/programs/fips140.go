// The cryptographic module checks itself by the sum that linking writes: code, constants and variables stand where the record says.
// env GODEBUG=fips140=on
// only amd64 arm64
package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/fips140"
	"fmt"
)

func main() {
	block, err := aes.NewCipher(make([]byte, 16))
	if err != nil {
		fmt.Println(err)
		return
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		fmt.Println(err)
		return
	}
	sealed := gcm.Seal(nil, nil, []byte("text"), nil)
	text, err := gcm.Open(nil, nil, sealed, nil)
	fmt.Println(fips140.Enabled(), string(text), err)
}

/* output
true text <nil>
*/
