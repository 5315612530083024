// Areas of bytes begin anywhere: they are copied and cleared whole, at odd places too, and nothing beside them is touched. Numbers of
// 32 bits are themselves whatever a caller by reflection has left above them.
package main

import (
	"fmt"
	"reflect"
)

type odd struct {
	before byte
	small  [16]byte
	middle [40]byte
	large  [300]byte
	after  byte
}

//go:noinline
func set(o *odd, small [16]byte, middle [40]byte, large [300]byte) {
	o.small, o.middle, o.large = small, middle, large
}

//go:noinline
func get(o *odd) ([16]byte, [40]byte, [300]byte) { return o.small, o.middle, o.large }

//go:noinline
func clean(o *odd) { o.small, o.middle, o.large = [16]byte{}, [40]byte{}, [300]byte{} }

func sum(b []byte) (n int) {
	for i, x := range b {
		n += (i + 1) * int(x)
	}
	return n
}

//go:noinline
func words(a int32, b uint32, c int16, d uint8) (int32, uint32, bool, int64, uint64) {
	return a >> 1, b >> 1, uint32(a) > b, int64(a) / int64(c), uint64(b) / uint64(d)
}

func main() {
	all := make([]odd, 4)
	for n := range all {
		o := &all[n]
		o.before, o.after = 0xaa, 0xbb
		var s [16]byte
		var m [40]byte
		var l [300]byte
		for i := range l {
			l[i] = byte(i*7 + n)
			s[i%16], m[i%40] = l[i], l[i]+1
		}
		set(o, s, m, l)
	}
	for n := range all {
		s, m, l := get(&all[n])
		fmt.Println(sum(s[:]), sum(m[:]), sum(l[:]), all[n].before, all[n].after)
	}
	clean(&all[1])
	clean(&all[2])
	for n := range all {
		s, m, l := get(&all[n])
		fmt.Println(sum(s[:]), sum(m[:]), sum(l[:]), all[n].before, all[n].after)
	}
	f := reflect.ValueOf(words)
	for _, a := range []int32{-7, 7, -1 << 31, 1<<31 - 1} {
		in := []reflect.Value{reflect.ValueOf(a), reflect.ValueOf(uint32(1<<31 + 5)), reflect.ValueOf(int16(-3)), reflect.ValueOf(uint8(200))}
		for _, v := range f.Call(in) {
			fmt.Print(v.Interface(), " ")
		}
		fmt.Println()
	}
}

/* output
17360 86556 5751044 170 187
17496 87376 5777250 170 187
17632 88196 5784768 170 187
17768 85688 5773598 170 187
17360 86556 5751044 170 187
0 0 0 170 187
0 0 0 170 187
17768 85688 5773598 170 187
-4 1073741826 true 2 10737418 
3 1073741826 false -2 10737418 
-1073741824 1073741826 false 715827882 10737418 
1073741823 1073741826 false -715827882 10737418 
*/
