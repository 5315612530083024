module example.com/m

go 1.27

require example.com/old v1.2.0
