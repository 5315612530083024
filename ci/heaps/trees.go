package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func (t *tree) size() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.size() + t.right.size()
}

// Trees of several depths that die young, beside a large one that lives.
func binarytrees(n int) func() {
	return func() {
		keep := grow(18)
		for range n {
			for depth := 4; depth <= 18; depth += 2 {
				for range 1 << (18 - depth) {
					must(grow(depth).size() == 2<<depth-1, "tree")
				}
			}
		}
		must(keep.size() == 2<<18-1, "tree that lives")
	}
}

type node struct {
	next, other *node
	key, value  int
}

// Half a million nodes in lists that point across; each step drops one and adds one, so that all of them are new in the end.
func linked(n int) func() {
	const lists, length = 4096, 128
	var heads, tails [lists]*node
	random := sequence(88172645463325252)
	keys := 0
	add := func(at int) {
		keys++
		x := &node{key: keys, other: heads[random.next(lists)]}
		if tails[at] == nil {
			heads[at] = x
		} else {
			tails[at].next = x
		}
		tails[at] = x
	}
	for i := range lists * length {
		add(i % lists)
	}
	return func() {
		for range n {
			at := random.next(lists)
			old := heads[at]
			heads[at] = old.next
			if old.other != nil {
				old.other.value++
			}
			old.next, old.other = nil, nil
			add(at)
			// What points to the one that was dropped keeps it alive no longer than this.
			heads[at].other = tails[random.next(lists)]
		}
		count := 0
		for _, x := range heads {
			for ; x != nil; x = x.next {
				count++
			}
		}
		must(count == lists*length, "nodes in lists")
	}
}

// build makes a tree, the upper levels' left halves by goroutines of their own.
func build(depth, fork int) *tree {
	if fork == 0 {
		return grow(depth)
	}
	t := &tree{}
	var left sync.WaitGroup
	left.Add(1)
	go func() {
		t.left = build(depth-1, fork-1)
		left.Done()
	}()
	t.right = build(depth-1, fork-1)
	left.Wait()
	return t
}

// Trees that many goroutines build together, on all processors.
func parallel(n int) func() {
	return func() {
		var total atomic.Int64
		var all sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			all.Add(1)
			go func() {
				for range n {
					total.Add(int64(build(15, 4).size()))
				}
				all.Done()
			}()
		}
		all.Wait()
		must(total.Load() == int64(runtime.GOMAXPROCS(0)*n*(2<<15-1)), "trees of several goroutines")
	}
}
