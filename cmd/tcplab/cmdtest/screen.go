package cmdtest

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var control = regexp.MustCompile(`^\x1b\[([\d;]+)([AKm])`)

// Screen is what a terminal shows after the text was sent to it. It knows what tcplab uses: "up", "erase line" and colours, which it does not show.
func Screen(t *testing.T, text string) string {
	t.Helper()
	lines, row, column := []string{""}, 0, 0
	for len(text) > 0 {
		if m := control.FindStringSubmatch(text); m != nil {
			switch n, _ := strconv.Atoi(m[1]); m[2] {
			case "A":
				row -= n
				require.GreaterOrEqual(t, row, 0, "the cursor left the screen")
			case "K":
				lines[row] = ""
			}
			text = text[len(m[0]):]
			continue
		}
		switch c := text[0]; c {
		case '\r':
			column = 0
		case '\n':
			if row++; row == len(lines) {
				lines = append(lines, "")
			}
		default:
			line := lines[row] + strings.Repeat(" ", max(0, column+1-len(lines[row])))
			lines[row] = line[:column] + text[:1] + line[column+1:]
			column++
		}
		text = text[1:]
	}
	return strings.Join(lines, "\n")
}
