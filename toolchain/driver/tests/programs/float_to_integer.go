// What does not fit an integer becomes what the machine makes of it, as Go has it there; what fits is the same everywhere.
package main

import (
	"fmt"
	"math"
	"runtime"
)

var numbers = []float64{-1, -0.5, -129, 300, 3e9, -3e9, 1e10, -1e10, 9.3e18, -9.3e18, 1.8e19, 2e19, math.Inf(1), math.Inf(-1), math.NaN()}

func converted(f float64) string {
	g := float32(f)
	return fmt.Sprintf("%x %x %x %x | %x %x %x %x", int32(f), int64(f), uint32(f), uint64(f), int32(g), int64(g), uint32(g), uint64(g))
}

// Both byte orders of one machine, as the next two.
var power = []string{
	"-1 -1 ffffffff ffffffffffffffff | -1 -1 ffffffff ffffffffffffffff",
	"0 0 0 0 | 0 0 0 0",
	"-81 -81 ffffff7f ffffffffffffff7f | -81 -81 ffffff7f ffffffffffffff7f",
	"12c 12c 12c 12c | 12c 12c 12c 12c",
	"7fffffff b2d05e00 b2d05e00 b2d05e00 | 7fffffff b2d05e00 b2d05e00 b2d05e00",
	"-80000000 -b2d05e00 4d2fa200 ffffffff4d2fa200 | -80000000 -b2d05e00 4d2fa200 ffffffff4d2fa200",
	"7fffffff 2540be400 540be400 2540be400 | 7fffffff 2540be400 540be400 2540be400",
	"-80000000 -2540be400 abf41c00 fffffffdabf41c00 | -80000000 -2540be400 abf41c00 fffffffdabf41c00",
	"7fffffff 7fffffffffffffff ffffffff 81103cb9fb220000 | 7fffffff 7fffffffffffffff ffffffff 81103d0000000000",
	"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
	"7fffffff 7fffffffffffffff ffffffff f9ccd8a1c5080000 | 7fffffff 7fffffffffffffff ffffffff f9ccd90000000000",
	"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
	"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
	"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
	"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
}

var mips = []string{
	"-1 -1 ffffffff ffffffffffffffff | -1 -1 ffffffff ffffffffffffffff",
	"0 0 0 0 | 0 0 0 0",
	"-81 -81 ffffff7f ffffffffffffff7f | -81 -81 ffffff7f ffffffffffffff7f",
	"12c 12c 12c 12c | 12c 12c 12c 12c",
	"7fffffff b2d05e00 b2d05e00 b2d05e00 | 7fffffff b2d05e00 b2d05e00 b2d05e00",
	"7fffffff -b2d05e00 7fffffff ffffffff4d2fa200 | 7fffffff -b2d05e00 7fffffff ffffffff4d2fa200",
	"7fffffff 2540be400 ffffffff 2540be400 | 7fffffff 2540be400 ffffffff 2540be400",
	"7fffffff -2540be400 7fffffff fffffffdabf41c00 | 7fffffff -2540be400 7fffffff fffffffdabf41c00",
	"7fffffff -7eefc34604de0000 ffffffff 81103cb9fb220000 | 7fffffff -7eefc30000000000 ffffffff 81103d0000000000",
	"7fffffff 7eefc34604de0000 7fffffff 7eefc34604de0000 | 7fffffff 7eefc30000000000 7fffffff 7eefc30000000000",
	"7fffffff -633275e3af80000 ffffffff f9ccd8a1c5080000 | 7fffffff -633270000000000 ffffffff f9ccd90000000000",
	"7fffffff -100000000 ffffffff ffffffff00000000 | 7fffffff -100000000 ffffffff ffffffff00000000",
	"7fffffff -100000000 ffffffff ffffffff00000000 | 7fffffff -100000000 ffffffff ffffffff00000000",
	"7fffffff -7fffffff00000000 7fffffff 8000000100000000 | 7fffffff -7fffffff00000000 7fffffff 8000000100000000",
	"7fffffff -100000000 ffffffff ffffffff00000000 | 7fffffff -100000000 ffffffff ffffffff00000000",
}

var mips64 = []string{
	"-1 -1 ffffffff ffffffffffffffff | -1 -1 ffffffff ffffffffffffffff",
	"0 0 0 0 | 0 0 0 0",
	"-81 -81 ffffff7f ffffffffffffff7f | -81 -81 ffffff7f ffffffffffffff7f",
	"12c 12c 12c 12c | 12c 12c 12c 12c",
	"7fffffff b2d05e00 b2d05e00 b2d05e00 | 7fffffff b2d05e00 b2d05e00 b2d05e00",
	"7fffffff -b2d05e00 4d2fa200 ffffffff4d2fa200 | 7fffffff -b2d05e00 4d2fa200 ffffffff4d2fa200",
	"7fffffff 2540be400 540be400 2540be400 | 7fffffff 2540be400 540be400 2540be400",
	"7fffffff -2540be400 abf41c00 fffffffdabf41c00 | 7fffffff -2540be400 abf41c00 fffffffdabf41c00",
	"7fffffff 7fffffffffffffff ffffffff 81103cb9fb220000 | 7fffffff 7fffffffffffffff ffffffff 81103d0000000000",
	"7fffffff 7fffffffffffffff ffffffff 7fffffffffffffff | 7fffffff 7fffffffffffffff ffffffff 7fffffffffffffff",
	"7fffffff 7fffffffffffffff ffffffff f9ccd8a1c5080000 | 7fffffff 7fffffffffffffff ffffffff f9ccd90000000000",
	"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
	"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
	"7fffffff 7fffffffffffffff ffffffff 7fffffffffffffff | 7fffffff 7fffffffffffffff ffffffff 7fffffffffffffff",
	"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
}

var want = map[string][]string{
	"386": {
		"-1 -1 ffffffff ffffffffffffffff | -1 -1 ffffffff ffffffffffffffff",
		"0 0 0 0 | 0 0 0 0",
		"-81 -81 ffffff7f ffffffffffffff7f | -81 -81 ffffff7f ffffffffffffff7f",
		"12c 12c 12c 12c | 12c 12c 12c 12c",
		"-80000000 b2d05e00 b2d05e00 b2d05e00 | -80000000 b2d05e00 b2d05e00 b2d05e00",
		"-80000000 -b2d05e00 4d2fa200 ffffffff4d2fa200 | -80000000 -b2d05e00 4d2fa200 ffffffff4d2fa200",
		"-80000000 2540be400 540be400 2540be400 | -80000000 2540be400 540be400 2540be400",
		"-80000000 -2540be400 abf41c00 fffffffdabf41c00 | -80000000 -2540be400 abf41c00 fffffffdabf41c00",
		"-80000000 -7eefc34604de0000 0 81103cb9fb220000 | -80000000 -7eefc30000000000 0 81103d0000000000",
		"-80000000 7eefc34604de0000 0 7eefc34604de0000 | -80000000 7eefc30000000000 0 7eefc30000000000",
		"-80000000 -633275e3af80000 0 f9ccd8a1c5080000 | -80000000 -633270000000000 0 f9ccd90000000000",
		"-80000000 0 0 0 | -80000000 0 0 0",
		"-80000000 0 0 0 | -80000000 0 0 0",
		"-80000000 0 0 0 | -80000000 0 0 0",
		"-80000000 0 0 0 | -80000000 0 0 0",
	},
	"amd64": {
		"-1 -1 ffffffff ffffffffffffffff | -1 -1 ffffffff ffffffffffffffff",
		"0 0 0 0 | 0 0 0 0",
		"-81 -81 ffffff7f ffffffffffffff7f | -81 -81 ffffff7f ffffffffffffff7f",
		"12c 12c 12c 12c | 12c 12c 12c 12c",
		"-80000000 b2d05e00 b2d05e00 b2d05e00 | -80000000 b2d05e00 b2d05e00 b2d05e00",
		"-80000000 -b2d05e00 4d2fa200 ffffffff4d2fa200 | -80000000 -b2d05e00 4d2fa200 ffffffff4d2fa200",
		"-80000000 2540be400 540be400 2540be400 | -80000000 2540be400 540be400 2540be400",
		"-80000000 -2540be400 abf41c00 fffffffdabf41c00 | -80000000 -2540be400 abf41c00 fffffffdabf41c00",
		"-80000000 -8000000000000000 0 81103cb9fb220000 | -80000000 -8000000000000000 0 81103d0000000000",
		"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
		"-80000000 -8000000000000000 0 f9ccd8a1c5080000 | -80000000 -8000000000000000 0 f9ccd90000000000",
		"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
		"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
		"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
		"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
	},
	"arm": {
		"-1 -1 0 ffffffffffffffff | -1 -1 0 ffffffffffffffff",
		"0 0 0 0 | 0 0 0 0",
		"-81 -81 0 ffffffffffffff7f | -81 -81 0 ffffffffffffff7f",
		"12c 12c 12c 12c | 12c 12c 12c 12c",
		"7fffffff b2d05e00 b2d05e00 b2d05e00 | 7fffffff b2d05e00 b2d05e00 b2d05e00",
		"-80000000 -b2d05e00 0 ffffffff4d2fa200 | -80000000 -b2d05e00 0 ffffffff4d2fa200",
		"7fffffff 2540be400 ffffffff 2540be400 | 7fffffff 2540be400 ffffffff 2540be400",
		"-80000000 -2540be400 0 fffffffdabf41c00 | -80000000 -2540be400 0 fffffffdabf41c00",
		"7fffffff -7eefc34604de0000 ffffffff 81103cb9fb220000 | 7fffffff -7eefc30000000000 ffffffff 81103d0000000000",
		"-80000000 7eefc34604de0000 0 7eefc34604de0000 | -80000000 7eefc30000000000 0 7eefc30000000000",
		"7fffffff -633275e3af80000 ffffffff f9ccd8a1c5080000 | 7fffffff -633270000000000 ffffffff f9ccd90000000000",
		"7fffffff -100000000 ffffffff ffffffff00000000 | 7fffffff -100000000 ffffffff ffffffff00000000",
		"7fffffff -100000000 ffffffff ffffffff00000000 | 7fffffff -100000000 ffffffff ffffffff00000000",
		"-80000000 0 0 0 | -80000000 0 0 0",
		"0 0 0 0 | 0 0 0 0",
	},
	"arm64": {
		"-1 -1 ffffffff 0 | -1 -1 ffffffff 0",
		"0 0 0 0 | 0 0 0 0",
		"-81 -81 ffffff7f 0 | -81 -81 ffffff7f 0",
		"12c 12c 12c 12c | 12c 12c 12c 12c",
		"7fffffff b2d05e00 b2d05e00 b2d05e00 | 7fffffff b2d05e00 b2d05e00 b2d05e00",
		"-80000000 -b2d05e00 4d2fa200 0 | -80000000 -b2d05e00 4d2fa200 0",
		"7fffffff 2540be400 540be400 2540be400 | 7fffffff 2540be400 540be400 2540be400",
		"-80000000 -2540be400 abf41c00 0 | -80000000 -2540be400 abf41c00 0",
		"7fffffff 7fffffffffffffff ffffffff 81103cb9fb220000 | 7fffffff 7fffffffffffffff ffffffff 81103d0000000000",
		"-80000000 -8000000000000000 0 0 | -80000000 -8000000000000000 0 0",
		"7fffffff 7fffffffffffffff ffffffff f9ccd8a1c5080000 | 7fffffff 7fffffffffffffff ffffffff f9ccd90000000000",
		"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
		"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
		"-80000000 -8000000000000000 0 0 | -80000000 -8000000000000000 0 0",
		"0 0 0 0 | 0 0 0 0",
	},
	"mips":     mips,
	"mipsle":   mips,
	"mips64":   mips64,
	"mips64le": mips64,
	"ppc64":    power,
	"ppc64le":  power,
	"riscv64": {
		"-1 -1 ffffffff ffffffffffffffff | -1 -1 ffffffff ffffffffffffffff",
		"0 0 0 0 | 0 0 0 0",
		"-81 -81 ffffff7f ffffffffffffff7f | -81 -81 ffffff7f ffffffffffffff7f",
		"12c 12c 12c 12c | 12c 12c 12c 12c",
		"7fffffff b2d05e00 b2d05e00 b2d05e00 | 7fffffff b2d05e00 b2d05e00 b2d05e00",
		"-80000000 -b2d05e00 4d2fa200 ffffffff4d2fa200 | -80000000 -b2d05e00 4d2fa200 ffffffff4d2fa200",
		"7fffffff 2540be400 540be400 2540be400 | 7fffffff 2540be400 540be400 2540be400",
		"-80000000 -2540be400 abf41c00 fffffffdabf41c00 | -80000000 -2540be400 abf41c00 fffffffdabf41c00",
		"7fffffff 7fffffffffffffff ffffffff 81103cb9fb220000 | 7fffffff 7fffffffffffffff ffffffff 81103d0000000000",
		"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
		"7fffffff 7fffffffffffffff ffffffff f9ccd8a1c5080000 | 7fffffff 7fffffffffffffff ffffffff f9ccd90000000000",
		"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
		"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
		"-80000000 -8000000000000000 0 8000000000000000 | -80000000 -8000000000000000 0 8000000000000000",
		"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
	},
	"s390x": {
		"-1 -1 ffffffff 0 | -1 -1 ffffffff 0",
		"0 0 0 0 | 0 0 0 0",
		"-81 -81 ffffff7f 0 | -81 -81 ffffff7f 0",
		"12c 12c 12c 12c | 12c 12c 12c 12c",
		"7fffffff b2d05e00 b2d05e00 b2d05e00 | 7fffffff b2d05e00 b2d05e00 b2d05e00",
		"-80000000 -b2d05e00 4d2fa200 0 | -80000000 -b2d05e00 4d2fa200 0",
		"7fffffff 2540be400 540be400 2540be400 | 7fffffff 2540be400 540be400 2540be400",
		"-80000000 -2540be400 abf41c00 0 | -80000000 -2540be400 abf41c00 0",
		"7fffffff 7fffffffffffffff ffffffff 81103cb9fb220000 | 7fffffff 7fffffffffffffff ffffffff 81103d0000000000",
		"-80000000 -8000000000000000 0 0 | -80000000 -8000000000000000 0 0",
		"7fffffff 7fffffffffffffff ffffffff f9ccd8a1c5080000 | 7fffffff 7fffffffffffffff ffffffff f9ccd90000000000",
		"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
		"7fffffff 7fffffffffffffff ffffffff ffffffffffffffff | 7fffffff 7fffffffffffffff ffffffff ffffffffffffffff",
		"-80000000 -8000000000000000 0 0 | -80000000 -8000000000000000 0 0",
		"-80000000 -8000000000000000 0 0 | -80000000 -8000000000000000 0 0",
	},
}

func main() {
	for i, w := range want[runtime.GOARCH] {
		if have := converted(numbers[i]); have != w {
			fmt.Printf("%v: %s instead of %s\n", numbers[i], have, w)
		}
	}
	fmt.Println(len(want[runtime.GOARCH]))
}

/* output
15
*/
