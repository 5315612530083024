module example.com/device

go 1.27
