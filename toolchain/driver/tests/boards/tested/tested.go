// Package tested has tests that run where no operating system is.
package tested
