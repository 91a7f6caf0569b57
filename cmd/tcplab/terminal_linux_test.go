package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
	"golang.org/x/sys/unix"
)

// On a terminal a line for each scenario is redrawn in place; what is left on the screen at the end is the same as
// without a terminal.
func TestTerminal(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	r := cmdtest.StartOnTerminal(t, "run", "closed-port", "healthy", "--engine", "netns")
	require.Zero(t, r.Exit(cmdtest.Deadline), r.Out)
	assert.Contains(t, r.Out.String(), "\r\x1b[2A\x1b[2Kclosed-port ", "the lines were not redrawn")
	want := "closed-port           match\nhealthy               match\n\n" +
		kept(t, r, "closed-port-netns-ipv4") + "\n" + kept(t, r, "healthy-netns-ipv4") +
		"\nall of them: " + filepath.Join("artifacts", filepath.Base(filepath.Dir(r.Kept("healthy-netns-ipv4"))), "index.html") + "\n2 scenarios: 2 match, "
	assert.Contains(t, r.Out.String(), "\x1b[36m─ SYN ─", "the drawing has no colours")
	shown := cmdtest.Screen(t, r.Out.String())
	assert.Regexp(t, `^[\d.]+ s\n$`, strings.TrimPrefix(shown, want), "%s", shown)
}

// Ctrl-C as it is typed: the terminal sends the signal to the whole foreground process group.
func TestTerminalInterrupt(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	r := cmdtest.StartOnTerminal(t, "run", "firewall-drop", "stopped-host", "--engine", "netns")
	r.AwaitOutput("firewall-drop         observe")
	r.AwaitOutput("stopped-host          observe")
	helper, namespaces := r.HelperProcess()
	_, err := r.TTY.WriteString("\x03")
	require.NoError(t, err)
	assert.Equal(t, exitSignal+int(unix.SIGINT), r.Exit(interruptedWithin))
	assert.Regexp(t, "^firewall-drop         interrupted\nstopped-host          interrupted\n"+
		`removing the labs \(Ctrl-C once more to quit at once\)\n\n`+
		`2 scenarios: 2 interrupted \(firewall-drop, stopped-host\), [\d.]+ s\n`+
		"tcplab: interrupted\n$", cmdtest.Screen(t, r.Out.String()))
	cmdtest.RequireGone(t, cmdtest.GoneWithin, helper, namespaces)
}

// A shell in a failure has a terminal of its own, with a size, job control, and a Ctrl-C that is for what runs in it.
func TestTerminalOfWith(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	t.Parallel()
	r := cmdtest.StartOnTerminal(t, "with", "closed-port", "--engine", "netns", "--", bash, "--norc")
	r.Types("stty size; echo wi''th $TCPLAB_PORT\r")
	r.AwaitOutput("with 8080\r\n")
	assert.Contains(t, r.Out.String(), "30 100\r\n", "the terminal has the size of this one")
	r.Types(`sh -c 'echo be""gin; exec sleep 1000'; echo not reached` + "\r")
	r.AwaitOutput("begin\r\n")
	r.Types("\x03")
	r.Types("echo > /dev/tcp/server.lab/8080 || exit 6\r")
	assert.Equal(t, 6, r.Exit(cmdtest.Deadline), r.Out)
	assert.Contains(t, r.Out.String(), "Connection refused")
	assert.NotContains(t, r.Out.String(), "\r\nnot reached")
}

func kept(t *testing.T, r *cmdtest.Running, run string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.Kept(run), "report.txt"))
	require.NoError(t, err)
	return string(text)
}

// Lines are no wider than a terminal of 60 or 80 columns, and no word is broken. Commands to be copied stay in one line.
func TestWidthOfTerminals(t *testing.T) {
	t.Parallel()
	golden, err := filepath.Abs(filepath.Join(enginetest.Root(), "wire", "diagnose", "testdata", "golden"))
	require.NoError(t, err)
	for _, columns := range []uint16{60, 80} {
		for _, typed := range []string{"list", "list --lang ko", "run --help", "diagnose --help", "clients", "explain no-answer", "lesson read 1",
			"diagnose " + golden + "/firewall-drop.pcapng", "diagnose --verdict lost x.pcap"} {
			cmd := exec.Command(cmdtest.Program(t), strings.Fields(typed)...)
			cmd.Env = append(os.Environ(), "PAGER=cat")
			tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: columns})
			require.NoError(t, err)
			var out bytes.Buffer
			_, _ = out.ReadFrom(tty) // ends with EIO when the program has ended
			_ = cmd.Wait()
			require.NoError(t, tty.Close())
			lines := 0
			for line := range strings.Lines(strings.ReplaceAll(out.String(), "\r", "")) {
				if words := strings.Fields(line); widthOf(line) > int(columns) && !asItIs.MatchString(line) && len(words) > 1 && widthOf(words[0])+4 < int(columns)/2 {
					t.Errorf("%s at %d columns: %s", typed, columns, line)
				}
				lines++
			}
			assert.Positive(t, lines, typed)
		}
	}
}

// What does not fit on the terminal goes to the pager, which may be left before the end, and is told nothing else.
func TestPager(t *testing.T) {
	t.Parallel()
	shown := func(rows uint16, pager string, args ...string) string {
		cmd := exec.Command(cmdtest.Program(t), args...)
		cmd.Env = append(os.Environ(), "PAGER="+pager, "LESS=", "TERM=xterm", "LC_ALL=C.UTF-8")
		tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: 80})
		require.NoError(t, err)
		var out bytes.Buffer
		_, _ = out.ReadFrom(tty)
		require.NoError(t, cmd.Wait(), out.String())
		require.NoError(t, tty.Close())
		return strings.ReplaceAll(out.String(), "\r", "")
	}
	whole := shown(24, "cat", "list")
	require.Greater(t, strings.Count(whole, "\n"), 200)
	assert.Equal(t, whole, shown(24, "", "list"), "an empty PAGER is none")
	assert.Equal(t, whole, shown(24, "tcplab-has-no-such-pager", "list"))
	assert.Equal(t, whole, shown(uint16(strings.Count(whole, "\n")+1), "echo paged; cat", "list"), "it fits")
	assert.Equal(t, "paged\n"+whole, shown(24, "echo paged; cat # as in a terminal", "list"))
	assert.Equal(t, strings.Join(strings.SplitAfter(whole, "\n")[:2], ""), shown(24, "head -n 2", "list"))
	assert.Equal(t, "left\n", shown(24, "head -n 0; kill -INT $PPID; echo left", "explain", "no-answer"), "Ctrl-C is the pager's")
	assert.Regexp(t, "^paged\n", shown(10, "echo paged; cat", "show", "closed-port"))
	assert.NotContains(t, shown(10, "echo paged; cat", "list", "--json"), "paged")
}
