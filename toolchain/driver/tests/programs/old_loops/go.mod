module old_loops

go 1.20
