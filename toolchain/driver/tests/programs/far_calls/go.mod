module far

go 1.27
