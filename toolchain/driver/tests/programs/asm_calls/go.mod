module example.com/asm_calls

go 1.27
