package standingtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/standing"
)

func TestStanding(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	testStandingLab(cmdtest.NewDesk(t))
}

func TestStandingOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("every other test that uses the netns engine runs as an ordinary user already")
	}
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.AsNobody()
	cmdtest.RequireUserNamespaces(t, func(args ...string) (string, error) {
		out, err := d.Command(args...).CombinedOutput()
		return string(out), err
	})
	testStandingLab(d)
}

// Labs are found from inside one of them, where an ordinary user is root, and would look for root's.
func TestStandingFromInside(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("it takes root to become an ordinary user beside it")
	}
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.AsNobody()
	d.Env = append(slices.DeleteFunc(d.Env, func(v string) bool { return strings.HasPrefix(v, "XDG_RUNTIME_DIR=") }), "TMPDIR="+d.Dir)
	cmdtest.RequireUserNamespaces(t, func(args ...string) (string, error) {
		out, err := d.Command(args...).CombinedOutput()
		return string(out), err
	})
	d.Must("up", "healthy", "--engine", "netns")
	assert.Equal(t, d.Must("status"), d.Must("exec", "client", d.Program, "status"))
	assert.Contains(t, d.Must("__complete", "exec", ""), "client\nrouter\nserver\n", "a shell completes the hosts")
	assert.Contains(t, d.Must("__complete", "down", "--lab", ""), "healthy\n")
}

// testStandingLab is a lab's life.
func testStandingLab(d *cmdtest.Desk) {
	out := d.Must("up", "closed-port", "--engine", "netns", "--name", "mine")
	assert.Equal(d, `mine: netns, IPv4, healthy: the client gets through to 203.0.113.10:8080

  client  198.51.100.10
  router  198.51.100.1, 203.0.113.1
  server  203.0.113.10

next:
  tcplab exec client curl -m 3 http://203.0.113.10:8080/
  tcplab break
  tcplab shell server
  tcplab down
`, out)
	info := d.Standing("mine")
	assert.Equal(d, standing.Healthy, info.State)
	assert.Equal(d, "closed-port", info.Scenario)
	inhabitants := d.Inhabitants(info)
	assert.Equal(d, 1, cmdtest.Parent(info.Process), "the holder is a child of somebody")
	dial := []string{"exec", "client", "tcplab", "host", "dial", "--timeout", "2s", info.Target}
	assert.NotContains(d, d.Must(dial...), "errno")
	assert.Equal(d, "mine: netns, IPv4, broken: nobody listens on TCP port 8080 of the server\n", d.Must("break"))
	d.Fails("the lab is broken already", "break")
	assert.Contains(d, d.Must(dial...), `"errno":"ECONNREFUSED"`)
	assert.Equal(d, standing.Broken, d.Standing("mine").State)
	assert.Equal(d, "mine: netns, IPv4, healthy\n", d.Must("heal"))
	assert.NotContains(d, d.Must(dial...), "errno")
	assert.Equal(d, "mine: down\n", d.Must("down"))
	// A holder at its end has closed all that it had; the kernel may be a moment from calling it ended.
	held, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", info.Process))
	assert.Empty(d, held, "the holder has not ended when it is said to be down")
	d.RequireEnded(append(inhabitants, info.Process))
	assert.Equal(d, "no lab stands\n", d.Must("status"))
	d.Clean()
}

// A lab may be broken from the beginning, and be of IPv6.
func TestStandingBroken(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	out := d.Must("up", "closed-port", "--engine", "netns", "--family", "6", "--broken")
	assert.Contains(t, out, "closed-port: netns, IPv6, broken: nobody listens on TCP port 8080 of the server\n")
	assert.Contains(t, out, "  router  2001:db8:1::1, 2001:db8:2::1\n")
	assert.Contains(t, out, "  tcplab exec client curl -m 3 -g 'http://[2001:db8:2::10]:8080/'\n  tcplab heal\n")
	assert.Contains(t, d.Must("exec", "client", "tcplab", "host", "dial", "[2001:db8:2::10]:8080"), "ECONNREFUSED")
}

// The streams of a command are those of "exec", and its exit code too.
func TestStandingExec(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	assert.Equal(t, "hello\n", d.Must("exec", "server", "--", "echo", "hello"))
	d.Fails(`"server" "--" does not fit: tcplab exec HOST [--] COMMAND... [flags] ("tcplab exec --help" has examples)`, "exec", "server", "--")
	out, code := d.TCPLab("exec", "server", "sh", "-c", "exit 7")
	assert.Equal(t, 7, code)
	assert.Empty(t, out)
	cmd := d.Command("exec", "client", "sh", "-c", "cat; echo $COLOUR; pwd; echo no >&2")
	cmd.Env = append(cmd.Env, "COLOUR=blue")
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("typed\n"), &stdout, &stderr
	require.NoError(t, cmd.Run())
	assert.Equal(t, "typed\nblue\n"+d.Dir+"\n", stdout.String())
	assert.Equal(t, "no\n", stderr.String())
	assert.Contains(t, d.Must("exec", "server", "cat", "/proc/net/fib_trie"), "203.0.113.10", "that is not the server's network")

	assert.Equal(t, "http://203.0.113.10:8080/\n", d.Must("exec", "client", "sh", "-c", "echo $TCPLAB_URL"))
	assert.Contains(t, d.Must("exec", "client", "getent", "hosts", "server.lab"), "203.0.113.10")
	// The program is the one that is found here, with the environment of here, and not where the lab was built.
	bin := filepath.Join(d.Dir, "venv")
	require.NoError(t, os.Mkdir(bin, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(bin, "mine"), []byte("#!/bin/sh\necho mine $COLOUR\n"), 0o755))
	cmd = d.Command("exec", "client", "mine")
	cmd.Env = append(cmd.Env, "COLOUR=green", "PATH="+bin+":"+os.Getenv("PATH"))
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Equal(t, "mine green\n", string(output))
	cmd = d.Command("exec", "client", "./mine")
	cmd.Dir = bin
	output, err = cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	d.Fails(bin+": netns: host client: "+bin+" is a folder, and no program", "exec", "client", bin)

	d.Fails(`lab healthy has no host "nowhere"; it has: client, router, server`, "exec", "nowhere", "true")
	d.Fails(`there is no lab "other"; there are: healthy`, "exec", "--lab", "other", "server", "true")
	out, code = d.TCPLab("exec", "server", "no-such-program")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "no-such-program")

	// A job in the background of a terminal leaves it alone.
	r := d.OnTerminal(exec.Command("sh", "-c", `set -m; "$0" exec server cat & wait $!; echo code $?`, d.Program))
	assert.Zero(t, r.Exit(cmdtest.Deadline), r.Out)
	assert.Contains(t, r.Out.String(), "code 0\r\n")
	// What is typed goes to the command, also where its output goes elsewhere.
	r = d.OnTerminal(exec.Command("sh", "-c", `"$0" exec server sh -c 'echo begin >&2; read x; echo got $x' > got; cat got`, d.Program))
	r.AwaitOutput("begin\r\n")
	r.Types("typed\r")
	assert.Zero(t, r.Exit(cmdtest.Deadline), r.Out)
	assert.Contains(t, r.Out.String(), "got typed\r\n")
}

// What a command leaves in the background goes on until the lab is taken down, also where it has not left its process group yet.
func TestStandingBackground(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	var left []int
	for _, background := range []string{"sleep 1000 >/dev/null 2>&1 &", "setsid sleep 1000 >/dev/null 2>&1 &"} {
		for range 5 {
			pid, err := strconv.Atoi(strings.TrimSpace(d.Must("exec", "client", "sh", "-c", background+" echo $!")))
			require.NoError(t, err)
			left = append(left, pid)
		}
	}
	for _, pid := range left {
		assert.False(t, cmdtest.Ended(pid))
	}
	d.Must("down")
	d.RequireEnded(left)
}

// What "exec" is told by a signal goes to the command, and the command ends as it likes.
func TestStandingExecSignals(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	// A signal that comes before the child is sleep is lost, so that sleep goes on: it must not hold the streams, for whose end the test waits.
	const script = "trap 'kill $! 2>&-; echo caught; exit 9' INT TERM; sleep 1000 <&- >&- 2>&- & echo begin; wait"
	for _, s := range []syscall.Signal{unix.SIGINT, unix.SIGTERM} {
		r := d.Start(d.Command("exec", "server", "sh", "-c", script))
		r.AwaitOutput("begin\n")
		require.NoError(t, r.Cmd.Process.Signal(s))
		assert.Equal(t, 9, r.Exit(cmdtest.Deadline))
		assert.Equal(t, "begin\ncaught\n", r.Out.String())
	}
	r := d.Terminal("exec", "server", "sh", "-c", script)
	r.AwaitOutput("begin\r\n")
	r.Types("\x03")
	assert.Equal(t, 9, r.Exit(cmdtest.Deadline))
	assert.Equal(t, "begin\r\n^Ccaught\r\n", r.Out.String())

	// Whoever kills it, kills the command.
	r = d.Start(d.Command("exec", "server", "sh", "-c", "echo $$; exec sleep 1000"))
	r.AwaitOutput("\n")
	pid := strings.TrimSpace(r.Out.String())
	require.NoError(t, r.Cmd.Process.Kill())
	require.Eventually(t, func() bool { return cmdtest.CommandLine(pid) == "" }, cmdtest.Deadline, cmdtest.Poll, "the command goes on")
}

func TestStandingShell(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Env = append(d.Env, "SHELL="+bash, "HOME="+d.Dir)
	require.NoError(t, os.WriteFile(filepath.Join(d.Dir, ".bashrc"), []byte("PS1='mine> '; greet() { echo hello from $TCPLAB_SHELL; }\n"), 0o644))
	d.Must("up", "healthy", "--engine", "netns")
	testShell(d)
	// Without a terminal it takes its commands from standard input.
	cmd := d.Command("shell", "server")
	cmd.Stdin = strings.NewReader("echo $TCPLAB_SHELL of $TCPLAB_LAB\nexit 4\n")
	out, err := cmd.CombinedOutput()
	assert.ErrorContains(t, err, "exit status 4")
	assert.Equal(t, "server of healthy\n", string(out))
	// A terminal that is closed takes its shell along.
	r := d.Terminal("shell", "client")
	r.AwaitOutput("client@healthy ")
	r.Types("echo pid $$.\r")
	printed := regexp.MustCompile(`pid (\d+)\.`)
	require.Eventually(t, func() bool { return printed.MatchString(r.Out.String()) }, cmdtest.Deadline, cmdtest.Poll)
	pid := printed.FindStringSubmatch(r.Out.String())[1]
	require.NotEmpty(t, cmdtest.CommandLine(pid))
	require.NoError(t, r.Cmd.Process.Signal(unix.SIGHUP))
	require.Eventually(t, func() bool { return cmdtest.CommandLine(pid) == "" }, cmdtest.Deadline, cmdtest.Poll, "the shell goes on")
}

// testShell works in a shell, as one does.
func testShell(d *cmdtest.Desk) {
	r := d.Terminal("shell", "server")
	r.AwaitOutput("server@healthy ")
	r.Types("stty size\r")
	r.AwaitOutput("30 100\r\n")
	require.NoError(d, pty.Setsize(r.TTY, &pty.Winsize{Rows: 20, Cols: 70}))
	r.Types("while [ \"$(stty size)\" != '20 70' ]; do sleep 0.01; done; echo re''sized\r") // the news of it overtakes nothing
	r.AwaitOutput("resized\r\n")
	if d.Env != nil && d.Standing("healthy").Resident {
		r.Types("greet\r")
		r.AwaitOutput("hello from server\r\n") // the user's own settings
	}
	r.Types(`sh -c 'echo be""gin; exec sleep 1000'; echo not reached` + "\r")
	r.AwaitOutput("begin\r\n")
	r.Types("\x03")
	r.Types("sleep 1000 & jobs; kill %1\r")
	r.AwaitOutput("[1]+  Running ")
	r.Types("exit 6\r")
	assert.Equal(d, 6, r.Exit(cmdtest.Deadline), r.Out)
	assert.NotContains(d, r.Out.String(), "no job control")
	assert.NotContains(d, r.Out.String(), "\r\nnot reached")
}

func TestStandingSeveral(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns", "--name", "a")
	out := d.Must("up", "closed-port", "--engine", "netns", "--name", "b")
	assert.Contains(t, out, "  tcplab exec --lab b client curl -m 3 http://203.0.113.10:8080/\n  tcplab break --lab b\n"+
		"  tcplab shell --lab b server\n  tcplab down --lab b\n")
	d.Fails("2 labs stand (a, b): say which one with --lab", "break")
	d.Fails("a lab named b stands already: give this one another name (--name), or take that one down (tcplab down --lab b)",
		"up", "healthy", "--engine", "netns", "--name", "b")
	assert.Equal(t, standing.Healthy, d.Standing("b").State, "it has suffered from that")
	d.Must("break", "--lab", "b")
	assert.Equal(t, standing.Healthy, d.Standing("a").State)
	assert.Equal(t, standing.Broken, d.Standing("b").State)
	assert.Equal(t, "a: down\nb: down\n", d.Must("down", "--all"))
	assert.Empty(t, d.Must("down", "--all"))
	d.Clean()
}

// Nothing is left of a lab whose holder was killed, and everybody is told.
func TestStandingKilled(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	info := d.Standing("healthy")
	inhabitants := d.Inhabitants(info)
	at := d.Start(d.Command("exec", "server", "sh", "-c", "echo begin; sleep 1000"))
	at.AwaitOutput("begin\n")
	const died = "the holder of lab healthy has died, and the lab with it (what is left of containers is removed by \"tcplab sweep\")"
	d.KillHolder(info)
	assert.Equal(t, 2, at.Exit(cmdtest.Deadline))
	assert.Equal(t, "begin\ntcplab: "+died+"\n", at.Out.String())
	d.RequireEnded(inhabitants)
	d.Clean() // the command was told, and has removed what was left
	d.Must("up", "healthy", "--engine", "netns")
	d.KillHolder(d.Standing("healthy"))
	d.Fails(died, "break")
	d.Fails(`no lab stands: "tcplab up NAME" builds one ("tcplab list" shows the names)`, "break")
	d.Clean()

	// The name is free at once, also where nobody has asked in between.
	d.Must("up", "healthy", "--engine", "netns")
	d.KillHolder(d.Standing("healthy"))
	d.Must("up", "healthy", "--engine", "netns")
	assert.Equal(t, "healthy: down\n", d.Must("down"))
	d.Clean()
}

// What a holder has said last is kept, also where somebody has wanted its name.
func TestStandingLastWords(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	d.Fails("a lab named healthy stands already: give this one another name (--name), or take that one down (tcplab down --lab healthy)",
		"up", "closed-port", "--engine", "netns", "--name", "healthy")
	info := d.Standing("healthy")
	require.NoError(t, unix.Kill(info.Process, unix.SIGQUIT)) // at which a Go program says what it was doing
	require.Eventually(t, func() bool { return cmdtest.Ended(info.Process) }, cmdtest.Deadline, cmdtest.Poll)
	log := filepath.Join(d.Dir, "tcplab", "healthy.log")
	out, code := d.TCPLab("break")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "; its last words are in "+log+"\n")
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	assert.Contains(t, string(text), "SIGQUIT")
}

// SIGTERM, as at the end of a session, takes the lab down in good order.
func TestStandingTerminated(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	info := d.Standing("healthy")
	inhabitants := d.Inhabitants(info)
	at := d.Start(d.Command("exec", "server", "sh", "-c", "echo begin; sleep 1000"))
	at.AwaitOutput("begin\n")
	require.NoError(t, unix.Kill(info.Process, unix.SIGTERM))
	assert.Equal(t, 2, at.Exit(cmdtest.Deadline))
	assert.Equal(t, "begin\ntcplab: the lab was taken down\n", at.Out.String())
	d.RequireEnded(inhabitants)
	require.Eventually(t, func() bool { return cmdtest.Ended(info.Process) }, cmdtest.Deadline, cmdtest.Poll)
	d.Clean()
}

// The folder of the sockets is the user's alone.
func TestStandingFolder(t *testing.T) {
	d := cmdtest.NewDesk(t)
	folder := filepath.Join(d.Dir, "tcplab")
	require.NoError(t, os.Mkdir(folder, 0o755))
	out, code := d.TCPLab("status")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, folder+" is to hold the sockets of your labs, but is not a folder of yours that is closed to others: close it (chmod 700), remove it")
	require.NoError(t, os.Chmod(folder, 0o700))
	assert.Equal(t, "no lab stands\n", d.Must("status"))

	d.Env = append(d.Env, "XDG_RUNTIME_DIR="+filepath.Join(d.Dir, "nowhere"), "TMPDIR="+d.Dir, "HOME="+d.Dir)
	assert.Equal(t, "no lab stands\n", d.Must("status"))
	if _, err := os.Stat("/run/user/" + strconv.Itoa(os.Geteuid())); err != nil {
		assert.DirExists(t, filepath.Join(d.Dir, ".cache", "tcplab", "labs"))
	}

	long := filepath.Join(d.Dir, strings.Repeat("long", 30))
	require.NoError(t, os.Mkdir(long, 0o700))
	d.Env = append(d.Env, "XDG_RUNTIME_DIR="+long)
	d.Fails(filepath.Join(long, "tcplab", "a.sock")+" is too long for the path of a socket (107 characters at most): "+
		"set XDG_RUNTIME_DIR to a shorter one, or give the lab a shorter name", "break", "--lab", "a")
}
