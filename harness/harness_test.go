package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
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
		got, err := expectation(text, circumstances{family: lab.IPv4, schedule: classic, patience: patience, tolerance: signature.DefaultTolerance()})
		require.NoError(t, err)
		assert.Equal(t, signature.MustParse(want).String(), got.String(), "%s", patience)
	}
	// A client that has in fact waited for longer, on a busy machine, may have sent one more.
	late, err := expectation(text, circumstances{family: lab.IPv4, schedule: classic, patience: time.Millisecond,
		waited: 1100 * time.Millisecond, tolerance: signature.DefaultTolerance()})
	require.NoError(t, err)
	assert.Equal(t, signature.MustParse("+0 > S <mss 1460,...>\n? +rto > S").String(), late.String())
	v6, err := expectation(text, circumstances{family: lab.IPv6, schedule: classic, patience: time.Millisecond, tolerance: signature.DefaultTolerance()})
	require.NoError(t, err)
	assert.Contains(t, v6.String(), "mss 1440")
}

func TestExpectationNamesHosts(t *testing.T) {
	for f, want := range map[lab.Family]string{lab.IPv4: "198.51.100.1", lab.IPv6: "2001:db8:1::1"} {
		got, err := expectation("+0 < icmp unreachable from $router", circumstances{topology: lab.Routed(), family: f})
		require.NoError(t, err)
		assert.Equal(t, signature.MustParse("+0 < icmp unreachable from "+want), got)
	}
	_, err := expectation("+0 < icmp unreachable from $moon", circumstances{topology: lab.Routed(), family: lab.IPv4})
	assert.ErrorContains(t, err, `expected an address, found "$moon"`)
}

func TestErrnoOfAFamily(t *testing.T) {
	w := ClientWant{Errno: "EHOSTUNREACH", Errno6: "EACCES"}
	assert.Equal(t, "EHOSTUNREACH (EACCES on IPv6)", w.String())
	assert.Equal(t, ClientWant{Errno: "EHOSTUNREACH"}, w.In(lab.IPv4))
	assert.Equal(t, ClientWant{Errno: "EACCES"}, w.In(lab.IPv6))
	assert.Equal(t, ClientWant{Errno: "EPIPE"}, ClientWant{Errno: "EPIPE"}.In(lab.IPv6))
}

func TestExpectationsAreAlternatives(t *testing.T) {
	got, err := expectations("+0 > S\nor\n+0 > S\n+any < R.\n", circumstances{family: lab.IPv4})
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.Equal(t, signature.MustParse("+0 > S").String(), got[0][0].String())
	assert.Equal(t, signature.MustParse("+0 > S\n+any < R.").String(), got[1][0].String())
	for _, nothing := range []string{"+0 > S\nor\n", "+0 > S\nthen\n"} {
		_, err = expectations(nothing, circumstances{family: lab.IPv4})
		assert.Error(t, err, "a part that says nothing")
	}
}

func TestTheLastAttemptMayBeAnother(t *testing.T) {
	wants, err := expectations("+0 > S\n+any < R.\nthen\n+0 > S\n+any < S.\nor\n+0 > S\n", circumstances{family: lab.IPv4})
	require.NoError(t, err)
	answered := func(flags wire.Flags) wire.Attempt {
		client, server := netip.MustParseAddrPort("198.51.100.10:40000"), netip.MustParseAddrPort("203.0.113.10:8080")
		return wire.Attempt{Client: client, Server: server, HasSYN: true, Packets: []wire.Packet{
			{Kind: wire.KindTCP, Src: client.Addr(), SrcPort: client.Port(), Dst: server.Addr(), DstPort: server.Port(), TCP: wire.TCP{Flags: wire.SYN}},
			{Kind: wire.KindTCP, Src: server.Addr(), SrcPort: server.Port(), Dst: client.Addr(), DstPort: client.Port(), TCP: wire.TCP{Flags: flags | wire.ACK, Ack: 1}}}}
	}
	silent, refused, taken := answered(0), answered(wire.RST), answered(wire.SYN)
	silent.Packets = silent.Packets[:1]
	check := checker{signature.Options{Tolerance: signature.DefaultTolerance()}}
	for _, flows := range [][]wire.Attempt{{refused, taken}, {refused, refused, taken}, {silent}, {silent, silent}} {
		assert.Nil(t, check.wireAt(flows, wants...), "%d attempts", len(flows))
	}
	for _, flows := range [][]wire.Attempt{{}, {refused}, {taken}, {refused, refused}, {taken, refused}, {refused, taken, taken}, {silent, taken}} {
		assert.NotNil(t, check.wireAt(flows, wants...), "%d attempts", len(flows))
	}
}

func TestClientWantDiffers(t *testing.T) {
	refused := lab.OutcomeOf("go", "connect", syscall.ECONNREFUSED, 0)
	timeout := lab.OutcomeOf("go", "connect", os.ErrDeadlineExceeded, 0)
	opaque := lab.Outcome{Program: "curl", ExitCode: 7, Error: "exit code 7", Opaque: true}
	assert.Empty(t, ClientWant{Errno: "ECONNREFUSED"}.differs(refused))
	assert.Equal(t, "the client must fail with its own timeout, but failed with ECONNREFUSED", ClientWant{Timeout: true}.differs(refused))
	assert.Equal(t, "the client must fail with ECONNREFUSED, but failed with its own timeout", ClientWant{Errno: "ECONNREFUSED"}.differs(timeout))
	assert.Equal(t, "the client must fail with ECONNREFUSED, but succeeded", ClientWant{Errno: "ECONNREFUSED"}.differs(lab.Outcome{}))
	assert.Equal(t, "the client must succeed, but failed: connection refused", ClientWant{}.differs(refused))
	assert.Empty(t, ClientWant{Errno: "ECONNREFUSED"}.differs(opaque), "of a program only success and failure are known")
	assert.NotEmpty(t, ClientWant{}.differs(opaque))

	closed := lab.Outcome{Program: "go", Error: "EOF", Closed: true, Stage: "read"}
	assert.Empty(t, ClientWant{Closed: true}.differs(closed))
	assert.Equal(t, "the client must fail with a connection closed before the reply, but failed with its own timeout", ClientWant{Closed: true}.differs(timeout))
	assert.Equal(t, "the client must fail while it waits to connect, but failed while it waited to read",
		ClientWant{Closed: true, Stage: "connect"}.differs(closed))
	unavailable := lab.OutcomeOf("go", "read", &lab.StatusError{Status: 503}, 0)
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
	before := map[string]lab.Counters{"client": {"a": 1, "b": 2}}
	after := map[string]lab.Counters{"client": {"a": 4, "b": 2, "new": 1}}
	assert.Equal(t, map[string]lab.Counters{"client": {"a": 3, "new": 1}}, increases(before, after))
}

func TestRuleNames(t *testing.T) {
	assert.Equal(t, "INPUT -p tcp --dport 8080 -j DROP", faults.Rule{Chain: "INPUT", Proto: "tcp", Port: 8080}.String())
	assert.Equal(t, "FORWARD -p icmp -j DROP", faults.Rule{Chain: "FORWARD", Proto: "icmp"}.String())
	assert.Equal(t, "firewall ipv6 FORWARD -p icmp -j DROP", faults.Rule{Chain: "FORWARD", Proto: "icmp"}.CounterName(lab.IPv6))
	data := faults.Rule{Chain: "FORWARD", Proto: "tcp", SourcePort: 8080, Port: 9, Data: true, First: 2, Reject: "icmp-admin-prohibited"}
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
		rule := faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port, Reject: reject}
		assert.Equal(t, "iptables -I "+rule.String(), rule.Command(lab.IPv4))
		assert.Equal(t, "ip6tables -I "+want, rule.Command(lab.IPv6))
	}
	assert.Equal(t, "ip6tables -I INPUT -p icmpv6 -j DROP", faults.Rule{Chain: "INPUT", Proto: "icmp"}.Command(lab.IPv6))
}

func TestTopologyIsTheSameEverywhere(t *testing.T) {
	topology := lab.Routed()
	require.NoError(t, topology.Validate())
	assert.Equal(t, netip.MustParseAddr("198.51.100.10"), topology.Addr("client", lab.IPv4))
	assert.Equal(t, netip.MustParseAddr("2001:db8:2::10"), topology.Addr("server", lab.IPv6))
	var names []string
	for _, p := range topology.VantagePoints() {
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{"client", "router:to-client", "router:to-server", "server"}, names)

	config, err := topology.Config("server")
	require.NoError(t, err)
	text, err := json.Marshal(config)
	require.NoError(t, err)
	var back lab.HostConfig
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, config, back, "what engine and host say to each other")
}

func TestTopologyThatCannotBeBuilt(t *testing.T) {
	change := func(do func(*lab.Topology)) error {
		topology := lab.Routed()
		do(&topology)
		return topology.Validate()
	}
	assert.ErrorContains(t, change(func(p *lab.Topology) { p.Segments[0].Ends = p.Segments[0].Ends[:1] }), "1 ends")
	assert.ErrorContains(t, change(func(p *lab.Topology) { p.Segments[1].Ends[0].Host = "moon" }), "moon")
	assert.ErrorContains(t, change(func(p *lab.Topology) { p.Segments[1].Ends[0].Addrs = p.Segments[1].Ends[0].Addrs[1:] }), "no IPv4 address")
}

func TestSysctlsOfAHostComeLast(t *testing.T) {
	topology := lab.Routed()
	topology.Hosts[0].Sysctls = map[string]string{"net.ipv4.tcp_syn_retries": "1", "net.ipv4.tcp_mtu_probing": "1"}
	values := map[string]string{}
	for _, s := range topology.SysctlsOf("client") {
		values[s.Key] = s.Value
	}
	assert.Equal(t, "1", values["net.ipv4.tcp_syn_retries"], "the host's own value, in the place of the pinned one")
	assert.Equal(t, "1", values["net.ipv4.tcp_mtu_probing"])
	assert.Len(t, topology.SysctlsOf("client"), len(lab.PinnedSysctls)+1)
	assert.Equal(t, "6", lab.PinnedSysctls[0].Value, "what is pinned for all is not changed by one")
}

// lazyEngine has an image to make, which takes its time.
type lazyEngine struct {
	lab.Engine
	bounded bool
	err     error
}

func (*lazyEngine) Name() string { return "lazy" }

func (e *lazyEngine) Prepare(ctx context.Context, _ lab.Topology) error {
	_, e.bounded = ctx.Deadline()
	return e.err
}

// A lab that stands has its baseline, too, which may take its time.
func TestARunThatNobodyWaitsFor(t *testing.T) {
	assert.NotPanics(t, newRun(&lazyEngine{}, Scenario{Name: "any"}, Options{}).options.proven)
}

// What is made once on a machine is not bounded by what bounds the building of a lab.
func TestPrepareHasItsOwnTime(t *testing.T) {
	lacks := &lazyEngine{err: fmt.Errorf("no image: %w", lab.ErrUnsupported)}
	report, err := Run(t.Context(), lacks, Scenario{Name: "any"}, Options{})
	require.NoError(t, err)
	assert.False(t, lacks.bounded)
	assert.Equal(t, "no image: not supported", report.Skipped)
	fails := &lazyEngine{err: errors.New("the disk is full")}
	_, err = Run(t.Context(), fails, Scenario{Name: "any"}, Options{})
	assert.EqualError(t, err, "any/lazy/ipv4: up: the disk is full")
}

func TestOnlyWhatIsPassedOnGoesPastTheRouter(t *testing.T) {
	topology := lab.Routed()
	all := []string{"client", "router:to-client", "router:to-server", "server"}
	assert.Equal(t, all, act{target: "server", protocol: lab.TCP}.way(topology))
	assert.Equal(t, all, act{target: "router", protocol: lab.TCP}.way(topology), "a proxy passes it on")
	assert.Equal(t, all[:2], act{target: "router", protocol: lab.Echo}.way(topology), "the router itself answers a ping")
	assert.Equal(t, []string{"client", "router:to-client", "router:to-well-known", "well-known"},
		act{target: lab.WellKnown, protocol: lab.Echo}.way(lab.WithWellKnown()))
}

func TestIPv4OnlyIsSkippedWithIPv6(t *testing.T) {
	s := Scenario{Name: "of-ipv4", IPv4Only: "IPv6 has no such thing"}
	r, err := Run(t.Context(), &lazyEngine{}, s, Options{Family: lab.IPv6})
	require.NoError(t, err)
	assert.Equal(t, "IPv6 has no such thing: not supported with IPv6", r.Skipped)
	assert.False(t, r.Match())
}
