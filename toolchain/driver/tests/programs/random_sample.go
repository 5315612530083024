// only 64-bit
// Written by `ci/fuzz --print --seed 7 --functions 3`; do not edit.
package main

import (
	"fmt"
	"math"
	"os"
)

type MyInt int32

func (m MyInt) Num() int64      { return int64(m) * 3 }
func (m *MyInt) Inc(by int) int { *m += MyInt(by); return int(*m) }

type MyByte uint8

func (m MyByte) Num() int64 { return int64(m) + 7 }

type Number interface{ Num() int64 }

type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type Box[T any] struct {
	v T
	n int
}

func (b *Box[T]) Put(v T) T { old := b.v; b.v = v; b.n++; return old }
func (b Box[T]) Get() T     { return b.v }

func gmax[T Integer](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func gfold[T, U any](s []T, u U, f func(U, T) U) U {
	for _, x := range s {
		u = f(u, x)
	}
	return u
}

func gpick[T any](c bool, a, b T) T {
	if c {
		return a
	}
	return b
}

func upto(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

var sum uint64
var trace = os.Getenv("TRACE") != ""

func mix(at int, x uint64) {
	if trace {
		fmt.Println(at, x)
	}
	sum = (sum^x)*0x9E3779B97F4A7C15 + sum>>29
}
func mixf(at int, f float64) {
	if f != f {
		mix(at, 12345)
	} else {
		mix(at, math.Float64bits(f))
	}
}
func mixb(at int, b bool) {
	if b {
		mix(at, 1)
	} else {
		mix(at, 2)
	}
}
func mixs(at int, s string) {
	mix(at, uint64(len(s)))
	for i := 0; i < len(s); i++ {
		mix(at, uint64(s[i]))
	}
}
func mixany(at int, x any) {
	switch x := x.(type) {
	case nil:
		mix(at, 99)
	case int:
		mix(at, uint64(x))
	case string:
		mixs(at, x)
	case float64:
		mixf(at, x)
	case Number:
		mix(at, uint64(x.Num()))
	case fmt.Stringer:
		mixs(at, x.String())
	case error:
		mixs(at, x.Error())
	default:
		mixs(at, fmt.Sprintf("%T", x))
	}
}

func run(name string, f func()) {
	sum = 0
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "panics:", r)
		}
		fmt.Println(name, sum)
	}()
	f()
}

func short(s string) string {
	if len(s) > 40 {
		return s[len(s)-40:]
	}
	return s
}

var g_int int = int(1152921504606846975)
var g_int8 int8 = int8(8)
var g_int16 int16 = int16(-17)
var g_int32 int32 = int32(0)
var g_int64 int64 = int64(-9223372036854775807)
var g_uint uint = uint(1)
var g_uint8 uint8 = uint8(6)
var g_uint16 uint16 = uint16(0)
var g_uint32 uint32 = uint32(1796035739)
var g_uint64 uint64 = uint64(32)
var g_uintptr uintptr = uintptr(13)
var g_MyInt MyInt = MyInt(0)
var g_MyByte MyByte = MyByte(255)
var g_float64 float64 = float64(0)
var g_float32 float32 = float32(1e10)
var g_bool bool = false
var g_string string = "abc"
var g_complex128 complex128 = complex(-2, 0)
type S1 struct {
	f2 Box[uint8]
	f3 complex128
	f4 Box[uint8]
	f5 complex128
}
type S6 struct {
	f7 float32
	f8 uint16
}
type S9 struct {
	f10 S1
	f11 [5]uint64
	f12 [8]uintptr
	f13 bool
	f14 int16
}
type S15 struct {
	f16 Box[uintptr]
	f17 S9
	f18 float32
	f19 int16
}
var v20 S1
var v21 uint64
var v22 [40]Box[MyByte]
var v23 []float32
//go:noinline
func F24(v25 [3]int64) S15 {
	_ = 0
	var v26 complex128 = complex(0.5, -0.25)
	_ = v26
	return S15{f16: Box[uintptr]{v: uintptr(g_uint16)}, f17: S9{f10: S1{f2: Box[uint8]{v: (g_uint8 - uint8(5))}, f3: (v26 * g_complex128), f4: Box[uint8]{v: (g_uint8 &^ uint8(1))}, f5: (v26 - v26)}, f11: [5]uint64{}, f12: [8]uintptr{}, f14: (g_int16 &^ g_int16)}, f19: g_int16}
}

//go:noinline
func F27(v28 [17]MyInt) complex128 {
	_ = 0
	return complex((-(g_float64) * float64(g_float64)), (g_float64 + (g_float64 - g_float64)))
}

func F29(v30 int64) MyByte {
	_ = 0
	return (((g_MyByte >> g_MyByte) ^ MyByte(g_uint)) &^ MyByte(254))
}

func F31(v32 uint64, v33 int16) uint16 {
	_ = 0
	return g_uint16
}

func T0() {
	var v34 uint = (uint((g_int8 % int8(2))) / uint(10))
	_ = v34
	var v35 uint32 = (((g_uint32 / (g_uint32 | 1)) ^ ^(g_uint32)) &^ g_uint32)
	_ = v35
	var v36 int64 = (g_int64 + g_int64)
	_ = v36
	var v37 float64 = gpick(g_bool, (g_float64 - g_float64), (g_float64 + g_float64))
	_ = v37
	defer func(d38 int64) {
		mix(/*1*/1, uint64(d38))
		mix(/*2*/2, uint64(v36))
	}(v36)
	var v39 []Box[uintptr] = []Box[uintptr]{Box[uintptr]{v: gpick(g_bool, g_uintptr, g_uintptr)}, Box[uintptr]{v: uintptr(g_float32)}, Box[uintptr]{v: (g_uintptr * g_uintptr)}, Box[uintptr]{v: (g_uintptr << g_uint16)}}
	_ = v39
	v39 = append(v39[:len(v39)/2:len(v39)/2], Box[uintptr]{v: g_uintptr})
	var v40 Box[int32] = Box[int32]{v: ^(g_int32)}
	_ = v40
	g_uintptr = g_uintptr
	switch gmax(g_int64, ((v36 - g_int64) ^ int64(g_float32))) {
	case int64(-2883911361699204239), int64(1024), int64(65535):
		g_uint16 >>= uint8(len(g_string)) & 31
		switch k41 := any(v20.f4.v).(type) {
		case string:
			_ = k41
			v37 = float64(float32(g_MyByte))
			mixs(/*3*/3, k41)
		case bool:
			_ = k41
			f42 := func(v43 [4]int, v44 float64, v45 S15) (f42r bool) {
				defer func() { f42r = ((v37 + g_float64) == -(g_float64)) }()
				_ = v43
				_ = v44
				_ = v45
				v45.f19++
				for _, x46 := range v43 {
					_ = x46
					mix(/*4*/4, uint64(x46))
				}
				return (g_string == g_string)
			}
			v47 := f42([4]int{}, float64(v40.v), gpick(g_bool, S15{f16: Box[uintptr]{v: g_uintptr}, f17: S9{f10: v20, f11: [5]uint64{(g_uint64 & v21), v21}}, f19: g_int16}, S15{f16: Box[uintptr]{v: g_uintptr}, f17: S9{f11: [5]uint64{g_uint64, (g_uint64 << (g_int & 127)), uint64(v36)}, f13: !g_bool}, f18: (g_float32 * g_float32)}))
			_ = v47
			mixb(/*5*/5, v47)
			mixb(/*6*/6, k41)
			mixb(/*7*/7, v47)
		case MyInt:
			_ = k41
			v20.f2.v = uint8(len(g_string))
		default:
			mixany(/*8*/8, k41)
		}
	default:
	}
	g_int8 |= g_int8
	f48 := func(v49 uint64, v50 int8) (f48r Box[int16]) {
		_ = v49
		_ = v50
		L51:
		for k52 := int32(17); k52 > 2; k52 -= 2 {
			if len(os.Args) > 9 { break L51 }
			_ = k52
			f53 := func() (f53r MyInt) {
				mix(/*9*/9, uint64(v22[uint(v34)%40].v))
				return g_MyInt
			}
			v54 := f53()
			_ = v54
			mix(/*10*/10, uint64(v54))
			v55 := f53()
			_ = v55
			mix(/*11*/11, uint64(v55))
			L56:
			for k57 := 0; k57 < 1; k57++ {
				if len(os.Args) > 9 { break L56 }
				_ = k57
				f58 := func() (f58r [40]uint) {
					defer func() { f58r = [40]uint{} }()
					g_MyByte += MyByte(len(g_string))
					v59 := [0]S9{}
					_ = v59
					v35 = v35
					switch k60 := any((v37 + g_float64)).(type) {
					case int:
						_ = k60
						g_uint32 -= (g_uint32 ^ ((g_uint32 >> v21) << (v20.f2.v / uint8(255))))
					case S1:
						_ = k60
						g_uint8 >>= (gmax(k60.f2.v, v20.f4.v) >> ((g_MyByte >> (k57 & 15)) & 7)) & 63
					case uint8:
						_ = k60
						var v61 MyInt = MyInt(gpick((g_uintptr == g_uintptr), g_int16, g_int16))
						_ = v61
					default:
						mixany(/*12*/12, k60)
					}
					return [40]uint{gpick(g_bool, v34, g_uint), gpick(g_bool, v34, v34)}
				}
				v62 := f58()
				_ = v62
				for _, x63 := range v62 {
					_ = x63
					mix(/*13*/13, uint64(x63))
				}
				v64 := f58()
				_ = v64
				for _, x65 := range v64 {
					_ = x65
					mix(/*14*/14, uint64(x65))
				}
				if (v22 == v22) {
					var v66 S1 = v20
					_ = v66
					mix(/*15*/15, uint64(v66.f2.v))
					mix(/*16*/16, uint64(v66.f2.n))
					mixf(/*17*/17, real(v66.f3))
					mixf(/*18*/18, imag(v66.f3))
					mix(/*19*/19, uint64(v66.f4.v))
					mix(/*20*/20, uint64(v66.f4.n))
					mixf(/*21*/21, real(v66.f5))
					mixf(/*22*/22, imag(v66.f5))
				} else {
					var v67 S9 = S9{f10: S1{f2: v20.f2, f3: (v20.f5 - v20.f5), f4: Box[uint8]{v: (v20.f2.v << (g_uint16 & 7))}, f5: (v20.f3 - v20.f5)}, f11: [5]uint64{(v21 * v21), (g_uint64 % (v21 | 1))}, f13: (false || g_bool), f14: int16(k52)}
					_ = v67
					g_int8 = int8(uint16(len(g_string)))
					v36 = int64(map[bool]int8{true: -3}[!(v67.f13 || g_bool)])
				}
			}
			mix(/*23*/23, uint64(v40.v))
			mix(/*24*/24, uint64(v54))
		}
		if g_bool {
			v36, v34 = (int64(v20.f2.v) * (v36 << (g_int & 127))), (-(g_uint) + uint(1))
			c68 := make(chan [1]float32, 1)
			go func(a, b [1]float32) { c68 <- a; c68 <- b; close(c68) }([1]float32{}, [1]float32{g_float32})
			for x69 := range c68 {
				for _, x70 := range x69 {
					_ = x70
					mixf(/*25*/25, float64(x70))
				}
				_ = x69
			}
			for k := range v39 { v39[k] = Box[uintptr]{v: (g_uintptr & g_uintptr)} }
		} else {
			var v71 uint16 = uint16(map[bool]int8{true: 3}[!(g_bool || g_bool)])
			_ = v71
		}
		g_MyByte = (g_MyByte % (gpick(g_bool, v22[14].v, v22[16].v) | 1))
		v20 = S1{f3: (g_complex128 * g_complex128)}
		return Box[int16]{v: (g_int16 >> (g_int & 15))}
	}
	v72 := f48(^(g_uint64), int8(len(v23)))
	_ = v72
	mix(/*26*/26, uint64(v72.v))
	mix(/*27*/27, uint64(v72.n))
	v73 := f48((v21 | v21), g_int8)
	_ = v73
	mix(/*28*/28, uint64(v73.v))
	mix(/*29*/29, uint64(v73.n))
	g_int8 *= gpick(g_bool, (g_int8 ^ g_int8), g_int8)
	var v74 map[uint8]complex128
	_ = v74
	v74 = map[uint8]complex128{}
	if (g_int8 == (-(g_int8) - int8(g_int32))) {
		f75 := func() (f75r [5]uint16) {
			var v76 int8 = int8(MyInt(len(g_string)))
			_ = v76
			return [5]uint16{uint16(g_int8)}
		}
		v77 := f75()
		_ = v77
		for _, x78 := range v77 {
			_ = x78
			mix(/*30*/30, uint64(x78))
		}
		v79 := f75()
		_ = v79
		for _, x80 := range v79 {
			_ = x80
			mix(/*31*/31, uint64(x80))
		}
		for _, x81 := range v77 {
			_ = x81
			mix(/*32*/32, uint64(x81))
		}
		for _, x82 := range v79 {
			_ = x82
			mix(/*33*/33, uint64(x82))
		}
	}
	mix(/*34*/34, uint64(v34))
	mix(/*35*/35, uint64(v35))
	mix(/*36*/36, uint64(v36))
	mixf(/*37*/37, float64(v37))
	for _, x83 := range v39 {
		_ = x83
		mix(/*38*/38, uint64(x83.v))
		mix(/*39*/39, uint64(x83.n))
	}
	mix(/*40*/40, uint64(len(v39)))
	mix(/*41*/41, uint64(v40.v))
	mix(/*42*/42, uint64(v40.n))
	mix(/*43*/43, uint64(v72.v))
	mix(/*44*/44, uint64(v72.n))
	mix(/*45*/45, uint64(v73.v))
	mix(/*46*/46, uint64(v73.n))
	mix(/*47*/47, uint64(len(v74)))
	_ = v74
}

func T1() {
	var v84 uint8 = uint8(map[bool]int8{true: 6}[gpick((g_int16 == g_int16), g_bool, g_bool)])
	_ = v84
	var v85 uint64 = (gpick(g_bool, g_uint64, uint64(14)) ^ (uint64(g_int) ^ (v21 << (g_uint8 & 63))))
	_ = v85
	var v86 complex128 = g_complex128
	_ = v86
	var v87 int = int(g_uintptr)
	_ = v87
	g_complex128 = ((complex(g_float64, g_float64) + (v20.f3 - v20.f3)) - v86)
	defer func(d88 MyByte) {
		mix(/*48*/48, uint64(d88))
		mix(/*49*/49, uint64(g_MyByte))
	}(g_MyByte)
	mix(/*50*/50, uint64(v85))
	defer func(d89 uint16) {
		mix(/*51*/51, uint64(d89))
		mix(/*52*/52, uint64(g_uint16))
	}(g_uint16)
	v85 = (uint64(uint16(g_MyInt.Num())) &^ max(uint64(g_uint), uint64(g_MyByte)))
	mix(/*53*/53, uint64(g_uintptr))
	mix(/*54*/54, uint64(g_uint8))
	if g_bool {
		f90 := func(v91 MyInt, v92 MyInt, v93 int) (f90r S6) {
			defer func() { f90r = S6{f8: (g_uint16 >> (g_uint16 & 15))} }()
			_ = v91
			_ = v92
			_ = v93
			var v94 []S15 = make([]S15, 9, 18)
			_ = v94
			v22[26].v >>= g_uint8 & 63
			mix(/*55*/55, uint64(v91))
			mix(/*56*/56, uint64(v92))
			return S6{f7: g_float32, f8: g_uint16}
		}
		v95 := f90((g_MyInt * g_MyInt), g_MyInt, int(g_int16))
		_ = v95
		mixf(/*57*/57, float64(v95.f7))
		mix(/*58*/58, uint64(v95.f8))
		v95.f8 = ^(-((g_uint16 % uint16(641))))
		g_MyByte--
		mixf(/*59*/59, float64(v95.f7))
		mix(/*60*/60, uint64(v95.f8))
	} else {
		g_MyByte |= ((v22[uint(g_MyByte)%40].v & (v22[uint(v84)%40].v >> g_uint8)) | ((v22[17].v + g_MyByte) / MyByte(25)))
		v23, g_MyInt = v23, -(MyInt(g_int16))
	}
	switch k96 := any(MyInt(len(g_string))).(type) {
	case uint8:
		_ = k96
		var v97 uint64 = uint64(len(v23))
		_ = v97
	case int:
		_ = k96
		switch k98 := any((g_int8 >= g_int8)).(type) {
		case float64:
			_ = k98
			q99 := &g_uint16
			*q99 = (F31(v85, g_int16) << (gmax(v22[uint(v87)%40].v, v22[9].v) & 15))
			_ = q99
			mix(/*61*/61, uint64((*q99)))
		case S1:
			_ = k98
			g_uint8 |= v20.f4.v
			mix(/*62*/62, uint64(k98.f2.v))
			mix(/*63*/63, uint64(k98.f2.n))
			mixf(/*64*/64, real(k98.f3))
			mixf(/*65*/65, imag(k98.f3))
			mix(/*66*/66, uint64(k98.f4.v))
			mix(/*67*/67, uint64(k98.f4.n))
			mixf(/*68*/68, real(k98.f5))
			mixf(/*69*/69, imag(k98.f5))
		case S15:
			_ = k98
			switch k100 := any(g_string).(type) {
			case string:
				_ = k100
				v22[uint(g_uint8)%40].v -= MyByte(len(g_string))
				mixs(/*70*/70, k100)
			case bool:
				_ = k100
				v22[13].Put(gmax((v22[uint(v87)%40].v + v22[uint(v85)%40].v), F29(g_int64)))
			case S6:
				_ = k100
				g_complex128 = ((k98.f17.f10.f5 * g_complex128) + complex(float64(k100.f7), -(g_float64)))
			default:
				mixany(/*71*/71, k100)
			}
		default:
			mixany(/*72*/72, k98)
		}
	case S6:
		_ = k96
		g_int16, g_string = (int16(g_int32) | g_int16), short(string(rune(v20.f2.v)) + string([]rune(g_string)))
		mixf(/*73*/73, float64(k96.f7))
		mix(/*74*/74, uint64(k96.f8))
	default:
		mixany(/*75*/75, k96)
	}
	g_string = gpick((g_int32 != gmax(g_int32, g_int32)), string([]rune(g_string)), gpick(g_bool, g_string, g_string))
	L101:
	for k102 := 1; ; k102 *= 2 {
		if k102 > 64 { break L101 }
		_ = k102
		q103 := &g_string
		*q103 = g_string
		_ = q103
		mixs(/*76*/76, (*q103))
		var v104 Box[S9] = Box[S9]{v: S9{f10: S1{f2: Box[uint8]{v: g_uint8}, f3: (g_complex128 * v20.f5), f4: v20.f4, f5: (v86 - g_complex128)}, f11: [5]uint64{g_uint64, uint64(g_int8)}, f13: !g_bool, f14: g_int16}}
		_ = v104
	}
	if g_bool {
	} else {
		L105:
		for k106 := 0; k106 < 7; k106++ {
			if len(os.Args) > 9 { break L105 }
			_ = k106
			var v107 [8]float32 = [8]float32{}
			_ = v107
		}
		var v108 uint8 = (gmax(min(v20.f4.v, v84), uint8(g_uint16)) << ((v87 | (g_int - v87)) & 63))
		_ = v108
		v109 := &S15{f18: float32(g_float64), f19: int16(g_uint64)}
		_ = v109
		mix(/*77*/77, uint64(v108))
	}
	g_uint16--
	switch k110 := any((g_MyInt &^ g_MyInt)).(type) {
	case uint8:
		_ = k110
		if false {
			g_MyInt *= MyInt(gpick((g_bool || g_bool), g_uint16, g_uint16))
		}
	case float64:
		_ = k110
		g_MyInt ^= MyInt(((g_float32 * g_float32) * float32(g_float32)))
	case Number:
		_ = k110
		mix(/*78*/78, uint64(g_int16))
	default:
		mixany(/*79*/79, k110)
	}
	g_uint16 = ((g_uint16 * uint16(g_uint8)) >> F29(g_int64))
	switch (((v20.f4.v<<5 | v20.f4.v>>3) * uint8(g_float32)) - uint8((g_uint8 >> g_uint32))) {
	case uint8(1), uint8(4):
		var v111 MyByte = (v22[uint(v21)%40].v & g_MyByte)
		_ = v111
	case uint8(9):
	case uint8(0), uint8(64):
	case uint8(254):
	case uint8(14):
	case uint8(10):
	case uint8(13), uint8(25):
	case uint8(8):
		fallthrough
	case (g_uint8 >> (g_uint8 & 7)):
	case uint8(2), uint8(255), uint8(3):
	}
	mix(/*80*/80, uint64(v84))
	mix(/*81*/81, uint64(v85))
	mixf(/*82*/82, real(v86))
	mixf(/*83*/83, imag(v86))
	mix(/*84*/84, uint64(v87))
}

func T2() {
	var v112 int64 = int64(map[bool]int8{true: 6}[true])
	_ = v112
	var v113 MyInt = ((g_MyInt + (g_MyInt ^ g_MyInt)) << gmax(uint32(map[bool]int8{true: -5}[true]), gpick(g_bool, g_uint32, g_uint32)))
	_ = v113
	var v114 uintptr = uintptr((g_int32 - g_int32))
	_ = v114
	var v115 int32 = max(gpick(g_bool, g_int32, g_int32), int32((g_uint32 << 0)))
	_ = v115
	var v116 uint8 = (uint8((g_int8 * g_int8)) + uint8(g_int16))
	_ = v116
	if (((g_int8 &^ g_int8) & (g_int8 ^ g_int8)) >= int8((g_uint16 & g_uint16))) {
		var v117 int
		_ = v117
		switch k118 := any((v116 & v20.f4.v)).(type) {
		case float64:
			_ = k118
			L119:
			for k120 := int32(6); k120 > 3; k120 -= 1 {
				if len(os.Args) > 9 { break L119 }
				_ = k120
				g_int64 &= ^(int64(g_uintptr))
				if (uint64(len(g_string)) < (uint64(g_MyInt) + (v21 - g_uint64))) {
					if ((-(g_float32) == (g_float32 + g_float32)) == (v22 == v22)) {
						g_bool = (short(g_string + g_string[len(g_string)/3:len(g_string)/2]) < short(short(g_string + g_string) + g_string))
						var v121 int32 = int32(map[bool]int8{true: 3}[!g_bool])
						_ = v121
					}
					q122 := &g_MyByte
					*q122 = MyByte((v113 >> 28).Num())
					_ = q122
					mix(/*85*/85, uint64((*q122)))
				}
				if g_bool {
					if (g_uint64 == v21) { continue L119 }
					v22[7].v = (((g_MyByte<<5 | g_MyByte>>3) - g_MyByte) >> MyByte((g_MyByte << (g_uint32 & 7)).Num()))
					g_int32 *= int32((int32(g_float64) + (g_int32 &^ g_int32)))
				} else {
					L123:
					for k124 := 1; ; k124 *= 2 {
						if k124 > 1000 { break L123 }
						_ = k124
						g_int32 = g_int32
						v115, v113 = gpick(g_bool, g_int32, k120), (g_MyInt - g_MyInt)
						g_MyByte, v117 = g_MyByte, min((k124 & k124), (g_int ^ g_int))
						g_uint64 |= g_uint64
						mix(/*86*/86, uint64(k124))
					}
					v125 := S6{}
					_ = v125
					var v126 S15 = S15{f17: S9{f14: (g_int16 + g_int16)}, f18: float32(g_uint8), f19: int16(g_uint32)}
					_ = v126
				}
				f127 := func() (f127r uint) {
					switch (MyByte(len(g_string)) ^ ((v22[uint(g_uint8)%40].v / (g_MyByte | 1)) % MyByte(16))) {
					case MyByte(0), MyByte(1), MyByte(3):
						var v128 S9 = S9{f10: S1{f2: v20.f2, f4: v20.f4}, f11: gpick(g_bool, [5]uint64{}, [5]uint64{uint64(v20.f2.v)}), f12: [8]uintptr{(v114 + g_uintptr), (v114 >> g_uint), (v114 - v114)}, f13: gpick(g_bool, g_bool, true), f14: gpick(g_bool, g_int16, g_int16)}
						_ = v128
						fallthrough
					case MyByte(g_uintptr):
					case MyByte(138), MyByte(4):
						v114 &^= g_uintptr
					case MyByte(16):
						g_bool = (v20 == v20)
						g_int8 &^= g_int8
					case MyByte(31), MyByte(32), MyByte(64):
						var v129 int32
						_ = v129
						g_int16 *= int16(MyInt(uintptr(g_uint)))
					case MyByte(68), MyByte(7):
						g_MyInt <<= ((v116 ^ v20.f4.v) % uint8(45)) & 63
						v130 := S6{f7: -(g_float32), f8: (g_uint16 &^ g_uint16)}
						_ = v130
						mixf(/*87*/87, float64(v130.f7))
						mix(/*88*/88, uint64(v130.f8))
					default:
						g_uint8 ^= v20.f4.v
					}
					g_int16 |= g_int16
					return (max((g_uint * g_uint), g_uint) << 60)
				}
				v131 := f127()
				_ = v131
				mix(/*89*/89, uint64(v131))
				v132 := f127()
				_ = v132
				mix(/*90*/90, uint64(v132))
				mix(/*91*/91, uint64(k120))
				mix(/*92*/92, uint64(v131))
			}
			mixf(/*93*/93, float64(k118))
		case nil:
		case uint8:
			_ = k118
			L133:
			for k134, k135 := range v23 {
				if len(os.Args) > 9 { break L133 }
				_ = k134
				_ = k135
				if gpick(((g_uint8 << g_uint) > max(k118, v116)), g_bool, (g_int16 >= g_int16)) {
					g_bool = (uintptr((g_int8 << g_uint32)) > uintptr(int16(g_uint32)))
					var v136 uint64 = (uint64(int64(v113.Num())) + gmax((g_uint64 % (g_uint64 | 1)), (g_uint64 / (g_uint64 | 1))))
					_ = v136
				}
				v22[uint(v116)%40].v = (MyByte(map[bool]int8{true: 2}[(g_int == v117)]) >> (uint32(len(v23)) & 7))
				g_int = ((int(g_int8) + (g_int & g_int)) >> (uint16(g_int16) & 63))
				mix(/*94*/94, uint64(k134))
				mixf(/*95*/95, float64(k135))
			}
		default:
			mixany(/*96*/96, k118)
		}
	}
	L137:
	for k138 := 1; ; k138 *= 2 {
		if k138 > 8 { break L137 }
		_ = k138
		v139 := [8]uint32{(g_uint32 / (g_uint32 | 1)), g_uint32}
		_ = v139
		g_string, g_int = short(g_string[:len(g_string)/2] + string(rune(g_uint16))), ((k138 & g_int) & (g_int * g_int))
		mix(/*97*/97, uint64(k138))
	}
	g_string = g_string[len(g_string)/2:]
	v23 = v23
	mix(/*98*/98, uint64(v112))
	mix(/*99*/99, uint64(v113))
	mix(/*100*/100, uint64(v114))
	mix(/*101*/101, uint64(v115))
	mix(/*102*/102, uint64(v116))
}

func main() {
	run("T0", T0)
	run("T1", T1)
	run("T2", T2)
}

/* output
T0 6510293204279068176
T1 4534144649309545650
T2 4056347804950537450
*/
