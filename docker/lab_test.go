package docker_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

func TestRoutedLab(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	client, router, server := hostOf(t, l, "client"), hostOf(t, l, "router"), hostOf(t, l, "server")
	t.Run("the tools work", func(t *testing.T) { testTools(t, ctx, client, router) })
	t.Run("the router forwards", func(t *testing.T) { testForwarding(t, ctx, client, server) })
	t.Run("no way out", func(t *testing.T) { testNoWayOut(t, ctx, client) })
	t.Run("sysctls", func(t *testing.T) {
		assert.Equal(t, "1\n", output(t, ctx, router, "cat", "/proc/sys/net/ipv4/ip_forward"))
		assert.Equal(t, "0\n", output(t, ctx, client, "cat", "/proc/sys/net/ipv4/tcp_syn_linear_timeouts"))
	})
}

// The tools are those of a Debian machine, and do their work with the few capabilities that a host has.
func testTools(t *testing.T, ctx context.Context, client, router lab.Host) {
	assert.Contains(t, output(t, ctx, client, "ping", "-n", "-c", "1", "-W", "2", "203.0.113.10"), " 0% packet loss")
	assert.Contains(t, output(t, ctx, client, "ping", "-n", "-c", "1", "-W", "2", "2001:db8:2::10"), " 0% packet loss")
	assert.Contains(t, output(t, ctx, client, "traceroute", "-n", "203.0.113.10"), " 198.51.100.1 ")
	assert.Contains(t, output(t, ctx, client, "hostname"), "client")

	_, err := client.Command("curl", "-sS", "-m", "5", "http://203.0.113.10:8080/").Output(ctx)
	exit, ok := errors.AsType[*lab.ExitError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, 7, exit.Code, "curl to a closed port")

	rule := []string{"FORWARD", "-p", "tcp", "-m", "tcp", "--dport", "8080", "-j", "DROP"}
	output(t, ctx, router, append([]string{"iptables", "-A"}, rule...)...)
	assert.Contains(t, output(t, ctx, router, "iptables", "-S"), "-A "+strings.Join(rule, " "))
	output(t, ctx, router, append([]string{"iptables", "-D"}, rule...)...)

	// What the lab's own verb writes is what iptables lists.
	output(t, ctx, router, faults.FirewallVerb("add", lab.IPv4, faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: 8080})...)
	assert.Contains(t, output(t, ctx, router, "iptables", "-S"), "-A "+strings.Join(rule, " "))
	output(t, ctx, router, faults.FirewallVerb("delete", lab.IPv4, faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: 8080})...)

	dump := "cd /tmp; tcpdump -i to-client -c 1 -w icmp.pcap icmp 2>said & until grep -q 'listening on' said; do sleep 0.02; done; " +
		"ping -c 1 -W 1 198.51.100.10 >/dev/null; wait; tcpdump -n -r icmp.pcap"
	assert.Contains(t, output(t, ctx, router, "bash", "-c", dump), "198.51.100.1 > 198.51.100.10: ICMP echo request")
}

// Bridge netfilter, where it is on, must not lose what a router forwards (an internal network would).
func testForwarding(t *testing.T, ctx context.Context, client, server lab.Host) {
	listen(t, ctx, server)
	for _, f := range lab.Families {
		target := net.JoinHostPort(server.Addr(f).String(), "8080")
		took := output(t, ctx, client, "curl", "-sS", "-m", "5", "-o", "/dev/null", "-w", "%{time_connect}", "http://"+target+"/")
		seconds, err := strconv.ParseFloat(took, 64)
		require.NoError(t, err)
		assert.Less(t, seconds, 0.9, "%s: a SYN or a solicitation was lost", f)
	}
}

// No name and no packet leaves the lab.
func testNoWayOut(t *testing.T, ctx context.Context, client lab.Host) {
	took := output(t, ctx, client, "bash", "-c", "TIMEFORMAT=%R; { time getent hosts example.com; } 2>&1 && echo it has an address; true")
	seconds, err := strconv.ParseFloat(strings.TrimSpace(took), 64)
	require.NoError(t, err, took)
	assert.Less(t, seconds, 9.0, "a resolver that nobody answers asks twice, for 5 s each (resolv.conf(5))")
	assert.NotRegexp(t, ` 198\.1[89]\.`, output(t, ctx, client, "ip", "-4", "-o", "addr"))
	assert.NotRegexp(t, ` 198\.1[89]\.`, output(t, ctx, client, "ip", "-4", "route"))
}

func TestUnknownSysctl(t *testing.T) {
	t.Parallel()
	engine, ctx := newEngine(t)
	topology := lab.Routed()
	topology.Hosts[0].Sysctls = map[string]string{"net.ipv4.no_such_thing": "1"}
	_, err := engine.Build(ctx, topology)
	require.ErrorContains(t, err, "docker: host client: the engine's kernel has no sysctl net.ipv4.no_such_thing: ")
}

// listen starts the service on a host, until the test ends.
func listen(t *testing.T, ctx context.Context, h lab.Host) {
	t.Helper()
	stdin, stop := io.Pipe()
	ready := newBuffer()
	cmd := h.Command(agent.ListenVerb(lab.Port)...)
	cmd.Stdin, cmd.Stderr = stdin, ready
	require.NoError(t, cmd.Start(ctx))
	t.Cleanup(func() {
		stop.Close()
		assert.NoError(t, cmd.Wait())
	})
	ready.waitFor(t, lab.Ready)
}

func TestStopAndStart(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	client, server := hostOf(t, l, "client"), hostOf(t, l, "server")
	stopper := server.(lab.Stopper)

	// A command that runs when its host is switched off ends, and says why.
	sleep := server.Command("sleep", "1000")
	require.NoError(t, sleep.Start(ctx))
	require.NoError(t, stopper.Stop(ctx))
	require.ErrorIs(t, sleep.Wait(), lab.ErrHostStopped)
	require.ErrorIs(t, server.Command("true").Run(ctx), lab.ErrHostStopped)
	require.NoError(t, stopper.Stop(ctx), "stopping twice")
	require.Error(t, client.Command("ping", "-c", "1", "-W", "1", "203.0.113.10").Run(ctx))

	require.NoError(t, stopper.Start(ctx))
	// The router may still be asking for the server in vain, and answer for it, which ends a ping: what counts is that a reply comes.
	output(t, ctx, client, "sh", "-c", "until ping -n -c 1 -W 1 203.0.113.10; do :; done")
	output(t, ctx, client, "sh", "-c", "until ping -n -c 1 -W 1 2001:db8:2::10; do :; done")
	assert.Equal(t, "6\n", output(t, ctx, server, "cat", "/proc/sys/net/ipv4/tcp_syn_retries"))
}

// A host that loses its power says no farewell: a connection to it stays as it was.
func TestStopIsSilent(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	client, server := hostOf(t, l, "client"), hostOf(t, l, "server")
	listen := server.Command(agent.ListenVerb(lab.Port)...)
	stdin, _ := io.Pipe()
	ready := newBuffer()
	listen.Stdin, listen.Stderr = stdin, ready
	require.NoError(t, listen.Start(ctx))
	ready.waitFor(t, lab.Ready)

	held, done := io.Pipe()
	defer done.Close()
	connected := newBuffer()
	hold := client.Command("bash", "-c", "exec 3<>/dev/tcp/203.0.113.10/8080; echo connected; cat")
	hold.Stdin, hold.Stdout = held, connected
	require.NoError(t, hold.Start(ctx))
	connected.waitFor(t, "connected")

	require.NoError(t, server.(lab.Stopper).Stop(ctx))
	require.ErrorIs(t, listen.Wait(), lab.ErrHostStopped)
	assert.Contains(t, output(t, ctx, client, "ss", "-Htn"), "ESTAB")
}

// A Go client of this process works inside the lab by one line.
func TestControl(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	client, server := hostOf(t, l, "client"), hostOf(t, l, "server")
	controller := client.(lab.Controller)
	dialer := net.Dialer{Control: controller.Control, Timeout: 5 * time.Second}
	web := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
	get := func() error {
		response, err := web.Get("http://203.0.113.10:8080/")
		if err != nil {
			return err
		}
		return response.Body.Close()
	}
	err := get()
	if errors.Is(err, lab.ErrUnsupported) {
		t.Skip(err)
	}
	require.ErrorContains(t, err, "connection refused")
	listen(t, ctx, server)
	require.NoError(t, get())

	// After a restart the network namespace is another one.
	require.NoError(t, client.(lab.Stopper).Stop(ctx))
	require.ErrorIs(t, get(), lab.ErrHostStopped)
	require.NoError(t, client.(lab.Stopper).Start(ctx))
	require.NoError(t, get())
}

func TestCloseRemovesEverything(t *testing.T) {
	t.Parallel()
	engine, ctx := newEngine(t)
	l := buildLab(t, ctx, engine)
	id := "tcplab.lab=" + labID(t, ctx, hostOf(t, l, "client"))
	require.Len(t, ours(t, ctx, id), 5)
	require.NoError(t, l.Close(ctx))
	assert.Empty(t, ours(t, ctx, id))
	require.NoError(t, l.Close(ctx), "closing twice")
}

func TestBuildCancelled(t *testing.T) {
	engine, ctx := newEngine(t)
	l := buildLab(t, ctx, engine) // so that the image is there
	api, err := client.New(client.FromEnv)
	require.NoError(t, err)
	defer api.Close()
	inspected, err := api.ContainerInspect(ctx, containerOf(t, ctx, hostOf(t, l, "client")), client.ContainerInspectOptions{})
	require.NoError(t, err)
	mine := "tcplab.owner=" + inspected.Container.Config.Labels["tcplab.owner"]
	for _, after := range []time.Duration{10 * time.Millisecond, 200 * time.Millisecond, 600 * time.Millisecond} {
		short, cancel := context.WithTimeout(ctx, after)
		_, err := engine.Build(short, lab.Routed())
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	assert.Len(t, ours(t, ctx, mine), 5, "what this process has on the engine is the first lab")
}

func TestLabsSideBySide(t *testing.T) {
	t.Parallel()
	engine, ctx := newEngine(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			l, err := engine.Build(ctx, lab.Routed())
			if !assert.NoError(t, err) {
				return
			}
			defer func() { assert.NoError(t, l.Close(ctx)) }()
			client, err := l.Host("client")
			assert.NoError(t, err)
			assert.NoError(t, client.Command("ping", "-c", "1", "-W", "2", "203.0.113.10").Run(ctx))
		})
	}
	all.Wait()
}

// What a host says that it comes with is there, and works.
func TestHostsHaveTheirEquipment(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	router := hostOf(t, l, "router")
	assert.True(t, router.(lab.Equipped).Has("haproxy"))
	assert.False(t, router.(lab.Equipped).Has("nginx"))
	assert.Contains(t, output(t, ctx, router, "haproxy", "-v"), "HAProxy version")
}
