// Runs Lua programs by gopher-lua.
package main

import (
	"fmt"
	"os"

	lua "github.com/yuin/gopher-lua"
)

const calls = `
local function fib(n) if n < 2 then return n end return fib(n-1) + fib(n-2) end
out(fib(29))`

const tables = `
local Point = {}
Point.__index = Point
function Point.new(x, y) return setmetatable({x = x, y = y}, Point) end
function Point:add(o) return Point.new(self.x + o.x, self.y + o.y) end
local sum = Point.new(0, 0)
for i = 1, 300000 do sum = sum:add(Point.new(i, -i)) end
out(sum.x, sum.y)
local list = {}
for i = 1, 200000 do list[i] = (i * 7919) % 100003 end
table.sort(list)
out(list[1], list[#list])`

const text = `
local words, counts = {}, {}
for i = 1, 60000 do words[i] = "w" .. (i * 31 % 977) end
for _, w in ipairs(words) do counts[w] = (counts[w] or 0) + 1 end
local n = 0
for w, c in pairs(counts) do n = n + c * #w end
local found, size = 0, 0
for at = 1, #words, 2000 do
  local s = table.concat(words, " ", at, at + 1999)
  for w in string.gmatch(s, "w1%d+") do found = found + 1 end
  size = size + #string.gsub(s, "w(%d)", "%1-")
end
out(n, found, size)`

const floats = `
local function mandel(w)
  local n = 0
  for i = 0, w - 1 do
    for j = 0, w - 1 do
      local x, y, a, b, k = 2 * i / w - 1.5, 2 * j / w - 1, 0, 0, 0
      while k < 40 and a * a + b * b < 4 do a, b, k = a * a - b * b + x, 2 * a * b + y, k + 1 end
      n = n + k
    end
  end
  return n
end
out(mandel(220))`

func main() {
	for _, program := range []string{calls, tables, text, floats} {
		state := lua.NewState()
		state.SetGlobal("out", state.NewFunction(func(l *lua.LState) int {
			for i := 1; i <= l.GetTop(); i++ {
				fmt.Println(l.Get(i))
			}
			return 0
		}))
		if err := state.DoString(program); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		state.Close()
	}
}
