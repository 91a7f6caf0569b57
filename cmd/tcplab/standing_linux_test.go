package main

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

	"github.com/tcplab/tcplab/standing"
)

func TestStanding(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	testStandingLab(newDesk(t))
}

func TestStandingOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("every other test that uses the netns engine runs as an ordinary user already")
	}
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.asNobody()
	requireUserNamespaces(t, func(args ...string) (string, error) {
		out, err := d.command(args...).CombinedOutput()
		return string(out), err
	})
	testStandingLab(d)
}

// Labs are found from inside one of them, where an ordinary user is root, and would look for root's.
func TestStandingFromInside(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("it takes root to become an ordinary user beside it")
	}
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.asNobody()
	d.env = append(slices.DeleteFunc(d.env, func(v string) bool { return strings.HasPrefix(v, "XDG_RUNTIME_DIR=") }), "TMPDIR="+d.dir)
	requireUserNamespaces(t, func(args ...string) (string, error) {
		out, err := d.command(args...).CombinedOutput()
		return string(out), err
	})
	d.must("up", "healthy", "--engine", "netns")
	assert.Equal(t, d.must("status"), d.must("exec", "client", d.program, "status"))
	assert.Contains(t, d.must("__complete", "exec", ""), "client\nrouter\nserver\n", "a shell completes the hosts")
	assert.Contains(t, d.must("__complete", "down", "--lab", ""), "healthy\n")
}

// testStandingLab is a lab's life.
func testStandingLab(d *desk) {
	out := d.must("up", "closed-port", "--engine", "netns", "--name", "mine")
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
	info := d.lab("mine")
	assert.Equal(d, standing.Healthy, info.State)
	assert.Equal(d, "closed-port", info.Scenario)
	inhabitants := d.inhabitants(info)
	assert.Equal(d, 1, parent(info.Process), "the holder is a child of somebody")
	dial := []string{"exec", "client", "tcplab", "host", "dial", "--timeout", "2s", info.Target}
	assert.NotContains(d, d.must(dial...), "errno")
	assert.Equal(d, "mine: netns, IPv4, broken: nobody listens on TCP port 8080 of the server\n", d.must("break"))
	d.fails("the lab is broken already", "break")
	assert.Contains(d, d.must(dial...), `"errno":"ECONNREFUSED"`)
	assert.Equal(d, standing.Broken, d.lab("mine").State)
	assert.Equal(d, "mine: netns, IPv4, healthy\n", d.must("heal"))
	assert.NotContains(d, d.must(dial...), "errno")
	assert.Equal(d, "mine: down\n", d.must("down"))
	// A holder at its end has closed all that it had; the kernel may be a moment from calling it ended.
	held, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", info.Process))
	assert.Empty(d, held, "the holder has not ended when it is said to be down")
	d.requireEnded(append(inhabitants, info.Process))
	assert.Equal(d, "no lab stands\n", d.must("status"))
	d.clean()
}

// A lab may be broken from the beginning, and be of IPv6.
func TestStandingBroken(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	out := d.must("up", "closed-port", "--engine", "netns", "--family", "6", "--broken")
	assert.Contains(t, out, "closed-port: netns, IPv6, broken: nobody listens on TCP port 8080 of the server\n")
	assert.Contains(t, out, "  router  2001:db8:1::1, 2001:db8:2::1\n")
	assert.Contains(t, out, "  tcplab exec client curl -m 3 -g 'http://[2001:db8:2::10]:8080/'\n  tcplab heal\n")
	assert.Contains(t, d.must("exec", "client", "tcplab", "host", "dial", "[2001:db8:2::10]:8080"), "ECONNREFUSED")
}

// The streams of a command are those of "exec", and its exit code too.
func TestStandingExec(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.must("up", "healthy", "--engine", "netns")
	assert.Equal(t, "hello\n", d.must("exec", "server", "--", "echo", "hello"))
	d.fails(`"server" "--" does not fit: tcplab exec HOST [--] COMMAND... [flags] ("tcplab exec --help" has examples)`, "exec", "server", "--")
	out, code := d.tcplab("exec", "server", "sh", "-c", "exit 7")
	assert.Equal(t, 7, code)
	assert.Empty(t, out)
	cmd := d.command("exec", "client", "sh", "-c", "cat; echo $COLOUR; pwd; echo no >&2")
	cmd.Env = append(cmd.Env, "COLOUR=blue")
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("typed\n"), &stdout, &stderr
	require.NoError(t, cmd.Run())
	assert.Equal(t, "typed\nblue\n"+d.dir+"\n", stdout.String())
	assert.Equal(t, "no\n", stderr.String())
	assert.Contains(t, d.must("exec", "server", "cat", "/proc/net/fib_trie"), "203.0.113.10", "that is not the server's network")

	assert.Equal(t, "http://203.0.113.10:8080/\n", d.must("exec", "client", "sh", "-c", "echo $TCPLAB_URL"))
	assert.Contains(t, d.must("exec", "client", "getent", "hosts", "server.lab"), "203.0.113.10")
	// The program is the one that is found here, with the environment of here, and not where the lab was built.
	bin := filepath.Join(d.dir, "venv")
	require.NoError(t, os.Mkdir(bin, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(bin, "mine"), []byte("#!/bin/sh\necho mine $COLOUR\n"), 0o755))
	cmd = d.command("exec", "client", "mine")
	cmd.Env = append(cmd.Env, "COLOUR=green", "PATH="+bin+":"+os.Getenv("PATH"))
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Equal(t, "mine green\n", string(output))
	cmd = d.command("exec", "client", "./mine")
	cmd.Dir = bin
	output, err = cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	d.fails(bin+": netns: host client: "+bin+" is a folder, and no program", "exec", "client", bin)

	d.fails(`lab healthy has no host "nowhere"; it has: client, router, server`, "exec", "nowhere", "true")
	d.fails(`there is no lab "other"; there are: healthy`, "exec", "--lab", "other", "server", "true")
	out, code = d.tcplab("exec", "server", "no-such-program")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "no-such-program")

	// A job in the background of a terminal leaves it alone.
	r := d.onTerminal(exec.Command("sh", "-c", `set -m; "$0" exec server cat & wait $!; echo code $?`, d.program))
	assert.Zero(t, r.exit(deadline), r.out)
	assert.Contains(t, r.out.String(), "code 0\r\n")
	// What is typed goes to the command, also where its output goes elsewhere.
	r = d.onTerminal(exec.Command("sh", "-c", `"$0" exec server sh -c 'echo begin >&2; read x; echo got $x' > got; cat got`, d.program))
	r.awaitOutput("begin\r\n")
	r.types("typed\r")
	assert.Zero(t, r.exit(deadline), r.out)
	assert.Contains(t, r.out.String(), "got typed\r\n")
}

// What a command leaves in the background goes on until the lab is taken down, also where it has not left its process group yet.
func TestStandingBackground(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.must("up", "healthy", "--engine", "netns")
	var left []int
	for _, background := range []string{"sleep 1000 >/dev/null 2>&1 &", "setsid sleep 1000 >/dev/null 2>&1 &"} {
		for range 5 {
			pid, err := strconv.Atoi(strings.TrimSpace(d.must("exec", "client", "sh", "-c", background+" echo $!")))
			require.NoError(t, err)
			left = append(left, pid)
		}
	}
	for _, pid := range left {
		assert.False(t, ended(pid))
	}
	d.must("down")
	d.requireEnded(left)
}

// What "exec" is told by a signal goes to the command, and the command ends as it likes.
func TestStandingExecSignals(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.must("up", "healthy", "--engine", "netns")
	const script = "trap 'kill $! 2>&-; echo caught; exit 9' INT TERM; sleep 1000 & echo begin; wait"
	for _, s := range []syscall.Signal{unix.SIGINT, unix.SIGTERM} {
		r := d.start(d.command("exec", "server", "sh", "-c", script))
		r.awaitOutput("begin\n")
		require.NoError(t, r.cmd.Process.Signal(s))
		assert.Equal(t, 9, r.exit(deadline))
		assert.Equal(t, "begin\ncaught\n", r.out.String())
	}
	r := d.terminal("exec", "server", "sh", "-c", script)
	r.awaitOutput("begin\r\n")
	r.types("\x03")
	assert.Equal(t, 9, r.exit(deadline))
	assert.Equal(t, "begin\r\n^Ccaught\r\n", r.out.String())

	// Whoever kills it, kills the command.
	r = d.start(d.command("exec", "server", "sh", "-c", "echo $$; exec sleep 1000"))
	r.awaitOutput("\n")
	pid := strings.TrimSpace(r.out.String())
	require.NoError(t, r.cmd.Process.Kill())
	require.Eventually(t, func() bool { return commandLine(pid) == "" }, deadline, poll, "the command goes on")
}

// commandLine is that of a process, empty where it has ended.
func commandLine(pid string) string {
	text, _ := os.ReadFile("/proc/" + pid + "/cmdline")
	return string(text)
}

func TestStandingShell(t *testing.T) {
	needEngine(t, "netns")
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	t.Parallel()
	d := newDesk(t)
	d.env = append(d.env, "SHELL="+bash, "HOME="+d.dir)
	require.NoError(t, os.WriteFile(filepath.Join(d.dir, ".bashrc"), []byte("PS1='mine> '; greet() { echo hello from $TCPLAB_SHELL; }\n"), 0o644))
	d.must("up", "healthy", "--engine", "netns")
	testShell(d)
	// Without a terminal it takes its commands from standard input.
	cmd := d.command("shell", "server")
	cmd.Stdin = strings.NewReader("echo $TCPLAB_SHELL of $TCPLAB_LAB\nexit 4\n")
	out, err := cmd.CombinedOutput()
	assert.ErrorContains(t, err, "exit status 4")
	assert.Equal(t, "server of healthy\n", string(out))
	// A terminal that is closed takes its shell along.
	r := d.terminal("shell", "client")
	r.awaitOutput("client@healthy ")
	r.types("echo pid $$.\r")
	printed := regexp.MustCompile(`pid (\d+)\.`)
	require.Eventually(t, func() bool { return printed.MatchString(r.out.String()) }, deadline, poll)
	pid := printed.FindStringSubmatch(r.out.String())[1]
	require.NotEmpty(t, commandLine(pid))
	require.NoError(t, r.cmd.Process.Signal(unix.SIGHUP))
	require.Eventually(t, func() bool { return commandLine(pid) == "" }, deadline, poll, "the shell goes on")
}

// testShell works in a shell, as one does.
func testShell(d *desk) {
	r := d.terminal("shell", "server")
	r.awaitOutput("server@healthy ")
	r.types("stty size\r")
	r.awaitOutput("30 100\r\n")
	require.NoError(d, pty.Setsize(r.tty, &pty.Winsize{Rows: 20, Cols: 70}))
	r.types("while [ \"$(stty size)\" != '20 70' ]; do sleep 0.01; done; echo re''sized\r") // the news of it overtakes nothing
	r.awaitOutput("resized\r\n")
	if d.env != nil && d.lab("healthy").Resident {
		r.types("greet\r")
		r.awaitOutput("hello from server\r\n") // the user's own settings
	}
	r.types(`sh -c 'echo be""gin; exec sleep 1000'; echo not reached` + "\r")
	r.awaitOutput("begin\r\n")
	r.types("\x03")
	r.types("sleep 1000 & jobs; kill %1\r")
	r.awaitOutput("[1]+  Running ")
	r.types("exit 6\r")
	assert.Equal(d, 6, r.exit(deadline), r.out)
	assert.NotContains(d, r.out.String(), "no job control")
	assert.NotContains(d, r.out.String(), "\r\nnot reached")
}

func TestStandingSeveral(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.must("up", "healthy", "--engine", "netns", "--name", "a")
	out := d.must("up", "closed-port", "--engine", "netns", "--name", "b")
	assert.Contains(t, out, "  tcplab exec --lab b client curl -m 3 http://203.0.113.10:8080/\n  tcplab break --lab b\n"+
		"  tcplab shell --lab b server\n  tcplab down --lab b\n")
	d.fails("2 labs stand (a, b): say which one with --lab", "break")
	d.fails("a lab named b stands already: give this one another name (--name), or take that one down (tcplab down --lab b)",
		"up", "healthy", "--engine", "netns", "--name", "b")
	assert.Equal(t, standing.Healthy, d.lab("b").State, "it has suffered from that")
	d.must("break", "--lab", "b")
	assert.Equal(t, standing.Healthy, d.lab("a").State)
	assert.Equal(t, standing.Broken, d.lab("b").State)
	assert.Equal(t, "a: down\nb: down\n", d.must("down", "--all"))
	assert.Empty(t, d.must("down", "--all"))
	d.clean()
}

// Nothing is left of a lab whose holder was killed, and everybody is told.
func TestStandingKilled(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.must("up", "healthy", "--engine", "netns")
	info := d.lab("healthy")
	inhabitants := d.inhabitants(info)
	at := d.start(d.command("exec", "server", "sh", "-c", "echo begin; sleep 1000"))
	at.awaitOutput("begin\n")
	const died = "the holder of lab healthy has died, and the lab with it (what is left of containers is removed by \"tcplab sweep\")"
	d.killHolder(info)
	assert.Equal(t, 2, at.exit(deadline))
	assert.Equal(t, "begin\ntcplab: "+died+"\n", at.out.String())
	d.requireEnded(inhabitants)
	d.clean() // the command was told, and has removed what was left
	d.must("up", "healthy", "--engine", "netns")
	d.killHolder(d.lab("healthy"))
	d.fails(died, "break")
	d.fails(`no lab stands: "tcplab up NAME" builds one ("tcplab list" shows the names)`, "break")
	d.clean()

	// The name is free at once, also where nobody has asked in between.
	d.must("up", "healthy", "--engine", "netns")
	d.killHolder(d.lab("healthy"))
	d.must("up", "healthy", "--engine", "netns")
	assert.Equal(t, "healthy: down\n", d.must("down"))
	d.clean()
}

// What a holder has said last is kept, also where somebody has wanted its name.
func TestStandingLastWords(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.must("up", "healthy", "--engine", "netns")
	d.fails("a lab named healthy stands already: give this one another name (--name), or take that one down (tcplab down --lab healthy)",
		"up", "closed-port", "--engine", "netns", "--name", "healthy")
	info := d.lab("healthy")
	require.NoError(t, unix.Kill(info.Process, unix.SIGQUIT)) // at which a Go program says what it was doing
	require.Eventually(t, func() bool { return ended(info.Process) }, deadline, poll)
	log := filepath.Join(d.dir, "tcplab", "healthy.log")
	out, code := d.tcplab("break")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "; its last words are in "+log+"\n")
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	assert.Contains(t, string(text), "SIGQUIT")
}

// SIGTERM, as at the end of a session, takes the lab down in good order.
func TestStandingTerminated(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.must("up", "healthy", "--engine", "netns")
	info := d.lab("healthy")
	inhabitants := d.inhabitants(info)
	at := d.start(d.command("exec", "server", "sh", "-c", "echo begin; sleep 1000"))
	at.awaitOutput("begin\n")
	require.NoError(t, unix.Kill(info.Process, unix.SIGTERM))
	assert.Equal(t, 2, at.exit(deadline))
	assert.Equal(t, "begin\ntcplab: the lab was taken down\n", at.out.String())
	d.requireEnded(inhabitants)
	require.Eventually(t, func() bool { return ended(info.Process) }, deadline, poll)
	d.clean()
}

// The folder of the sockets is the user's alone.
func TestStandingFolder(t *testing.T) {
	d := newDesk(t)
	folder := filepath.Join(d.dir, "tcplab")
	require.NoError(t, os.Mkdir(folder, 0o755))
	out, code := d.tcplab("status")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, folder+" is to hold the sockets of your labs, but is not a folder of yours that is closed to others: close it (chmod 700), remove it")
	require.NoError(t, os.Chmod(folder, 0o700))
	assert.Equal(t, "no lab stands\n", d.must("status"))

	d.env = append(d.env, "XDG_RUNTIME_DIR="+filepath.Join(d.dir, "nowhere"), "TMPDIR="+d.dir, "HOME="+d.dir)
	assert.Equal(t, "no lab stands\n", d.must("status"))
	if _, err := os.Stat("/run/user/" + strconv.Itoa(os.Geteuid())); err != nil {
		assert.DirExists(t, filepath.Join(d.dir, ".cache", "tcplab", "labs"))
	}

	long := filepath.Join(d.dir, strings.Repeat("long", 30))
	require.NoError(t, os.Mkdir(long, 0o700))
	d.env = append(d.env, "XDG_RUNTIME_DIR="+long)
	d.fails(filepath.Join(long, "tcplab", "a.sock")+" is too long for the path of a socket (107 characters at most): "+
		"set XDG_RUNTIME_DIR to a shorter one, or give the lab a shorter name", "break", "--lab", "a")
}
