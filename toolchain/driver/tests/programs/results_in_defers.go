// Deferred closures that only read named results see what is returned; calls with several results as arguments of
// built-in functions.
package main

import "fmt"

var hook func(int, error)

//go:noinline
func next(n int) int { return n + 1 }

func sometimes(n int) (a int, err error) {
	if hook != nil {
		defer func() { hook(a, err) }()
	}
	if n < 0 {
		return 7, fmt.Errorf("below %d", 0)
	}
	return next(n), nil
}

func always(n int) (a int, err error) {
	defer func() { hook(a, err) }()
	return next(n), fmt.Errorf("always %d", n)
}

func inLoop(n int) (a int, err error) {
	for i := range n {
		defer func() { hook(a+i, err) }()
	}
	return next(n), nil
}

func nested() (a int, err error) {
	defer func() {
		func() { hook(a, err) }()
	}()
	f := func() (b int) {
		defer func() { hook(b, nil) }()
		return 11
	}
	return f() + 1, nil
}

func overFunc(seq func(func(int) bool)) (a int, err error) {
	defer func() { hook(a, err) }()
	for x := range seq {
		if x == 3 {
			return x, fmt.Errorf("found %d", x)
		}
	}
	return 0, nil
}

func kept() (a int, read func() int) {
	read = func() int { return a }
	return 5, read
}

func twice(n int) (int, string) { return 2 * n, "two" }

func mapAndKey() (map[any]int, string) {
	m := map[any]int{"a": 1, "b": 2}
	hook = func(int, error) { fmt.Println(len(m)) }
	return m, "a"
}

func main() {
	hook = func(n int, err error) { fmt.Println("hook", n, err) }
	fmt.Println(sometimes(1))
	fmt.Println(sometimes(-1))
	fmt.Println(always(2))
	fmt.Println(inLoop(3))
	fmt.Println(nested())
	fmt.Println(overFunc(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}))
	n, read := kept()
	fmt.Println(n, read())
	delete(mapAndKey())
	hook(0, nil)
	defer func() { fmt.Println(recover()) }()
	defer println(twice(4))
	hook = nil
	println(twice(1))
	panic("end")
}

/* output
hook 2 <nil>
2 <nil>
hook 7 below 0
7 below 0
hook 3 always 2
3 always 2
hook 6 <nil>
hook 5 <nil>
hook 4 <nil>
4 <nil>
hook 11 <nil>
hook 12 <nil>
12 <nil>
hook 3 found 3
3 found 3
5 5
1
2 two
8 two
end
*/
