// build-fails
package main

import (
	""
	"a b"
	"fmt"
	"net!"
	os "strings"
	"os"
	"/abs"
)

func fmt() {}

func main() {
	os.Exit(1)
}

/* output
# command-line-arguments
./errors_imports.go:5:2: invalid import path (empty string)
./errors_imports.go:6:2: invalid import path (invalid character U+0020 ' ')
./errors_imports.go:7:2: "fmt" imported and not used
./errors_imports.go:8:2: invalid import path (invalid character U+0021 '!')
./errors_imports.go:10:2: os redeclared in this block
	./errors_imports.go:9:2: other declaration of os
./errors_imports.go:10:2: "os" imported and not used
./errors_imports.go:11:2: could not import /abs (import path cannot be absolute path)
./errors_imports.go:14:6: fmt already declared through import of package fmt ("fmt")
	./errors_imports.go:7:2: other declaration of fmt
./errors_imports.go:17:5: undefined: os.Exit
*/
