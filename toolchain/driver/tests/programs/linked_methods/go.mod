module ln
go 1.27
