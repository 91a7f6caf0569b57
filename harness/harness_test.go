package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire/signature"
)

var classic = signature.Schedule{Gaps: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}}

func TestExpectationWritesOutTheRetransmissionsThatFit(t *testing.T) {
	const text = "+0 > S <mss $MSS,...>\n+rto* > S"
	for patience, want := range map[time.Duration]string{
		500 * time.Millisecond: "+0 > S <mss 1460,...>",
		time.Second:            "+0 > S <mss 1460,...>\n? +rto > S",
		2 * time.Second:        "+0 > S <mss 1460,...>\n+rto > S",
		// At 3 s the second retransmission is due at the moment in which the client gives up.
		3 * time.Second: "+0 > S <mss 1460,...>\n+rto > S\n? +rto > S",
		PatientTimeout:  "+0 > S <mss 1460,...>\n+rto > S\n+rto > S\n+rto > S",
	} {
		got, err := expectation(text, circumstances{family: IPv4, schedule: classic, patience: patience, tolerance: signature.DefaultTolerance()})
		require.NoError(t, err)
		assert.Equal(t, signature.MustParse(want).String(), got.String(), "%s", patience)
	}
	// A client that has in fact waited for longer, on a busy machine, may have sent one more.
	late, err := expectation(text, circumstances{family: IPv4, schedule: classic, patience: time.Millisecond,
		waited: 1100 * time.Millisecond, tolerance: signature.DefaultTolerance()})
	require.NoError(t, err)
	assert.Equal(t, signature.MustParse("+0 > S <mss 1460,...>\n? +rto > S").String(), late.String())
	v6, err := expectation(text, circumstances{family: IPv6, schedule: classic, patience: time.Millisecond, tolerance: signature.DefaultTolerance()})
	require.NoError(t, err)
	assert.Contains(t, v6.String(), "mss 1440")
}

func TestExpectationNamesHosts(t *testing.T) {
	for f, want := range map[Family]string{IPv4: "198.51.100.1", IPv6: "2001:db8:1::1"} {
		got, err := expectation("+0 < icmp unreachable from $router", circumstances{topology: Routed(), family: f})
		require.NoError(t, err)
		assert.Equal(t, signature.MustParse("+0 < icmp unreachable from "+want), got)
	}
	_, err := expectation("+0 < icmp unreachable from $moon", circumstances{topology: Routed(), family: IPv4})
	assert.ErrorContains(t, err, `expected an address, found "$moon"`)
}

func TestErrnoOfAFamily(t *testing.T) {
	w := ClientWant{Errno: "EHOSTUNREACH", Errno6: "EACCES"}
	assert.Equal(t, "EHOSTUNREACH (EACCES on IPv6)", w.String())
	assert.Equal(t, ClientWant{Errno: "EHOSTUNREACH"}, w.In(IPv4))
	assert.Equal(t, ClientWant{Errno: "EACCES"}, w.In(IPv6))
	assert.Equal(t, ClientWant{Errno: "EPIPE"}, ClientWant{Errno: "EPIPE"}.In(IPv6))
}

func TestExpectationsAreAlternatives(t *testing.T) {
	got, err := expectations("+0 > S\nor\n+0 > S\n+any < R.\n", circumstances{family: IPv4})
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.Equal(t, signature.MustParse("+0 > S").String(), got[0].String())
	assert.Equal(t, signature.MustParse("+0 > S\n+any < R.").String(), got[1].String())
	_, err = expectations("+0 > S\nor\n", circumstances{family: IPv4})
	assert.Error(t, err, "an alternative that says nothing")
}

func TestOutcomeOf(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	gaveUp := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ETIMEDOUT)}
	own := &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
	for _, c := range []struct {
		err     error
		errno   string
		timeout bool
		text    string
	}{
		{nil, "", false, "success"},
		{fmt.Errorf("get: %w", refused), "ECONNREFUSED", false, "ECONNREFUSED"},
		{gaveUp, "ETIMEDOUT", false, "ETIMEDOUT"}, // it also calls itself a timeout, but it is the kernel's
		{own, "", true, "its own timeout"},
		{context.DeadlineExceeded, "", true, "its own timeout"},
		{errors.New("bad reply"), "", false, "bad reply"},
	} {
		o := OutcomeOf("go", "connect", c.err, time.Second)
		assert.Equal(t, c.errno, o.Errno, "%v", c.err)
		assert.Equal(t, c.timeout, o.Timeout, "%v", c.err)
		assert.Equal(t, c.text, o.String())
		assert.Equal(t, c.err == nil, o.OK())
	}
}

func TestClientWantDiffers(t *testing.T) {
	refused := OutcomeOf("go", "connect", syscall.ECONNREFUSED, 0)
	timeout := OutcomeOf("go", "connect", os.ErrDeadlineExceeded, 0)
	opaque := Outcome{Program: "curl", ExitCode: 7, Error: "exit code 7", Opaque: true}
	assert.Empty(t, ClientWant{Errno: "ECONNREFUSED"}.differs(refused))
	assert.Equal(t, "the client must fail with its own timeout, but failed with ECONNREFUSED", ClientWant{Timeout: true}.differs(refused))
	assert.Equal(t, "the client must fail with ECONNREFUSED, but failed with its own timeout", ClientWant{Errno: "ECONNREFUSED"}.differs(timeout))
	assert.Equal(t, "the client must fail with ECONNREFUSED, but succeeded", ClientWant{Errno: "ECONNREFUSED"}.differs(Outcome{}))
	assert.Equal(t, "the client must succeed, but failed: connection refused", ClientWant{}.differs(refused))
	assert.Empty(t, ClientWant{Errno: "ECONNREFUSED"}.differs(opaque), "of a program only success and failure are known")
	assert.NotEmpty(t, ClientWant{}.differs(opaque))

	closed := Outcome{Program: "go", Error: "EOF", Closed: true, Stage: "read"}
	assert.Empty(t, ClientWant{Closed: true}.differs(closed))
	assert.Equal(t, "the client must fail with a connection closed before the reply, but failed with its own timeout", ClientWant{Closed: true}.differs(timeout))
	assert.Equal(t, "the client must fail while it waits to connect, but failed while it waited to read",
		ClientWant{Closed: true, Stage: "connect"}.differs(closed))
	unavailable := OutcomeOf("go", "read", &StatusError{Status: 503}, 0)
	assert.Empty(t, ClientWant{Status: 503}.differs(unavailable))
	assert.Equal(t, "the client must fail with HTTP status 403, but failed with the server answered 503 Service Unavailable",
		ClientWant{Status: 403}.differs(unavailable))
}

func TestClientWindow(t *testing.T) {
	low, high := ClientWant{Timeout: true}.window(3*time.Second, signature.Schedule{}, signature.DefaultTolerance())
	assert.Equal(t, 2960*time.Millisecond, low, "a timeout is never early but for rounding")
	assert.Greater(t, high, 3500*time.Millisecond)
	low, high = ClientWant{Errno: "ETIMEDOUT", GiveUp: true}.window(0, signature.Schedule{GiveUp: 7 * time.Second}, signature.DefaultTolerance())
	assert.Equal(t, 6920*time.Millisecond, low)
	assert.Equal(t, 8587500*time.Microsecond, high, "the timer's lateness, and the time that the client takes to hear of it")
	low, high = ClientWant{Retransmissions: 2}.window(0, signature.Schedule{Gaps: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}}, signature.DefaultTolerance())
	assert.Equal(t, 2960*time.Millisecond, low, "the second retransmission is due after 3 s")
	assert.Less(t, high, 4200*time.Millisecond)
	low, high = ClientWant{Errno: "ECONNREFUSED"}.window(3*time.Second, signature.Schedule{}, signature.DefaultTolerance())
	assert.Zero(t, low)
	assert.Less(t, high, time.Second, "refused at once cannot take as long as a retransmission")
}

func TestIncreases(t *testing.T) {
	before := map[string]Counters{"client": {"a": 1, "b": 2}}
	after := map[string]Counters{"client": {"a": 4, "b": 2, "new": 1}}
	assert.Equal(t, map[string]Counters{"client": {"a": 3, "new": 1}}, increases(before, after))
}

func TestRuleNames(t *testing.T) {
	assert.Equal(t, "INPUT -p tcp --dport 8080 -j DROP", Rule{Chain: "INPUT", Proto: "tcp", Port: 8080}.String())
	assert.Equal(t, "FORWARD -p icmp -j DROP", Rule{Chain: "FORWARD", Proto: "icmp"}.String())
	assert.Equal(t, "firewall ipv6 FORWARD -p icmp -j DROP", Rule{Chain: "FORWARD", Proto: "icmp"}.CounterName(IPv6))
	data := Rule{Chain: "FORWARD", Proto: "tcp", SourcePort: 8080, Port: 9, Data: true, First: 2, Reject: "icmp-admin-prohibited"}
	assert.Equal(t, "FORWARD -p tcp --sport 8080 --dport 9 --tcp-flags PSH PSH (the first 2) -j REJECT --reject-with icmp-admin-prohibited", data.String())
}

func TestRuleByHand(t *testing.T) {
	for reject, want := range map[string]string{
		"":                      "INPUT -p tcp --dport 8080 -j DROP",
		"tcp-reset":             "INPUT -p tcp --dport 8080 -j REJECT --reject-with tcp-reset",
		"icmp-port-unreachable": "INPUT -p tcp --dport 8080 -j REJECT --reject-with icmp6-port-unreachable",
		"icmp-host-unreachable": "INPUT -p tcp --dport 8080 -j REJECT --reject-with icmp6-addr-unreachable",
		"icmp-admin-prohibited": "INPUT -p tcp --dport 8080 -j REJECT --reject-with icmp6-adm-prohibited",
	} {
		rule := Rule{Chain: "INPUT", Proto: "tcp", Port: Port, Reject: reject}
		assert.Equal(t, "iptables -I "+rule.String(), rule.Command(IPv4))
		assert.Equal(t, "ip6tables -I "+want, rule.Command(IPv6))
	}
	assert.Equal(t, "ip6tables -I INPUT -p icmpv6 -j DROP", Rule{Chain: "INPUT", Proto: "icmp"}.Command(IPv6))
}

func TestReadyWriter(t *testing.T) {
	w := newReadyWriter()
	for _, part := range []string{"re", "ady", "\nlater: ", "trouble\n"} {
		_, _ = w.Write([]byte(part))
	}
	select {
	case <-w.ready:
	default:
		t.Fatal("the line was not seen")
	}
	assert.Equal(t, "later: trouble\n", w.text())

	other := newReadyWriter()
	_, _ = other.Write([]byte("already failed\n"))
	select {
	case <-other.ready:
		t.Fatal("another line is not the line")
	default:
	}
}

func TestTopologyIsTheSameEverywhere(t *testing.T) {
	topology := Routed()
	require.NoError(t, topology.Validate())
	assert.Equal(t, netip.MustParseAddr("198.51.100.10"), topology.Addr("client", IPv4))
	assert.Equal(t, netip.MustParseAddr("2001:db8:2::10"), topology.Addr("server", IPv6))
	var names []string
	for _, p := range topology.VantagePoints() {
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{"client", "router:to-client", "router:to-server", "server"}, names)

	config, err := topology.Config("server")
	require.NoError(t, err)
	text, err := json.Marshal(config)
	require.NoError(t, err)
	var back HostConfig
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, config, back, "what engine and host say to each other")
}

func TestTopologyThatCannotBeBuilt(t *testing.T) {
	change := func(do func(*Topology)) error {
		topology := Routed()
		do(&topology)
		return topology.Validate()
	}
	assert.ErrorContains(t, change(func(p *Topology) { p.Segments[0].Ends = p.Segments[0].Ends[:1] }), "1 ends")
	assert.ErrorContains(t, change(func(p *Topology) { p.Segments[1].Ends[0].Host = "moon" }), "moon")
	assert.ErrorContains(t, change(func(p *Topology) { p.Segments[1].Ends[0].Addrs = nil }), "no IPv4 address")
}

func TestSysctlsOfAHostComeLast(t *testing.T) {
	topology := Routed()
	topology.Hosts[0].Sysctls = map[string]string{"net.ipv4.tcp_syn_retries": "1", "net.ipv4.tcp_mtu_probing": "1"}
	values := map[string]string{}
	for _, s := range topology.SysctlsOf("client") {
		values[s.Key] = s.Value
	}
	assert.Equal(t, "1", values["net.ipv4.tcp_syn_retries"], "the host's own value, in the place of the pinned one")
	assert.Equal(t, "1", values["net.ipv4.tcp_mtu_probing"])
	assert.Len(t, topology.SysctlsOf("client"), len(PinnedSysctls)+1)
	assert.Equal(t, "6", PinnedSysctls[0].Value, "what is pinned for all is not changed by one")
}

// lazyEngine has an image to make, which takes its time.
type lazyEngine struct {
	Engine
	bounded bool
	err     error
}

func (*lazyEngine) Name() string { return "lazy" }

func (e *lazyEngine) Prepare(ctx context.Context, _ Topology) error {
	_, e.bounded = ctx.Deadline()
	return e.err
}

// What is made once on a machine is not bounded by what bounds the building of a lab.
func TestPrepareHasItsOwnTime(t *testing.T) {
	lacks := &lazyEngine{err: fmt.Errorf("no image: %w", ErrUnsupported)}
	report, err := Run(t.Context(), lacks, Scenario{Name: "any"}, Options{})
	require.NoError(t, err)
	assert.False(t, lacks.bounded)
	assert.Equal(t, "no image: not supported", report.Skipped)
	fails := &lazyEngine{err: errors.New("the disk is full")}
	_, err = Run(t.Context(), fails, Scenario{Name: "any"}, Options{})
	assert.EqualError(t, err, "any/lazy/ipv4: up: the disk is full")
}
