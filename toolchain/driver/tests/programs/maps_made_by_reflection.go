// One hash for each type: in compiled code, in the library's maps of short keys and strings, in reflection, in interfaces.
package main

import (
	"fmt"
	"reflect"
)

type named string
type pair struct {
	a int32
	s string
}

// Maps that reflection makes and fills, and that compiled code reads, and the other way round.
func both[K comparable, M ~map[K]int](keys ...K) {
	made := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[K](), reflect.TypeFor[int]()))
	for i, k := range keys {
		made.SetMapIndex(reflect.ValueOf(k), reflect.ValueOf(i))
	}
	m := made.Interface().(map[K]int)
	n, boxed := map[K]int{}, map[any]int{}
	wrong := 0
	for i, k := range keys {
		n[k], boxed[k] = i, i
		if j, ok := m[k]; !ok || j != i {
			wrong++
		}
	}
	for i, k := range keys {
		v := reflect.ValueOf(n).MapIndex(reflect.ValueOf(k))
		if !v.IsValid() || v.Int() != int64(i) || boxed[k] != i {
			wrong++
		}
	}
	fmt.Println(reflect.TypeFor[K](), len(m), wrong)
}

func some[K comparable](f func(i int) K) {
	var keys []K
	for i := range 300 {
		keys = append(keys, f(i))
	}
	both[K, map[K]int](keys...)
}

func main() {
	some(func(i int) string { return fmt.Sprint(i) })
	some(func(i int) named { return named(fmt.Sprint("a name that is longer than sixteen bytes", i)) })
	some(func(i int) int32 { return int32(i) * 77777 })
	some(func(i int) uint64 { return uint64(i) << 40 })
	some(func(i int) [4]byte { return [4]byte{1: byte(i), 3: byte(i >> 8)} })
	some(func(i int) [8]byte { return [8]byte{1: byte(i), 7: byte(i >> 8)} })
	some(func(i int) [2]int32 { return [2]int32{int32(i), -1} })
	some(func(i int) struct{ a, b int16 } { return struct{ a, b int16 }{int16(i), 2} })
	some(func(i int) pair { return pair{int32(i), fmt.Sprint(i)} })
	some(func(i int) *int { return new(int) })
	some(func(i int) float32 { return float32(i) })
	some(func(i int) float64 { return float64(i) / 3 })
	some(func(i int) complex64 { return complex(float32(i), 1) })
	some(func(i int) [3]uint16 { return [3]uint16{uint16(i)} })
	some(func(i int) uint16 { return uint16(i) })
	some(func(i int) [2]string { return [2]string{fmt.Sprint(i), "x"} })
	some(func(i int) any { return []any{i, fmt.Sprint(i), int32(i), [4]byte{byte(i), byte(i >> 8)}}[i%4] })
}

/* output
string 300 0
main.named 300 0
int32 300 0
uint64 300 0
[4]uint8 300 0
[8]uint8 300 0
[2]int32 300 0
struct { a int16; b int16 } 300 0
main.pair 300 0
*int 300 0
float32 300 0
float64 300 0
complex64 300 0
[3]uint16 300 0
uint16 300 0
[2]string 300 0
interface {} 300 0
*/
