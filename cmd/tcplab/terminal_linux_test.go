package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// On a terminal a line for each scenario is redrawn in place; what is left on the screen at the end is the same as
// without a terminal.
func TestTerminal(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	r := startOnTerminal(t, "run", "closed-port", "healthy", "--engine", "netns")
	require.Zero(t, r.exit(deadline), r.out)
	assert.Contains(t, r.out.String(), "\r\x1b[2A\x1b[2Kclosed-port ", "the lines were not redrawn")
	want := "closed-port           match\nhealthy               match\n\n" +
		kept(t, r, "closed-port-netns-ipv4") + "\n" + kept(t, r, "healthy-netns-ipv4") +
		"\nall of them: artifacts/index.html\n"
	assert.Contains(t, r.out.String(), "\x1b[36m─ SYN ─", "the drawing has no colours")
	assert.Equal(t, want, screen(t, r.out.String()))
}

// Ctrl-C as it is typed: the terminal sends the signal to the whole foreground process group.
func TestTerminalInterrupt(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	r := startOnTerminal(t, "run", "firewall-drop", "stopped-host", "--engine", "netns")
	r.awaitOutput("firewall-drop         observe")
	r.awaitOutput("stopped-host          observe")
	helper, namespaces := r.helper()
	_, err := r.tty.WriteString("\x03")
	require.NoError(t, err)
	assert.Equal(t, 2, r.exit(interruptedWithin))
	assert.Equal(t, "firewall-drop         interrupted\nstopped-host          interrupted\n"+
		"removing the labs (Ctrl-C once more to quit at once)\n\n"+
		"tcplab: interrupted\n", screen(t, r.out.String()))
	requireGone(t, goneWithin, helper, namespaces)
}

func kept(t *testing.T, r *running, run string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, "artifacts", run, "report.txt"))
	require.NoError(t, err)
	return string(text)
}
