package scenarios

import (
	"embed"
	"path"
)

//go:embed recorded
var recorded embed.FS

// Recorded is a file of what was recorded of a scenario by "make record": "ladder.txt" is the drawing of a run,
// "exercise.pcapng" holds what every vantage point saw of it as an exercise, "clients.json" what each client felt. The error
// wraps fs.ErrNotExist where there is no such file.
func Recorded(scenario, file string) ([]byte, error) {
	return recorded.ReadFile(path.Join("recorded", scenario, file))
}
