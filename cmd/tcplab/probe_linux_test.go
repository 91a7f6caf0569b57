package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/probe"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// probeBench builds a lab with its service up.
func probeBench(t *testing.T, topology lab.Topology, family lab.Family) (*lab.Bench, context.Context) {
	t.Helper()
	cmdtest.NeedEngine(t, "netns")
	ctx, cancel := context.WithTimeout(t.Context(), cmdtest.Deadline)
	t.Cleanup(cancel)
	built, err := netns.New().Build(ctx, topology)
	require.NoError(t, err)
	b := &lab.Bench{Lab: built, Topology: topology, Family: family}
	t.Cleanup(func() {
		closing, cancel := context.WithTimeout(context.Background(), cmdtest.Deadline)
		defer cancel()
		assert.NoError(t, built.Close(closing))
	})
	require.NoError(t, b.StartService(ctx))
	return b, ctx
}

// probeFrom runs "tcplab probe" in the lab's client.
func probeFrom(t *testing.T, ctx context.Context, b *lab.Bench, args ...string) (text string, code int) {
	t.Helper()
	client, err := b.Host("client")
	require.NoError(t, err)
	var out, sentences bytes.Buffer
	cmd := client.Command(append([]string{cmdtest.Program(t), "probe", "--timeout", "1.5s"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &sentences
	err = cmd.Run(ctx)
	if exit, ended := errors.AsType[*lab.ExitError](err); ended {
		return out.String() + sentences.String(), exit.Code
	}
	require.NoError(t, err, sentences.String())
	return out.String(), 0
}

// probeCase is a failure, and what a probe must say of it.
type probeCase struct {
	name    string
	family  lab.Family
	fault   harness.Fault
	target  string // the service where it is empty
	code    int
	verdict diagnose.Verdict
	path    probe.DecisionPath
	summary string // in it
	note    string // in one of the notes
	rival   string // not among the rivals
}

var probeCases = []probeCase{
	{name: "healthy", verdict: diagnose.OK, path: probe.DecisionPath{Online: "yes", Host: "answers", Port: "open"}},
	{name: "healthy", family: lab.IPv6, verdict: diagnose.OK, path: probe.DecisionPath{Online: "yes", Host: "answers", Port: "open"}},
	{name: "closed port", fault: faults.StopService{}, code: 1, verdict: diagnose.Refused,
		path: probe.DecisionPath{Online: "yes", Host: "answers", Port: "refused"}, summary: "SYN answered by RST"},
	{name: "closed port", family: lab.IPv6, fault: faults.StopService{}, code: 1, verdict: diagnose.Refused,
		path: probe.DecisionPath{Online: "yes", Host: "answers", Port: "refused"}, summary: "SYN answered by RST"},
	{name: "firewall", fault: dropAt("server", "INPUT"), code: 1, verdict: diagnose.NoAnswer,
		path: probe.DecisionPath{Online: "yes", Host: "answers", Port: "silent"}, summary: "2 SYNs in ", note: "it is this port that is silent", rival: "dead host"},
	{name: "security group", family: lab.IPv6, fault: dropAt("router", "FORWARD"), code: 1, verdict: diagnose.NoAnswer,
		path: probe.DecisionPath{Online: "yes", Host: "answers", Port: "silent"}, summary: "2 SYNs in ", rival: "dead host"},
	{name: "ICMP filtered", fault: faults.FirewallRule{Host: "server", Rule: faults.Rule{Chain: "INPUT", Proto: "icmp"}}, verdict: diagnose.OK,
		path: probe.DecisionPath{Online: "yes", Host: "silent", Port: "open"}, note: "ICMP is filtered"},
	{name: "host off", fault: faults.StopHost{Host: "server", LastHop: "router"}, code: 1, verdict: diagnose.NoAnswer,
		path: probe.DecisionPath{Online: "yes", Host: "silent", Port: "silent"}, summary: "2 SYNs in ", note: "ping is unanswered because"},
	{name: "no route at the router", target: "192.0.2.99:8080", code: 1, verdict: diagnose.Rejected,
		path: probe.DecisionPath{Online: "yes", Host: "unreachable", Port: "rejected"}, summary: "ICMP unreachable net (type 3 code 0) from 198.51.100.1"},
	{name: "no route at the router", family: lab.IPv6, target: "[2001:db8:9::99]:8080", code: 1, verdict: diagnose.Rejected,
		path: probe.DecisionPath{Online: "yes", Host: "unreachable", Port: "rejected"}, summary: "ICMP unreachable net (type 1 code 0) from 2001:db8:1::1"},
	{name: "nobody on the link", target: "198.51.100.99:8080", code: 1, verdict: diagnose.NoNeighbour,
		path: probe.DecisionPath{Online: "unknown", Host: "silent", Port: "unknown"}, summary: "198.51.100.10 asked for 198.51.100.99 2 times"},
}

func dropAt(host, chain string) harness.Fault {
	return faults.FirewallRule{Host: host, Rule: faults.Rule{Chain: chain, Proto: "tcp", Port: lab.Port}}
}

func TestProbeInLabs(t *testing.T) {
	if testing.Short() {
		t.Skip("timeouts in real time are not for -short")
	}
	cmdtest.NeedEngine(t, "netns")
	for _, c := range probeCases {
		if c.family == 0 {
			c.family = lab.IPv4
		}
		t.Run(c.name+"/"+c.family.String(), func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}

func (c probeCase) run(t *testing.T) {
	b, ctx := probeBench(t, lab.Routed(), c.family)
	if c.fault != nil {
		require.NoError(t, c.fault.Inject(ctx, b))
		require.NoError(t, c.fault.Verify(ctx, b))
	}
	target := c.target
	if target == "" {
		target = b.Target().String()
	}
	out, code := probeFrom(t, ctx, b, target, "--json")
	assert.Equal(t, c.code, code, out)
	var r probe.Probed
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	assert.Equal(t, c.verdict, r.Verdict, out)
	assert.Equal(t, c.path, r.Path, out)
	assert.True(t, r.Captured, out)
	assert.Empty(t, r.Unseen, out)
	assert.NotEmpty(t, r.Evidence, out)
	assert.Contains(t, r.Summary, c.summary, out)
	assert.Contains(t, strings.Join(r.Notes, "\n"), c.note, out)
	assert.Equal(t, probe.Echoes, r.Ping.Sent, out)
	assert.Equal(t, c.code != 0, len(r.Rivals) > 0 && len(r.Next) > 0, out)
	if c.rival != "" {
		assert.NotContains(t, r.Rivals, c.rival, out)
	}
}

// The text of a probe goes along the decision path.
func TestProbeText(t *testing.T) {
	if testing.Short() {
		t.Skip("timeouts in real time are not for -short")
	}
	t.Parallel()
	b, ctx := probeBench(t, lab.Routed(), lab.IPv4)
	require.NoError(t, dropAt("server", "INPUT").Inject(ctx, b))
	out, code := probeFrom(t, ctx, b, "203.0.113.10:8080")
	assert.Equal(t, 1, code)
	assert.Regexp(t, `^203\.0\.113\.10:8080: no-answer

  no-answer: 198\.51\.100\.10:\d+ -> 203\.0\.113\.10:8080
    online\?       yes: from 198\.51\.100\.10 on eth0 by way of 198\.51\.100\.1; 198\.51\.100\.1 is at 02:00:c6:33:64:01 \([A-Z]+\)
    answers ping\? yes: 3 of 3 pings answered, [0-9.]+[mµ]s
    the port\?     silent: 2 SYNs in [0-9.]+ s, no reply; connect: timed out
(    note: .*\n)+    packets \d \(SYN\), \d \(SYN\)
    cannot tell apart: a firewall on the way drops .*; the answers are lost on the way back
    next: sudo tcpdump -ni any 'tcp port 8080 and host 198\.51\.100\.10'  # on the server
`, out)
}

// A machine without a route sends nothing, and the server is not to blame.
func TestProbeWithoutRoute(t *testing.T) {
	t.Parallel()
	topology := lab.Routed()
	topology.Hosts[0].Routes = nil
	b, ctx := probeBench(t, topology, lab.IPv4)
	out, code := probeFrom(t, ctx, b, "203.0.113.10:8080")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "online?       no: no route (network is unreachable)\n")
	assert.Contains(t, out, "tcplab: it could not be probed: this machine has no route to 203.0.113.10")
}

// A client whose router is gone is offline, and says so.
func TestProbeOffline(t *testing.T) {
	if testing.Short() {
		t.Skip("timeouts in real time are not for -short")
	}
	t.Parallel()
	b, ctx := probeBench(t, lab.Routed(), lab.IPv4)
	router, err := b.Host("router")
	require.NoError(t, err)
	stopper, ok := router.(lab.Stopper)
	require.True(t, ok)
	require.NoError(t, stopper.Stop(ctx))
	out, code := probeFrom(t, ctx, b, "203.0.113.10:8080")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "203.0.113.10:8080: no-neighbour\n")
	assert.Contains(t, out, "nobody on the link answers for 198.51.100.1 (")
	assert.Regexp(t, `online\?       no: `, out)
}

// Without permission the verdict rests on the error, and it is said what was not seen.
func TestProbeWithoutPermission(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	target := listener.Addr().(*net.TCPAddr).AddrPort()
	go func() {
		for c, err := listener.Accept(); err == nil; c, err = listener.Accept() {
			_ = c.Close()
		}
	}()
	out, code := probeUnprivileged(t, target)
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, ": open\n")
	assert.Contains(t, out, "not seen: the packets of the connection: open packet socket: ")
	require.NoError(t, listener.Close())
	out, code = probeUnprivileged(t, target)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, ": refused\n")
	assert.Contains(t, out, "ICMP unreachable port gives the same error as RST")
	assert.Contains(t, out, "next: ss -ltnp 'sport = :")
}

// probeUnprivileged probes as a user that may not capture.
func probeUnprivileged(t *testing.T, target netip.AddrPort) (string, int) {
	t.Helper()
	path := filepath.Join(cmdtest.PublicDir(t), "tcplab")
	cmdtest.CopyFile(t, cmdtest.Program(t), path)
	ctx, cancel := context.WithTimeout(t.Context(), cmdtest.Deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "probe", target.String(), "--timeout", time.Second.String())
	cmd.Dir = "/"
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: cmdtest.Nobody, Gid: cmdtest.Nobody}}
	}
	out, err := cmd.CombinedOutput()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended {
		return string(out), exit.ExitCode()
	}
	require.NoError(t, err, string(out))
	return string(out), 0
}
