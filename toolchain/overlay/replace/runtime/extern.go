package runtime

import (
	"internal/goarch"
	"internal/goos"
	"unsafe"
)

// Compiler is the name of the compiler tool chain; code that asks expects gc's layouts.
const Compiler = "gc"

// GOARCH is the running program's architecture.
const GOARCH string = goarch.GOARCH

// GOOS is the running program's operating system.
const GOOS string = goos.GOOS

// imageString returns one of the strings that the linker put into the image: 0 the version,
// 1 module information, 2 GODEBUG defaults.
func imageString(which int) string

// Version is the Go version that the standard library is of.
func Version() string { return imageString(0) }

// defaultGOROOT is where the library was when the program was compiled; the compiler sets it, unless paths are trimmed.
var defaultGOROOT string

// GOROOT is the environment variable GOROOT, or where the library was when the program was compiled.
func GOROOT() string {
	if dir := getenv("GOROOT"); dir != "" {
		return dir
	}
	return defaultGOROOT
}

// ---- arguments and environment

// osArgs returns the C vectors of the process.
func osArgs() (argc int, argv, envp unsafe.Pointer)

func cstrings(v unsafe.Pointer, n int) []string {
	s := make([]string, n)
	for i := range s {
		s[i] = gostring(*(**byte)(add(v, uintptr(i)*goarch.PtrSize)))
	}
	return s
}

//go:linkname os_runtime_args os.runtime_args
func os_runtime_args() []string {
	n, v, _ := osArgs()
	return cstrings(v, n)
}

//go:linkname syscall_runtime_envs syscall.runtime_envs
func syscall_runtime_envs() []string {
	_, _, v := osArgs()
	n := 0
	for v != nil && *(*unsafe.Pointer)(add(v, uintptr(n)*goarch.PtrSize)) != nil {
		n++
	}
	return cstrings(v, n)
}

// getenv reads the environment that the process started with.
func getenv(key string) string {
	_, _, v := osArgs()
	if v == nil {
		return ""
	}
	for ; *(*unsafe.Pointer)(v) != nil; v = add(v, goarch.PtrSize) {
		p := *(**byte)(v)
		n := findnull(p)
		s := unsafe.String(p, n)
		if n > len(key) && s[len(key)] == '=' && s[:len(key)] == key {
			return gostring((*byte)(add(unsafe.Pointer(p), uintptr(len(key)+1))))
		}
	}
	return ""
}

// ---- GODEBUG

var (
	godebugEnv       string
	godebugUpdate    func(def, env string)
	godebugEnvLoaded bool
)

//go:linkname godebug_setUpdate internal/godebug.setUpdate
func godebug_setUpdate(update func(string, string)) {
	godebugUpdate = update
	godebugNotify()
}

func godebugNotify() {
	if !godebugEnvLoaded {
		godebugEnvLoaded = true
		godebugEnv = getenv("GODEBUG")
	}
	if godebugUpdate != nil {
		godebugUpdate(imageString(2), godebugEnv)
	}
}

// godebugIncNonDefault gives the function that counts uses of a setting that is not the default.
var godebugIncNonDefault func(name string) func()

//go:linkname godebug_setNewIncNonDefault internal/godebug.setNewIncNonDefault
func godebug_setNewIncNonDefault(f func(string) func()) { godebugIncNonDefault = f }

// godebugValue is a setting of the runtime's own: the environment's last word, or else the program's default.
func godebugValue(name string) string {
	if !godebugEnvLoaded {
		godebugEnvLoaded = true
		godebugEnv = getenv("GODEBUG")
	}
	for _, settings := range [2]string{godebugEnv, imageString(2)} {
		for end := len(settings); end > 0; {
			start := end
			for start > 0 && settings[start-1] != ',' {
				start--
			}
			s := settings[start:end]
			if len(s) > len(name) && s[:len(name)] == name && s[len(name)] == '=' {
				return s[len(name)+1:]
			}
			end = start - 1
		}
	}
	return ""
}

//go:linkname syscall_runtimeSetenv syscall.runtimeSetenv
func syscall_runtimeSetenv(k, v string) {
	if k == "GODEBUG" {
		godebugEnvLoaded = true
		godebugEnv = v
		godebugNotify()
	}
}

//go:linkname syscall_runtimeUnsetenv syscall.runtimeUnsetenv
func syscall_runtimeUnsetenv(k string) {
	if k == "GODEBUG" {
		godebugEnvLoaded = true
		godebugEnv = ""
		godebugNotify()
	}
}

//go:linkname syscall_runtimeClearenv syscall.runtimeClearenv
func syscall_runtimeClearenv(env map[string]int) {
	if _, ok := env["GODEBUG"]; ok {
		syscall_runtimeUnsetenv("GODEBUG")
	}
}

//go:linkname syscall_cgocaller syscall.cgocaller
func syscall_cgocaller(fn unsafe.Pointer, args ...uintptr) uintptr {
	throw("call of a C function in a program without cgo")
	return 0
}

//go:linkname getAuxv runtime.getAuxv
func getAuxv() []uintptr {
	_, _, v := osArgs()
	for *(*unsafe.Pointer)(v) != nil {
		v = add(v, goarch.PtrSize)
	}
	v = add(v, goarch.PtrSize)
	n := 0
	for *(*uintptr)(add(v, uintptr(n)*goarch.PtrSize)) != 0 {
		n += 2
	}
	return append([]uintptr(nil), unsafe.Slice((*uintptr)(v), n)...)
}

// fcntl works without the syscall package, which may not be initialised.
func fcntl(fd, cmd, arg int32) (ret, errno int32)

//go:linkname vgetrandom runtime.vgetrandom
func vgetrandom(p []byte, flags uint32) (ret int, supported bool) { return -1, false }

// Breakpoint stops in a debugger.
func Breakpoint()

// NumCgoCall is the number of calls into C.
func NumCgoCall() int64 { return 0 }

// SetCgoTraceback has nothing to set: there is no C.
func SetCgoTraceback(version int, traceback, context, symbolizer unsafe.Pointer) {}

var iscgo bool

// Features that inlined mathematics asks for; the compiler sets none of them apart.
var x86HasPOPCNT, x86HasSSE41, x86HasFMA bool

// signalIdle says that every signal that came has been handed to os/signal, and that it is done with them.
func signalIdle() bool

//go:linkname signal_waitUntilIdle os/signal.signalWaitUntilIdle
func signal_waitUntilIdle() {
	for !signalIdle() {
		Gosched()
	}
}
