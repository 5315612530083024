// Methods that nothing calls are not compiled, but assertions to interfaces that have them hold all the same.
package main

import "os"

type T struct{}

func (T) Timeout() bool { return true }
func (T) Other(int)     {}
func (*T) Close() error { return nil }

type timeouter interface{ Timeout() bool }

type embedded struct{ *T }

type callable interface{ Call() string }

type impl struct{ name string }

func (i impl) Call() string   { return i.name }
func (i *impl) Never() string { return i.name }

//go:noinline
func is(v any) bool {
	_, ok := v.(timeouter)
	return ok
}

//go:noinline
func call(v any) string {
	if c, ok := v.(callable); ok {
		return c.Call()
	}
	return "none"
}

func say(ok ...bool) {
	for _, b := range ok {
		if b {
			os.Stdout.WriteString(" yes")
		} else {
			os.Stdout.WriteString(" no")
		}
	}
	os.Stdout.WriteString("\n")
}

func main() {
	say(is(T{}), is(&T{}), is(embedded{}), is(3))
	_, a := any(T{}).(interface{ Other(int) })
	_, b := any(T{}).(interface{ Other(string) })
	_, c := any(T{}).(interface{ Close() error })
	_, d := any(embedded{}).(interface{ Close() error })
	say(a, b, c, d)
	os.Stdout.WriteString(call(impl{"value"}) + call(&impl{"pointer"}) + call(1) + "\n")
	switch any(&impl{}).(type) {
	case interface{ Nothing() }:
		say(false)
	case interface{ Never() string }:
		say(true)
	}
}

/* output
 yes yes yes no
 yes no no yes
valuepointernone
 yes
*/
