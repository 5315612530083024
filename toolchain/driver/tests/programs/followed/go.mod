module example.com/m

go 1.16

require example.com/b v1.0.0

replace example.com/b => ./b

replace example.com/c v1.3.0 => ./c
