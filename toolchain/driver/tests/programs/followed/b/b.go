package b

import "example.com/c"

var X = c.X
