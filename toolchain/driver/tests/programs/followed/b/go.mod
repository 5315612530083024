module example.com/b

go 1.16

require (
	example.com/c v1.2.0
	example.com/d v1.0.0 // not needed, and not there
	example.com/c v1.3.0
)
