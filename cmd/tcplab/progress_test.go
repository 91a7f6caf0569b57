package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

// A step that takes long has a line of its own below the scenarios until the labs stand, cut where the terminal ends.
func TestProgressNote(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, []harness.Scenario{{Name: "closed-port"}, {Name: "healthy"}}, lang.English)
	p.live, p.width = true, 40
	p.draw()
	p.say("building the base from Debian's packages, half a minute")
	p.draw()
	assert.Equal(t, "closed-port           waiting\nhealthy               waiting\n"+
		"building the base from Debian's package\n", cmdtest.Screen(t, tty(&out)))
	p.phase(0, harness.Baseline)
	p.draw()
	p.end(0, result{report: &harness.Report{}})
	p.end(1, result{err: errors.New("broken")})
	p.close()
	assert.Equal(t, "closed-port           match\nhealthy               could not be run\n\n\n", cmdtest.Screen(t, tty(&out)))
}

// On a terminal that is too low for all lines a window of it shows those of the runs that go on.
func TestProgressInAWindow(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, []harness.Scenario{{Name: "closed-port"}, {Name: "healthy"}, {Name: "nat"}, {Name: "waf"}, {Name: "proxy"}}, lang.English)
	p.live, p.width, p.rows = true, 40, 3
	p.draw()
	assert.Equal(t, "0 of 5 have ended, 0 are running\n\n\n", cmdtest.Screen(t, tty(&out)))
	for i := range 4 {
		p.phase(i, harness.Baseline)
	}
	p.end(1, result{report: &harness.Report{}})
	p.draw()
	lines := strings.Split(cmdtest.Screen(t, tty(&out)), "\n")
	require.Len(t, lines, 4)
	assert.Equal(t, "1 of 5 have ended, 3 are running", lines[0], "there is no room for how long the longest phase lasts")
	p.width = 80
	p.lines[3].since = time.Now().Add(-time.Hour)
	p.draw()
	assert.Regexp(t, `^1 of 5 have ended, 3 are running; the longest phase: 3600\.\d s\n`, cmdtest.Screen(t, tty(&out)))
	assert.Regexp(t, `^closed-port +baseline  0\.0 s$`, lines[1])
	assert.Regexp(t, `^nat +baseline  0\.0 s$`, lines[2], "there is room for no more")
	for _, i := range []int{0, 2, 3, 4} {
		p.end(i, result{report: &harness.Report{}})
	}
	p.close()
	assert.Equal(t, "5 of 5 have ended, 0 are running\n\n\n\n", cmdtest.Screen(t, tty(&out)))
}

func TestProgressWithoutTerminal(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, []harness.Scenario{{Name: "closed-port"}, {Name: "a-scenario-with-a-long-name"}}, lang.English)
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
