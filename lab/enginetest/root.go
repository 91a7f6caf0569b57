package enginetest

import (
	"fmt"
	"os"
	"path/filepath"
)

// Root is the folder of the repository: the nearest one above that of the package under test which holds a go.mod.
func Root() string {
	start, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			panic(fmt.Sprintf("no folder above %s holds a go.mod", start))
		}
	}
}
