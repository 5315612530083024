// Package embed: how the compiler makes file systems.
package embed

// oxigo_embedFS makes the value of a variable with a //go:embed line: names and contents alternate, in the order that
// lookup expects (by directory, then by name).
func oxigo_embedFS(list ...string) FS {
	files := make([]file, len(list)/2)
	for i := range files {
		files[i] = file{name: list[2*i], data: list[2*i+1]}
	}
	return FS{&files}
}
