module example.com/m

go 1.20

godebug asynctimerchan=0
