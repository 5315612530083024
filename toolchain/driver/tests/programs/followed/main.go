// The requirements of a required module are followed, and the highest version is taken; of old modules and their packages.
package main

import "example.com/b"

func main() { println(b.X) }

/* output
9
*/
