package standingtest

import (
	"encoding/json"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/scenarios"
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
	cmdtest.NeedEngine(t, engine)
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed (Debian: apt-get install tshark)")
	}
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(enginetest.Root(), "docs", "by-hand.md"))
	require.NoError(t, err)
	d := cmdtest.NewDesk(t)
	walk := strings.ReplaceAll(string(text), "docker, IPv4", engine+", IPv4")
	walk = strings.ReplaceAll(walk, "--engine docker", "--engine "+engine)
	if engine == "netns" { // its hosts have the files of this machine, where others work too
		walk = strings.ReplaceAll(walk, "/tmp/", cmdtest.PublicDir(t)+"/")
	}
	list := cmdtest.Blocks(t, walk)
	require.Len(t, list, strings.Count(walk, "```console\n"))
	s := cmdtest.NewShellSession(d, "TCPLAB_HOST_BINARY="+cmdtest.HostBinary(t))
	for _, b := range list {
		for _, c := range b.Commands {
			s.Try(c)
		}
	}
	assert.Equal(t, "no lab stands\n", d.Must("status"))
}

// The lab's own capture ends by Ctrl-C, for a user who has no tcpdump, and says the same as tcpdump's.
func TestByHandOwnCapture(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	if os.Geteuid() == 0 {
		d.AsNobody()
		cmdtest.RequireUserNamespaces(t, func(args ...string) (string, error) {
			out, err := d.Command(args...).CombinedOutput()
			return string(out), err
		})
	}
	d.Must("up", "firewall-drop", "--engine", "netns", "--broken")
	r := d.Start(d.Command("capture", "server", "server.pcapng"))
	r.AwaitOutput("capturing on the server (eth0), until Ctrl-C\n")
	d.Must("exec", "client", "tcplab", "host", "dial", "--timeout", "2s", "203.0.113.10:8080")
	require.NoError(t, r.Cmd.Process.Signal(unix.SIGINT))
	assert.Zero(t, r.Exit(cmdtest.Deadline), r.Out)
	d.Fails("the server has no interface \"eth1\"; it has: eth0", "capture", "server", "other.pcapng", "eth1")
	d.Fails(`lab firewall-drop has no host "nowhere"; it has: client, router, server`, "capture", "nowhere", "other.pcapng")
	assert.NoFileExists(t, filepath.Join(d.Dir, "other.pcapng"))
	assert.Regexp(t, `^server\.pcapng: 1 of 1 connection failed \(1 no-answer\)\n(.*\n)*    2 SYNs in `, d.Must("diagnose", "server.pcapng"))
}

// A capture on a host that is off has nothing to capture. What was captured there before is not lost to it.
func TestByHandCaptureOnAHostThatIsOff(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	earlier := filepath.Join(d.Dir, "earlier.pcapng")
	before := strings.Repeat("captured before\n", 1<<10)
	require.NoError(t, os.WriteFile(earlier, []byte(before), 0o600))
	d.Must("up", "stopped-host", "--engine", "netns", "--broken")
	const off = "the server is switched off: nothing runs on it; what is sent to it can be captured at the other end of its link"
	d.Fails(off, "capture", "server", "server.pcapng")
	assert.NoFileExists(t, filepath.Join(d.Dir, "server.pcapng"))
	d.Fails(off, "capture", "server", earlier)
	kept, err := os.ReadFile(earlier)
	require.NoError(t, err)
	assert.Equal(t, before, string(kept))
	d.Fails(off, "exec", "server", "true")

	d.Must("heal")
	r := d.Start(d.Command("capture", "server", earlier))
	r.AwaitOutput("capturing on the server (eth0), until Ctrl-C\n")
	d.Must("exec", "client", "tcplab", "host", "dial", "--timeout", "2s", "203.0.113.10:8080")
	require.NoError(t, r.Cmd.Process.Signal(unix.SIGINT))
	assert.Zero(t, r.Exit(cmdtest.Deadline), r.Out)
	assert.Regexp(t, `: 1 connection in .* packets, none failed \(1 ok\)\n$`, d.Must("diagnose", earlier), "nothing of what was there before is left")
}

// To standard output, for a program that shows the packets as they come.
func TestByHandCaptureIntoAPipe(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "closed-port", "--engine", "netns", "--broken")
	capture := d.Command("capture", "client", "-")
	said := cmdtest.NewOutput()
	capture.Stderr = said
	stdout, err := capture.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, capture.Start())
	defer func() { _ = capture.Process.Kill() }()
	require.Eventually(t, func() bool { return said.String() == "capturing on the client (eth0), until Ctrl-C\n" }, cmdtest.Deadline, cmdtest.Poll)
	_, code := d.TCPLab("exec", "client", "tcplab", "host", "dial", "203.0.113.10:8080")
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
	assert.NoFileExists(t, filepath.Join(d.Dir, "-"))
}

// What stands by hand for a rule that drops the first packets alone does what the fault does: one SYN is lost, and the next gets through.
func TestByHandLosesOneSYN_netns(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	for _, program := range []string{"bash", "nft"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	t.Parallel()
	s, err := scenarios.Named("lost-syn-once")
	require.NoError(t, err)
	d := cmdtest.NewDesk(t)
	d.Must("up", s.Name, "--engine", "netns")
	for _, line := range s.Fault.(harness.ByHand).ByHand(lab.IPv4) {
		shell := exec.Command("bash", "-c", line)
		shell.Dir, shell.Env = d.Dir, append(d.Env, "PATH="+filepath.Dir(d.Program)+":"+os.Getenv("PATH"))
		out, err := shell.CombinedOutput()
		require.NoError(t, err, "%s%s", line, out)
	}
	var o lab.Outcome
	require.NoError(t, json.Unmarshal([]byte(d.Must("exec", "client", "tcplab", "host", "dial", "--timeout", "10s", "203.0.113.10:8080")), &o))
	assert.True(t, o.OK(), "%s", o)
	assert.Greater(t, o.Elapsed, 900*time.Millisecond, "the kernel's timer brings the second SYN (RFC 6298: 1 s)")
	assert.Contains(t, d.Must("exec", "router", "nft", "list", "table", "inet", "by-hand"), "counter packets 1 ")
	d.Must("down")
	d.Clean()
}

// TestByHandOfPages_netns types what stands under "By hand" on the page of a run, in the folder of that run.
func TestByHandOfPages_netns(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	for _, program := range []string{"bash", "iptables", "nft"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install %s)", program, byHandNeeds[program])
		}
	}
	d := cmdtest.NewDesk(t)
	list := []string{"router-reject", "firewall-reject", "lost-syn-once", "lost-syn-twice", "segment-lost"}
	d.Must(append([]string{"run", "--engine", "netns", "--out", "kept"}, list...)...)
	for _, scenario := range list {
		folder := filepath.Join(d.Dir, "kept", "latest", scenario+"-netns-ipv4")
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
			shell.Dir, shell.Env = folder, append(d.Env, "PATH="+filepath.Dir(d.Program)+":"+os.Getenv("PATH"))
			out, err := shell.CombinedOutput()
			require.NoError(t, err, "%s%s", line, out)
		}
		assert.Equal(t, 5, typed, "the run again, up, one rule, down, diagnose")
		assert.Contains(t, string(page), `<a href="../index.html">All runs</a>`)
		for _, link := range regexp.MustCompile(`<a href="([^"#]+)"`).FindAllStringSubmatch(string(page), -1) {
			assert.FileExists(t, filepath.Join(folder, link[1]), "a link of the page")
		}
	}
	assert.Equal(t, "no lab stands\n", d.Must("status"))
}
