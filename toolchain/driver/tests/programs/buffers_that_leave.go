// A short []byte(string) that is handed to a method of an interface leaves the frame, also inside the wrapper of a method that was
// inlined into it.
package main

import "fmt"

type setter interface{ set(string) error }

type taker interface{ take([]byte) error }

type inner struct{ t taker }

func (v inner) set(s string) error { return v.t.take([]byte(s)) }

type outer struct{ calls int }

func (o *outer) set(s string) error { o.calls++; return nil }

type keeper struct{ kept []byte }

func (k *keeper) take(b []byte) error { k.kept = b; return nil }

type refuser struct{}

func (refuser) take(b []byte) error { return fmt.Errorf("refused: %s", b) }

func main() {
	k := new(keeper)
	for _, s := range []setter{inner{k}, new(outer), inner{refuser{}}} {
		fmt.Println(s.set("short"), string(k.kept))
	}
}

/* output
<nil> short
<nil> short
refused: short short
*/
