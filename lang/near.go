package lang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Suggestion is what an error adds for a name that is not known: "; did you mean "firewall-drop"?", or nothing where no known name is
// near. A name is near when it begins with what was typed, or when two letters, or a third of them, are wrong.
func Suggestion(typed string, names []string) string {
	if typed == "" || len(names) == 0 {
		return ""
	}
	distance := func(name string) int {
		if strings.HasPrefix(name, typed) {
			return 0
		}
		return levenshtein.ComputeDistance(typed, name)
	}
	near := slices.MinFunc(names, func(a, b string) int { return distance(a) - distance(b) })
	if d := distance(near); d > max(2, len(typed)/3) || d >= len(typed) {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", near)
}
