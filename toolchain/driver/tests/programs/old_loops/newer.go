//go:build go1.22

package main

func newer() (fs []func() int) {
	for i := range []int{7, 8, 9} {
		fs = append(fs, func() int { return i })
	}
	return fs
}
