package tested

import (
	"flag"
	"os"
	"path/filepath"
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

func BenchmarkLoop(b *testing.B) {
	for b.Loop() {
	}
}
