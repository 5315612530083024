// Interfaces, embedding, method values, type switches, conversions, and reflection.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"text/template"
	"unsafe"
)

type Shape interface {
	Area() float64
	Name() string
}

type base struct{ name string }

func (b *base) Name() string { return b.name }
func (b base) Upper() string { return strings.ToUpper(b.name) }

type Rect struct {
	*base
	W, H float64
}

func (r Rect) Area() float64 { return r.W * r.H }

type Circle struct {
	base
	R float64
}

func (c *Circle) Area() float64 { return math.Pi * c.R * c.R }

type byArea []Shape

func (s byArea) Len() int           { return len(s) }
func (s byArea) Less(i, j int) bool { return s[i].Area() < s[j].Area() }
func (s byArea) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

type Celsius float64
type Weekday uint8

const (
	Sunday Weekday = iota
	Monday
)

func (d Weekday) String() string { return [...]string{"Sun", "Mon"}[d] }

type Person struct {
	Name  string         `json:"name"`
	Age   int            `json:"age,omitempty"`
	Tags  []string       `json:"tags"`
	Extra map[string]any `json:"extra,omitempty"`
	inner int
}

func (p Person) Hello(greeting string, n ...int) string {
	return fmt.Sprint(greeting, " ", p.Name, n)
}
func (p *Person) Rename(s string) { p.Name = s }

func describe(v any) string {
	switch x := v.(type) {
	case nil:
		return "nil"
	case int, int64:
		return fmt.Sprintf("integer %v", x)
	case string:
		return "string " + strconv.Quote(x)
	case error:
		return "error " + x.Error()
	case fmt.Stringer:
		return "stringer " + x.String()
	case func() int:
		return fmt.Sprint("func ", x())
	case []byte:
		return fmt.Sprint("bytes ", len(x))
	case struct{ X int }:
		return fmt.Sprint("struct ", x.X)
	}
	return fmt.Sprintf("other %T", v)
}

func main() {
	shapes := []Shape{Rect{&base{"rect"}, 2, 3}, &Circle{base{"circle"}, 1}}
	sort.Sort(byArea(shapes))
	for _, s := range shapes {
		fmt.Printf("%s %.2f %T\n", s.Name(), s.Area(), s)
	}
	up := Rect{&base{"r"}, 1, 1}.Upper
	fmt.Println(up(), Shape.Name(shapes[0]), (*Circle).Area(&Circle{R: 2}) > 12)
	for _, v := range []any{nil, 1, int64(2), "s", fmt.Errorf("e%d", 1), Monday, func() int { return 3 }, []byte("ab"), struct{ X int }{4}, 1i, Celsius(3)} {
		fmt.Println(describe(v))
	}
	p := Person{Name: "Ann", Age: 30, Tags: []string{"x", "y"}, Extra: map[string]any{"k": 1.5, "a": nil}}
	data, err := json.Marshal(p)
	fmt.Println(string(data), err)
	var q Person
	fmt.Println(json.Unmarshal([]byte(`{"name":"Bob","tags":["z"],"extra":{"deep":[1,"two",true]}}`), &q), q)
	v := reflect.ValueOf(&p)
	for i := range v.Elem().NumField() {
		f := v.Elem().Type().Field(i)
		fmt.Print(f.Name, " ", f.Type, " ", f.Tag.Get("json"), "; ")
	}
	fmt.Println(v.NumMethod(), v.Type().Method(0).Name)
	out := v.MethodByName("Hello").Call([]reflect.Value{reflect.ValueOf("Hi"), reflect.ValueOf(1), reflect.ValueOf(2)})
	fmt.Println(out[0])
	v.MethodByName("Rename").Call([]reflect.Value{reflect.ValueOf("Zoe")})
	fmt.Println(p.Name)
	swap := reflect.MakeFunc(reflect.TypeOf(func(int, string) (string, int) { return "", 0 }), func(in []reflect.Value) []reflect.Value {
		return []reflect.Value{in[1], in[0]}
	}).Interface().(func(int, string) (string, int))
	fmt.Println(swap(1, "a"))
	m := reflect.MakeMap(reflect.TypeOf(map[string]int{}))
	m.SetMapIndex(reflect.ValueOf("k"), reflect.ValueOf(9))
	fmt.Println(m.Interface(), reflect.DeepEqual([]int{1, 2}, []int{1, 2}), reflect.TypeOf(swap), reflect.TypeFor[map[string][]*Person]())
	st := reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeOf(0)}, {Name: "B", Type: reflect.TypeOf("")}})
	sv := reflect.New(st).Elem()
	sv.Field(0).SetInt(5)
	fmt.Printf("%+v %v\n", sv.Interface(), st)
	template.Must(template.New("t").Parse("{{range .Tags}}<{{.}}>{{end}} {{.Hello \"yo\"}} {{len .Tags | printf \"%03d\"}}\n")).Execute(os.Stdout, p)
	const word = unsafe.Sizeof(0)
	fmt.Println(unsafe.Sizeof(p)/word, unsafe.Offsetof(p.Tags)/word, unsafe.Sizeof(struct {
		a bool
		b int
		c bool
	}{})/word)
	fmt.Printf("%v %+v %#v %x %q %08.3f %e %t %c %U %p\n", p.Tags, q.Tags, Celsius(1.5), "hex", 'q', 3.14159, 1234.5678, true, 'ж', 'ж', nil)
	fmt.Println(math.Sqrt(2), math.Inf(1), math.NaN(), float32(0.1), uint8(255), int64(math.MinInt64), complex(1, -2))
}

/* output
circle 3.14 *main.Circle
rect 6.00 main.Rect
R circle true
nil
integer 1
integer 2
string "s"
error e1
stringer Mon
func 3
bytes 2
struct 4
other complex128
other main.Celsius
{"name":"Ann","age":30,"tags":["x","y"],"extra":{"a":null,"k":1.5}} <nil>
<nil> {Bob 0 [z] map[deep:[1 two true]] 0}
Name string name; Age int age,omitempty; Tags []string tags; Extra map[string]interface {} extra,omitempty; inner int ; 2 Hello
Hi Ann[1 2]
Zoe
a 1
map[k:9] true func(int, string) (string, int) map[string][]*main.Person
{A:5 B:} struct { A int; B string }
<x><y> yo Zoe[] 002
8 3 3
[x y] [z] 1.5 686578 'q' 0003.142 1.234568e+03 true ж U+0436 %!p(<nil>)
1.4142135623730951 +Inf NaN 0.1 255 -9223372036854775808 (1-2i)
*/
