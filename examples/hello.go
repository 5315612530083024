package main

import (
	"fmt"
	"os"
	"strings"
)

// Greeter says hello in its own way.
type Greeter interface{ Greet(name string) string }

type polite struct{ title string }

func (p polite) Greet(name string) string { return "Good day, " + p.title + " " + name }

type casual func(string) string

func (c casual) Greet(name string) string { return c(name) }

func main() {
	greeters := map[string]Greeter{
		"polite": polite{"Dr."},
		"casual": casual(func(name string) string { return strings.ToLower("HI, ") + name }),
	}
	name := "Gopher"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	done := make(chan string)
	for _, kind := range []string{"casual", "polite"} {
		go func() { done <- fmt.Sprintf("%-7s %s", kind+":", greeters[kind].Greet(name)) }()
	}
	lines := []string{<-done, <-done}
	if lines[0] > lines[1] {
		lines[0], lines[1] = lines[1], lines[0]
	}
	fmt.Println(strings.Join(lines, "\n"))
}
