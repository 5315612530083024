package runtime

import (
	"internal/abi"
	"internal/runtime/sys"
	"unsafe"
)

// Error identifies a run time error.
type Error interface {
	error
	// RuntimeError only tells run time errors from other errors.
	RuntimeError()
}

// A TypeAssertionError explains a failed type assertion.
type TypeAssertionError struct {
	_interface    *_type
	concrete      *_type
	asserted      *_type
	missingMethod string
}

func (*TypeAssertionError) RuntimeError() {}

func (e *TypeAssertionError) Error() string {
	inter := "interface"
	if e._interface != nil {
		inter = typeString(e._interface)
	}
	as := typeString(e.asserted)
	if e.concrete == nil {
		return "interface conversion: " + inter + " is nil, not " + as
	}
	cs := typeString(e.concrete)
	if e.missingMethod != "" {
		return "interface conversion: " + cs + " is not " + as + ": missing method " + e.missingMethod
	}
	msg := "interface conversion: " + inter + " is " + cs + ", not " + as
	if cs == as {
		if rtypeOf(e.concrete).pkgpath() != rtypeOf(e.asserted).pkgpath() {
			msg += " (types from different packages)"
		} else {
			msg += " (types from different scopes)"
		}
	}
	return msg
}

// errorString is a run time error with a fixed text.
type errorString string

func (errorString) RuntimeError()   {}
func (e errorString) Error() string { return "runtime error: " + string(e) }

// errorAddressString is a memory fault at a known address.
type errorAddressString struct {
	msg  string
	addr uintptr
}

func (errorAddressString) RuntimeError()   {}
func (e errorAddressString) Error() string { return "runtime error: " + e.msg }

// Addr is the address of the fault.
func (e errorAddressString) Addr() uintptr { return e.addr }

// plainError is a run time error without the usual prefix.
type plainError string

func (plainError) RuntimeError()   {}
func (e plainError) Error() string { return string(e) }

// boundsError is a failed index or slice check.
type boundsError struct {
	x      int64
	y      int
	signed bool
	code   abi.BoundsErrorCode
}

// The text for each code, %x the offending value and %y the limit; and for negative values.
var boundsTexts = [...][2]string{
	abi.BoundsIndex:      {"index out of range [%x] with length %y", "index out of range [%x]"},
	abi.BoundsSliceAlen:  {"slice bounds out of range [:%x] with length %y", "slice bounds out of range [:%x]"},
	abi.BoundsSliceAcap:  {"slice bounds out of range [:%x] with capacity %y", "slice bounds out of range [:%x]"},
	abi.BoundsSliceB:     {"slice bounds out of range [%x:%y]", "slice bounds out of range [%x:]"},
	abi.BoundsSlice3Alen: {"slice bounds out of range [::%x] with length %y", "slice bounds out of range [::%x]"},
	abi.BoundsSlice3Acap: {"slice bounds out of range [::%x] with capacity %y", "slice bounds out of range [::%x]"},
	abi.BoundsSlice3B:    {"slice bounds out of range [:%x:%y]", "slice bounds out of range [:%x:]"},
	abi.BoundsSlice3C:    {"slice bounds out of range [%x:%y:]", "slice bounds out of range [%x::]"},
	abi.BoundsConvert:    {"cannot convert slice with length %y to array or pointer to array with length %x", ""},
}

func (boundsError) RuntimeError() {}

func (e boundsError) Error() string {
	text := boundsTexts[e.code][0]
	if e.signed && e.x < 0 {
		text = boundsTexts[e.code][1]
	}
	b := make([]byte, 0, 100)
	b = append(b, "runtime error: "...)
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b = append(b, text[i])
			continue
		}
		i++
		if text[i] == 'x' {
			b = appendInt(b, e.x, e.signed)
		} else {
			b = appendInt(b, int64(e.y), true)
		}
	}
	return string(b)
}

func appendInt(b []byte, v int64, signed bool) []byte {
	u := uint64(v)
	if signed && v < 0 {
		b = append(b, '-')
		u = -u
	}
	return appendUint(b, u)
}

func appendUint(b []byte, u uint64) []byte {
	var buf [20]byte
	i := len(buf)
	for {
		i--
		buf[i] = byte(u%10) + '0'
		u /= 10
		if u == 0 {
			break
		}
	}
	return append(b, buf[i:]...)
}

type stringer interface{ String() string }

// printpanicval prints the value of a panic: basic types by value, others by type and address.
func printpanicval(v any) {
	switch v := v.(type) {
	case nil:
		print("nil")
	case string:
		printindented(v)
	case bool:
		print(v)
	case int:
		print(v)
	case int8:
		print(v)
	case int16:
		print(v)
	case int32:
		print(v)
	case int64:
		print(v)
	case uint:
		print(v)
	case uint8:
		print(v)
	case uint16:
		print(v)
	case uint32:
		print(v)
	case uint64:
		print(v)
	case uintptr:
		print(v)
	case float32:
		print(v)
	case float64:
		print(v)
	case complex64:
		print(v)
	case complex128:
		print(v)
	default:
		printcustom(v)
	}
}

// printcustom prints a value of a named or composite type.
func printcustom(v any) {
	e := efaceOf(&v)
	p := e.data
	name := typeString(e._type)
	switch e._type.Kind() {
	case abi.String:
		print(name, `("`)
		printindented(*(*string)(p))
		print(`")`)
	case abi.Bool:
		print(name, "(", *(*bool)(p), ")")
	case abi.Int, abi.Int64:
		print(name, "(", *(*int64)(p), ")")
	case abi.Int8:
		print(name, "(", *(*int8)(p), ")")
	case abi.Int16:
		print(name, "(", *(*int16)(p), ")")
	case abi.Int32:
		print(name, "(", *(*int32)(p), ")")
	case abi.Uint, abi.Uint64:
		print(name, "(", *(*uint64)(p), ")")
	case abi.Uint8:
		print(name, "(", *(*uint8)(p), ")")
	case abi.Uint16:
		print(name, "(", *(*uint16)(p), ")")
	case abi.Uint32:
		print(name, "(", *(*uint32)(p), ")")
	case abi.Uintptr:
		print(name, "(", *(*uintptr)(p), ")")
	case abi.Float32, abi.Float64, abi.Complex64, abi.Complex128:
		if floatsHeld() {
			printfloatkind(name, e._type.Kind(), p)
		}
	default:
		print("(", name, ") ", unsafe.Pointer(p))
	}
}

// floatsHeld reports whether an interface may hold a float or complex value: the compiler knows when it has seen the whole program. Printing them takes
// a sixth of the smallest programs.
func floatsHeld() bool

func printfloatkind(name string, kind abi.Kind, p unsafe.Pointer) {
	switch kind {
	case abi.Float32:
		print(name, "(", *(*float32)(p), ")")
	case abi.Float64:
		print(name, "(", *(*float64)(p), ")")
	case abi.Complex64:
		print(name, *(*complex64)(p))
	case abi.Complex128:
		print(name, *(*complex128)(p))
	}
}

// printindented prints text with its continuation lines indented.
func printindented(s string) {
	from := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' {
			print(s[from : i+1])
			print("\t")
			from = i + 1
		}
	}
	print(s[from:])
}

// panicwrap is called by the wrapper of a value method that was called through a nil pointer.
//
//go:noinline
func panicwrap() {
	name := funcNameForPC(sys.GetCallerPC())
	// name is pkg.(*T).M
	i := 0
	for i < len(name) && name[i] != '(' {
		i++
	}
	if i == 0 || i+2 > len(name) || name[i-1] != '.' || name[i+1] != '*' {
		throw("panicwrap: unexpected function name " + name)
	}
	pkg := name[:i-1]
	j := i + 2
	for j < len(name) && name[j] != ')' {
		j++
	}
	if j+2 > len(name) {
		throw("panicwrap: unexpected function name " + name)
	}
	typ := name[i+2 : j]
	panic(plainError("value method " + pkg + "." + typ + "." + name[j+2:] + " called using nil *" + typ + " pointer"))
}
