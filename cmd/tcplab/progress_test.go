package main

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
)

// A step that takes long has a line of its own below the scenarios until the labs stand, cut where the terminal ends.
func TestProgressNote(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, []harness.Scenario{{Name: "closed-port"}, {Name: "healthy"}})
	p.live, p.width = true, 40
	p.draw()
	p.say("building the base from Debian's packages, half a minute")
	p.draw()
	assert.Equal(t, "closed-port           waiting\nhealthy               waiting\n"+
		"building the base from Debian's package\n", screen(t, tty(&out)))
	p.phase(0, harness.Baseline)
	p.draw()
	p.end(0, result{report: &harness.Report{}})
	p.end(1, result{err: errors.New("broken")})
	p.close()
	assert.Equal(t, "closed-port           match\nhealthy               could not be run\n\n\n", screen(t, tty(&out)))
}

func TestProgressWithoutTerminal(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, []harness.Scenario{{Name: "closed-port"}, {Name: "a-scenario-with-a-long-name"}})
	p.say("pulling an image")
	p.phase(1, harness.Baseline)
	p.end(1, result{report: &harness.Report{Mismatches: []harness.Mismatch{{}}}})
	p.end(0, result{report: &harness.Report{Skipped: "for a reason"}})
	p.close()
	assert.Equal(t, "pulling an image\n"+
		"a-scenario-with-a-long-name  MISMATCH\n"+
		"closed-port                  skipped\n\n", out.String())
}

// tty is what a terminal makes of the output: each new line begins in the first column.
func tty(out *bytes.Buffer) string { return strings.ReplaceAll(out.String(), "\n", "\r\n") }

var control = regexp.MustCompile(`^\x1b\[([\d;]+)([AKm])`)

// screen is what a terminal shows after the text was sent to it. It knows what tcplab uses: "up", "erase line" and colours, which it does not show.
func screen(t *testing.T, text string) string {
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
