package tested

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

var word = flag.String("word", "", "what the command line says")

func TestFiles(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "more", "words.txt"))
	if string(text) != "some words\n" || err != nil {
		t.Fatal(string(text), err)
	}
	if _, err := os.Stat("tested_test.go"); err != nil {
		t.Error(err)
	}
	name := filepath.Join(t.TempDir(), "own")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Error(err)
	}
}

// More than a pipe holds, while the other end waits; afterwards nobody is there.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("some text ", 50_000)
	go func() {
		io.WriteString(w, long)
		w.Close()
	}()
	text, err := io.ReadAll(r)
	if string(text) != long || err != nil {
		t.Error(len(text), err)
	}
	r.Close()
	r, w, _ = os.Pipe()
	r.Close()
	if _, err := w.Write([]byte("to nobody")); !errors.Is(err, syscall.EPIPE) {
		t.Error(err)
	}
	w.Close()
}

func TestWord(t *testing.T) {
	if *word != "two words" {
		t.Errorf("%q", *word)
	}
}

func TestFails(t *testing.T) {
	t.Errorf("wrong by %d", 7)
}

func TestPanics(t *testing.T) {
	panic("enough")
}

// What an example prints is read through a pipe.
func Example() {
	fmt.Println("printed")
	// Output: printed
}

func BenchmarkLoop(b *testing.B) {
	for b.Loop() {
	}
}
