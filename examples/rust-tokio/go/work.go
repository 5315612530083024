// Package main does work for tasks of tokio's.
package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Start works in a goroutine of its own, and calls done with the result.
func Start(n int, done func(text string, err error)) {
	go func() {
		time.Sleep(time.Duration(n%5) * time.Millisecond)
		if n%7 == 0 {
			done("", errors.New("sevens are not liked"))
			return
		}
		done(fmt.Sprintf("work %d", n), nil)
	}()
}

// Primes sends all primes below n.
func Primes(n int) chan int {
	c := make(chan int, 16)
	go func() {
		defer close(c)
		var found []int
		for i := 2; i < n; i++ {
			if !slices.ContainsFunc(found, func(p int) bool { return i%p == 0 }) {
				found = append(found, i)
				c <- i
			}
		}
	}()
	return c
}

// A Room counts who is in it.
type Room struct {
	mu     sync.Mutex
	people map[string]bool
}

// NewRoom returns an empty room.
func NewRoom() *Room { return &Room{people: map[string]bool{}} }

// Enter returns how many are there now.
func (r *Room) Enter(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.people[name] = true
	return len(r.people)
}

// Compute keeps its thread busy, and fails for negative numbers.
func Compute(n int) int {
	if n < 0 {
		panic("negative")
	}
	sum := 0
	for i := range n {
		sum += i * i % 7
	}
	return sum
}

func main() {}
