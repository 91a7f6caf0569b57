package main

import (
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/wire"
)

// byHandNeeds are the programs of the walk-through, and the packages of Debian that have them. On the netns engine they are
// this machine's.
var byHandNeeds = map[string]string{"bash": "bash", "curl": "curl", "ping": "iputils-ping", "tcpdump": "tcpdump", "iptables": "iptables"}

func TestByHand_netns(t *testing.T) {
	for name, debian := range byHandNeeds {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install %s)", name, debian)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("tcpdump cannot give up rights in a user namespace: run as root")
	}
	testByHand(t, "netns")
}

func TestByHand_docker(t *testing.T) { testByHand(t, "docker") }

// testByHand types every command of docs/by-hand.md, as one person does in one shell.
func testByHand(t *testing.T, engine string) {
	if testing.Short() {
		t.Skip("retransmissions in real time are not for -short")
	}
	needEngine(t, engine)
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed (Debian: apt-get install tshark)")
	}
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs", "by-hand.md"))
	require.NoError(t, err)
	d := newDesk(t)
	walk := strings.ReplaceAll(string(text), "docker, IPv4", engine+", IPv4")
	walk = strings.ReplaceAll(walk, "--engine docker", "--engine "+engine)
	if engine == "netns" { // its hosts have the files of this machine, where others work too
		walk = strings.ReplaceAll(walk, "/tmp/", publicDir(t)+"/")
	}
	list := blocks(t, walk)
	require.Len(t, list, strings.Count(walk, "```console\n"))
	s := newShellSession(d, "TCPLAB_HOST_BINARY="+hostBinary(t))
	for _, b := range list {
		for _, c := range b.commands {
			s.try(c)
		}
	}
	assert.Equal(t, "no lab stands\n", d.must("status"))
}

// imageDeadline allows for a first lab of containers on a machine, for which their image is built.
const imageDeadline = 5 * time.Minute

// shellSession is a shell in which commands are typed one after the other, with what it shows.
type shellSession struct {
	*desk
	running *running
	typed   io.Writer
	seen    int // of the output
}

// newShellSession begins one, as the user whose desk it is. What runs in the background ends with the test.
func newShellSession(d *desk, env ...string) *shellSession {
	d.Helper()
	bin := publicDir(d.T)
	require.NoError(d, os.Symlink(d.program, filepath.Join(bin, "tcplab")))
	cmd := exec.Command("bash", "--norc")
	cmd.Dir, cmd.Env = d.dir, slices.Concat(d.env, []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}, env)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: d.credential, Setpgid: true}
	typed, err := cmd.StdinPipe()
	require.NoError(d, err)
	s := &shellSession{desk: d, running: d.start(cmd), typed: typed}
	d.Cleanup(func() { _ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL) })
	return s
}

// hostBinary is a tcplab for the hosts of the docker engine, which builds one where the working directory is in the module.
func hostBinary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(publicDir(t), "tcplab")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", path, "./cmd/tcplab")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// warning is what tshark says to root before anything else.
var warning = regexp.MustCompile(`(?m)^Running as user "root" and group "root"\. This could be dangerous\.\n`)

// shown is what the shell has shown since the command before.
func (s *shellSession) shown() string {
	return warning.ReplaceAllString(s.running.out.String()[s.seen:], "")
}

// try types a command. What is in the background goes on, once it has shown what it must; all else ends. Nobody types at
// the commands themselves.
func (s *shellSession) try(c command) {
	s.Helper()
	line, finished := "{ "+c.text+"\n} </dev/null\n", regexp.MustCompile(pattern(c.want))
	if !strings.HasSuffix(c.text, "&") {
		line += "echo \"[$?]\"\n"
		finished = regexp.MustCompile(`(?m)^\[\d+\]\n\z`)
	}
	_, err := fmt.Fprint(s.typed, line)
	require.NoError(s, err)
	if !assert.Eventually(s, func() bool { return finished.MatchString(s.shown()) }, imageDeadline, poll, c.text) {
		require.Fail(s, "it shows", "%s", s.shown())
	}
	got, ok := s.shown(), true
	if !strings.HasSuffix(c.text, "&") {
		got, ok = strings.CutSuffix(got, "[0]\n")
	}
	require.True(s, ok, "%s: %s", c.text, got)
	require.Regexp(s, pattern(c.want), got, c.text)
	s.seen = len(s.running.out.String())
}

// The lab's own capture ends by Ctrl-C, for a user who has no tcpdump, and says the same as tcpdump's.
func TestByHandOwnCapture(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	if os.Geteuid() == 0 {
		d.asNobody()
		requireUserNamespaces(t, func(args ...string) (string, error) {
			out, err := d.command(args...).CombinedOutput()
			return string(out), err
		})
	}
	d.must("up", "firewall-drop", "--engine", "netns", "--broken")
	r := d.start(d.command("capture", "server", "server.pcapng"))
	r.awaitOutput("capturing on the server (eth0), until Ctrl-C\n")
	d.must("exec", "client", "tcplab", "host", "dial", "--timeout", "2s", "203.0.113.10:8080")
	require.NoError(t, r.cmd.Process.Signal(unix.SIGINT))
	assert.Zero(t, r.exit(deadline), r.out)
	d.fails("the server has no interface \"eth1\"; it has: eth0", "capture", "server", "other.pcapng", "eth1")
	d.fails(`lab firewall-drop has no host "nowhere"; it has: client, router, server`, "capture", "nowhere", "other.pcapng")
	assert.NoFileExists(t, filepath.Join(d.dir, "other.pcapng"))
	assert.Regexp(t, `^server\.pcapng: 1 of 1 connection failed \(1 no-answer\)\n(.*\n)*    2 SYNs in `, d.must("diagnose", "server.pcapng"))
}

// A capture on a host that is off has nothing to capture. What was captured there before is not lost to it.
func TestByHandCaptureOnAHostThatIsOff(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	earlier := filepath.Join(d.dir, "earlier.pcapng")
	before := strings.Repeat("captured before\n", 1<<10)
	require.NoError(t, os.WriteFile(earlier, []byte(before), 0o600))
	d.must("up", "stopped-host", "--engine", "netns", "--broken")
	const off = "the server is switched off: nothing runs on it; what is sent to it can be captured at the other end of its link"
	d.fails(off, "capture", "server", "server.pcapng")
	assert.NoFileExists(t, filepath.Join(d.dir, "server.pcapng"))
	d.fails(off, "capture", "server", earlier)
	kept, err := os.ReadFile(earlier)
	require.NoError(t, err)
	assert.Equal(t, before, string(kept))
	d.fails(off, "exec", "server", "true")

	d.must("heal")
	r := d.start(d.command("capture", "server", earlier))
	r.awaitOutput("capturing on the server (eth0), until Ctrl-C\n")
	d.must("exec", "client", "tcplab", "host", "dial", "--timeout", "2s", "203.0.113.10:8080")
	require.NoError(t, r.cmd.Process.Signal(unix.SIGINT))
	assert.Zero(t, r.exit(deadline), r.out)
	assert.Regexp(t, `: 1 connection in .* packets, none failed \(1 ok\)\n$`, d.must("diagnose", earlier), "nothing of what was there before is left")
}

// To standard output, for a program that shows the packets as they come.
func TestByHandCaptureIntoAPipe(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	d := newDesk(t)
	d.must("up", "closed-port", "--engine", "netns", "--broken")
	capture := d.command("capture", "client", "-")
	said := newOutput()
	capture.Stderr = said
	stdout, err := capture.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, capture.Start())
	defer func() { _ = capture.Process.Kill() }()
	require.Eventually(t, func() bool { return said.String() == "capturing on the client (eth0), until Ctrl-C\n" }, deadline, poll)
	_, code := d.tcplab("exec", "client", "tcplab", "host", "dial", "203.0.113.10:8080")
	require.Zero(t, code)

	live, err := wire.NewReader(stdout)
	require.NoError(t, err)
	var flags []wire.Flags
	for len(flags) < 2 { // while the capture goes on
		p, err := live.Next()
		require.NoError(t, err)
		if p.Kind == wire.KindTCP {
			flags = append(flags, p.TCP.Flags)
		}
	}
	assert.Equal(t, []wire.Flags{wire.SYN, wire.RST | wire.ACK}, flags)
	require.NoError(t, capture.Process.Signal(unix.SIGINT))
	for err == nil { // a host may have said something to its neighbours meanwhile
		_, err = live.Next()
	}
	assert.ErrorIs(t, err, io.EOF)
	assert.NoError(t, capture.Wait())
	assert.NoFileExists(t, filepath.Join(d.dir, "-"))
}

// TestByHandOfPages_netns types what stands under "By hand" on the page of a run, in the folder of that run.
func TestByHandOfPages_netns(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	for _, program := range []string{"bash", "iptables"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install %s)", program, byHandNeeds[program])
		}
	}
	d := newDesk(t)
	d.must("run", "router-reject", "firewall-reject", "--engine", "netns", "--out", "kept")
	for _, scenario := range []string{"router-reject", "firewall-reject"} {
		folder := filepath.Join(d.dir, "kept", "latest", scenario+"-netns-ipv4")
		page, err := os.ReadFile(filepath.Join(folder, "report.html"))
		require.NoError(t, err)
		_, block, found := strings.Cut(string(page), `<h2 id="hand">By hand</h2>`+"\n<pre>")
		require.True(t, found)
		block, _, _ = strings.Cut(block, "</pre>")
		assert.Contains(t, block, "tcplab exec --lab "+scenario+" ")
		typed := 0
		for line := range strings.Lines(html.UnescapeString(block)) {
			if strings.HasPrefix(line, "wireshark ") {
				continue // it opens a window
			}
			typed++
			shell := exec.Command("bash", "-c", line)
			shell.Dir, shell.Env = folder, append(d.env, "PATH="+filepath.Dir(d.program)+":"+os.Getenv("PATH"))
			out, err := shell.CombinedOutput()
			require.NoError(t, err, "%s%s", line, out)
		}
		assert.Equal(t, 5, typed, "the run again, up, one rule, down, diagnose")
		assert.Contains(t, string(page), `<a href="../index.html">All runs</a>`)
		for _, link := range regexp.MustCompile(`<a href="([^"#]+)"`).FindAllStringSubmatch(string(page), -1) {
			assert.FileExists(t, filepath.Join(folder, link[1]), "a link of the page")
		}
	}
	assert.Equal(t, "no lab stands\n", d.must("status"))
}
