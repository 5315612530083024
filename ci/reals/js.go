// Runs JavaScript by goja.
package main

import (
	"fmt"
	"os"

	"github.com/dop251/goja"
)

const calls = `
function fib(n) { return n < 2 ? n : fib(n-1) + fib(n-2) }
out(fib(27))`

const objects = `
class Task {
  constructor(id, next) { this.id = id; this.next = next; this.done = 0 }
  run(n) { this.done += n; return this.next }
}
let first = null, last = null
for (let i = 0; i < 50; i++) { first = new Task(i, first); last = last || first }
last.next = first
let t = first
for (let i = 0; i < 800000; i++) t = t.run(i & 7)
let sum = 0
for (let i = 0, t = first; i < 50; i++, t = t.next) sum += t.done * t.id
out(sum)
const list = []
for (let i = 0; i < 60000; i++) list.push({key: (i * 7919) % 10007, name: "n" + i})
list.sort((a, b) => a.key - b.key || (a.name < b.name ? -1 : 1))
out(list.filter(x => x.key % 3 == 0).map(x => x.name.length).reduce((a, b) => a + b, 0))`

const text = `
const words = []
for (let i = 0; i < 40000; i++) words.push("word" + (i * 31 % 977))
const counts = new Map()
for (const w of words) counts.set(w, (counts.get(w) || 0) + 1)
const all = words.join(" ")
out(counts.size, all.length, all.replace(/word(\d)/g, "$1-").length, all.split(/\s+/).length)
const parsed = JSON.parse(JSON.stringify(words.map((w, i) => ({w, i, odd: i % 2 == 1, list: [i, i + 1]}))))
out(parsed.length, parsed[777].list[1])`

const numbers = `
const n = 300, a = new Float64Array(n * n)
for (let i = 0; i < n * n; i++) a[i] = (i * 16807 % 2147483647) / 2147483647
let trace = 0
for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) trace += a[i * n + k] * a[k * n + i]
out(Math.round(trace * 1000))
let x = 1
for (let i = 0; i < 2000000; i++) { x ^= x << 13; x ^= x >>> 17; x ^= x << 5 }
out(x)`

func main() {
	for _, program := range []string{calls, objects, text, numbers} {
		vm := goja.New()
		vm.Set("out", func(call goja.FunctionCall) goja.Value {
			for _, a := range call.Arguments {
				fmt.Println(a)
			}
			return goja.Undefined()
		})
		if _, err := vm.RunString(program); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
