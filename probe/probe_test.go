package probe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]Target{
		"192.0.2.1:80":                    {"192.0.2.1", 80, netip.MustParseAddr("192.0.2.1")},
		"[2001:db8::1]:443":               {"2001:db8::1", 443, netip.MustParseAddr("2001:db8::1")},
		"[fe80::1%eth0]:1":                {"fe80::1%eth0", 1, netip.MustParseAddr("fe80::1%eth0")},
		"[::ffff:192.0.2.1]:80":           {"::ffff:192.0.2.1", 80, netip.MustParseAddr("192.0.2.1")},
		"host.example:65535":              {"host.example", 65535, netip.Addr{}},
		"host.example:https":              {"host.example", 443, netip.Addr{}},
		"https://host.example/x":          {"host.example", 443, netip.Addr{}},
		"http://192.0.2.1:8080/":          {"192.0.2.1", 8080, netip.MustParseAddr("192.0.2.1")},
		"https://[2001:db8::1]/":          {"2001:db8::1", 443, netip.MustParseAddr("2001:db8::1")},
		"postgresql://u:p@db.example/app": {"db.example", 5432, netip.Addr{}},
	} {
		got, err := ParseTarget(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "host", ":80", "host:", "host:0", "host:65536", "host:-1", "a:b:c", "2001:db8::1",
		"192.0.2.1", "[::]:80", "0.0.0.0:80", "255.255.255.255:80", "224.0.0.1:80", "[ff02::1]:80", "http://", "odd-scheme://host", "https://:443", "file:///etc/hosts"} {
		_, err := ParseTarget(text)
		require.Error(t, err, text)
		assert.NotContains(t, err.Error(), "\n")
	}
}

func TestResolveErrors(t *testing.T) {
	for want, err := range map[string]error{
		"x cannot be resolved: there is no such name":             &net.DNSError{IsNotFound: true},
		"x cannot be resolved: no name server answered within 3s": &net.DNSError{IsTimeout: true},
		"x cannot be resolved: server misbehaving":                &net.DNSError{Err: "server misbehaving"},
		"x cannot be resolved: " + syscall.EPERM.Error():          syscall.EPERM,
	} {
		assert.EqualError(t, resolveError("x", err, DefaultTimeout), want)
	}
}

func dialError(err error) error {
	return &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", err)}
}

func TestFeelingWithoutPackets(t *testing.T) {
	timeout := &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
	known, silent := NextHop{State: "REACHABLE"}, NextHop{State: "FAILED"}
	for _, c := range []struct {
		err       error
		neighbour NextHop
		want      diagnose.Verdict
		cause     string
	}{
		{nil, known, diagnose.Open, ""},
		{dialError(errRefused), known, diagnose.Refused, errRefused.Error()},
		{dialError(errHostUnreachable), known, diagnose.Rejected, errHostUnreachable.Error()},
		{dialError(errHostUnreachable), silent, diagnose.NoNeighbour, errHostUnreachable.Error()},
		{dialError(errNetUnreachable), NextHop{}, diagnose.Rejected, errNetUnreachable.Error()},
		{timeout, known, diagnose.NoAnswer, "timed out"},
		{timeout, silent, diagnose.NoNeighbour, "timed out"},
		{dialError(errNoAddress), known, diagnose.NotSent, errNoAddress.Error()},
		{dialError(errInUse), known, diagnose.NotSent, errInUse.Error()},
		{errors.New("odd"), known, "", "odd"},
	} {
		f := feeling{err: c.err}
		assert.Equal(t, c.want, f.verdict(c.neighbour), "%v", c.err)
		assert.Equal(t, c.cause, f.cause(), "%v", c.err)
	}
}

// A capture that contradicts the kernel stood in the wrong place.
func TestFeelingAgreesWithPackets(t *testing.T) {
	refused := feeling{err: dialError(errRefused)}
	assert.True(t, refused.agrees(diagnose.Refused))
	assert.True(t, refused.agrees(diagnose.Rejected), "ICMP unreachable port gives ECONNREFUSED")
	assert.False(t, refused.agrees(diagnose.NoAnswer))
	connected := feeling{}
	assert.True(t, connected.agrees(diagnose.HalfClosed))
	assert.True(t, connected.agrees(diagnose.SYNACKUnanswered))
	for _, v := range []diagnose.Verdict{diagnose.NoAnswer, diagnose.Rejected, diagnose.OneSided, diagnose.NoNeighbour, diagnose.Refused} {
		assert.False(t, connected.agrees(v), v)
	}
}

func testFlow(server, local, hop string) *flow {
	f := &flow{server: netip.MustParseAddrPort(server), local: netip.MustParseAddr(local), hop: netip.MustParseAddr(hop)}
	f.port.Store(40000)
	return f
}

// What was not seen has the same advice as what was, and what was done is not advised.
func TestAdviceWithoutPackets(t *testing.T) {
	for _, f := range []*flow{testFlow("203.0.113.10:8080", "198.51.100.10", "198.51.100.1"),
		testFlow("[2001:db8:2::10]:8080", "2001:db8:1::10", "2001:db8:1::1")} {
		r := Probed{Ping: PingResult{Sent: 3, Received: 3}}
		r.conclude(f, feeling{err: &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}}, false)
		assert.Equal(t, diagnose.NoAnswer, r.Verdict)
		assert.NotContains(t, r.Causes, diagnose.CauseDeadHost, "it answers ping")
		assert.Contains(t, r.Causes, diagnose.CauseFirewallOnPath)
		assert.Len(t, r.Rivals, len(r.Causes))
		assert.NotContains(t, strings.Join(r.Next, "\n"), "ping -c", "that has been done")

		silent := Probed{Ping: PingResult{Sent: 3}, Route: ChosenRoute{Via: f.hop}}
		silent.conclude(f, feeling{err: &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}}, false)
		assert.Contains(t, silent.Causes, diagnose.CauseDeadHost)
		assert.Contains(t, silent.Rivals, "the path is broken beyond "+f.hop.String())
		assert.Contains(t, silent.Next, "ping -c 3 "+f.hop.String()+"  # on the client: the next hop")
	}
}

func TestFlowOwnsItsPacketsOnly(t *testing.T) {
	f := testFlow("203.0.113.10:8080", "198.51.100.10", "198.51.100.1")
	own, server := f.client(), f.server
	packet := func(kind wire.Kind, from, to netip.AddrPort) wire.Packet {
		return wire.Packet{Kind: kind, Src: from.Addr(), SrcPort: from.Port(), Dst: to.Addr(), DstPort: to.Port()}
	}
	other := netip.AddrPortFrom(own.Addr(), 40001)
	quoting := func(client netip.AddrPort) wire.Packet {
		p := packet(wire.KindICMP, netip.MustParseAddrPort("198.51.100.1:0"), own)
		p.ICMP = wire.ICMP{Type: 3, Code: 1, HasQuote: true, Quote: wire.Quote{Src: client, Dst: server, Protocol: protocolTCP, HasSeq: true, Seq: 1}}
		return p
	}
	asks := func(from, target string, reply bool) wire.Packet {
		return wire.Packet{Kind: wire.KindARP, Src: netip.MustParseAddr(from), Neighbour: wire.NeighbourTold{Reply: reply, Target: netip.MustParseAddr(target)}}
	}
	for i, p := range []wire.Packet{packet(wire.KindTCP, own, server), packet(wire.KindTCP, server, own), quoting(own),
		asks("198.51.100.10", "198.51.100.1", false), asks("198.51.100.1", "198.51.100.1", true)} {
		f.take(p)
		require.Len(t, f.packets, i+1)
		assert.Equal(t, i+1, f.packets[i].Frame)
	}
	kept := len(f.packets)
	for _, p := range []wire.Packet{packet(wire.KindTCP, other, server), packet(wire.KindTCP, server, other), quoting(other),
		packet(wire.KindUDP, own, server), packet(wire.KindOther, own, server),
		asks("198.51.100.7", "198.51.100.1", false), asks("198.51.100.10", "198.51.100.7", false)} {
		f.take(p)
	}
	assert.Len(t, f.packets, kept)
	before := testFlow("203.0.113.10:8080", "198.51.100.10", "198.51.100.1")
	before.port.Store(0)
	before.take(packet(wire.KindTCP, own, server))
	assert.Empty(t, before.packets, "the port is not claimed yet")
}

func TestChecksum(t *testing.T) {
	b := []byte{8, 0, 0, 0, 0x12, 0x34, 0, 1, 'a', 'b'}
	binary.BigEndian.PutUint16(b[2:], checksum(b))
	assert.Zero(t, checksum(b), "the sum over a message with its checksum is 0")
}

// An ICMP error counts for the request that it quotes, once; anything else is not ours.
func TestPingErrors(t *testing.T) {
	router := netip.MustParseAddr("198.51.100.1")
	quote := func(to string, id, seq uint16) []byte {
		b := make([]byte, 8+20+8)
		b[0], b[1], b[8] = 3, 1, 0x45
		copy(b[8+16:], netip.MustParseAddr(to).AsSlice())
		binary.BigEndian.PutUint16(b[32:], id)
		binary.BigEndian.PutUint16(b[34:], seq)
		return b
	}
	p := &pinger{to: netip.MustParseAddr("203.0.113.10"), id: 7, raw: true}
	for _, b := range [][]byte{nil, {3}, quote("203.0.113.9", 7, 1), quote("203.0.113.10", 8, 1), quote("203.0.113.10", 7, 0),
		quote("203.0.113.10", 7, 4), quote("203.0.113.10", 7, 1)[:30]} {
		p.take(b, router)
		assert.Empty(t, p.found.ICMP)
	}
	p.take(quote("203.0.113.10", 7, 2), router)
	assert.Equal(t, "unreachable host", p.found.ICMP)
	assert.Equal(t, router, p.found.From)
	assert.Equal(t, [Echoes]bool{false, true, false}, p.done)
}

func FuzzPingTake(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1}, true)
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 1, 0x60}, false)
	f.Add([]byte{3, 1, 0, 0, 0, 0, 0, 1, 0x4f}, true)
	f.Fuzz(func(t *testing.T, b []byte, four bool) {
		p := &pinger{to: netip.MustParseAddr("2001:db8::1"), token: []byte("token")}
		if four {
			p.to = netip.MustParseAddr("203.0.113.10")
		}
		p.take(withoutHeader(b), p.to)
		assert.LessOrEqual(t, p.found.Received, 1)
	})
}

// serve accepts connections on the loopback and hands each to a function.
func serve(t *testing.T, network, address string, handle func(net.Conn)) Target {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			go handle(c)
		}
	}()
	target, err := ParseTarget(l.Addr().String())
	require.NoError(t, err)
	return target
}

// A server that greets must be left in good order, although nobody wants its greeting.
func TestProbeOfAServerThatGreets(t *testing.T) {
	for _, network := range []string{"tcp4", "tcp6"} {
		ended := make(chan error, 1)
		target := serve(t, network, "localhost:0", func(c net.Conn) {
			fmt.Fprint(c, "220 hello\r\n")
			_, err := c.Read(make([]byte, 1)) // EOF and not "connection reset"
			ended <- err
			_ = c.Close()
		})
		results, err := Run(t.Context(), target, 2*time.Second)
		require.NoError(t, err)
		require.Len(t, results, 1)
		assert.Contains(t, []diagnose.Verdict{diagnose.OK, diagnose.Open}, results[0].Verdict, "%+v", results[0])
		assert.Equal(t, "open", results[0].Path.Port)
		assert.EqualError(t, <-ended, "EOF")
	}
}

// A server that closes at once may be first with its FIN, or not: the verdict must not depend on it.
func TestProbeOfAServerThatCloses(t *testing.T) {
	if testing.Short() {
		t.Skip("timeouts in real time are not for -short")
	}
	target := serve(t, "tcp4", "127.0.0.1:0", func(c net.Conn) { _ = c.Close() })
	for range 20 {
		results, err := Run(t.Context(), target, 600*time.Millisecond)
		require.NoError(t, err)
		assert.False(t, results[0].Verdict.Failed(), "%+v", results[0])
		assert.Equal(t, "open", results[0].Path.Port)
	}
}

// A server that does not close its side does not keep the probe waiting, and is not a failure.
func TestProbeOfAServerThatStays(t *testing.T) {
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	target := serve(t, "tcp4", "127.0.0.1:0", func(c net.Conn) {
		<-release
		_ = c.Close()
	})
	results, err := Run(t.Context(), target, 2*time.Second)
	require.NoError(t, err)
	assert.Equal(t, diagnose.Open, results[0].Verdict, "%+v", results[0])
	assert.Empty(t, results[0].Rivals)
}

// TestWhatTheCaptureDoesNotHoldDidNotLeave: a silent drop by a rule of this machine looks like no answer without a capture.
func TestWhatTheCaptureDoesNotHoldDidNotLeave(t *testing.T) {
	timeout := feeling{err: &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}}
	for name, c := range map[string]struct {
		felt   feeling
		tapped bool
		want   diagnose.Verdict
		first  diagnose.Cause
	}{
		"a timeout, and no SYN left":   {timeout, true, diagnose.NotSent, diagnose.CauseOwnFirewall},
		"a timeout, without a capture": {timeout, false, diagnose.NoAnswer, diagnose.CauseDeadHost},
		"refused, and nothing passed":  {feeling{err: dialError(errRefused)}, true, diagnose.Refused, diagnose.CauseOwnFirewall},
		"no port is free":              {feeling{err: dialError(errNoAddress)}, true, diagnose.NotSent, diagnose.CauseNoLocalPort},
	} {
		r := Probed{Route: ChosenRoute{Interface: "eth0"}}
		r.conclude(testFlow("203.0.113.10:8080", "198.51.100.10", "198.51.100.1"), c.felt, c.tapped)
		assert.Equal(t, c.want, r.Verdict, name)
		require.NotEmpty(t, r.Causes, name)
		assert.Equal(t, c.first, r.Causes[0], name)
	}
}

// TestAFINThatIsNeverAcknowledgedIsNoOpenPort: neither was the handshake's last step.
func TestAFINThatIsNeverAcknowledgedIsNoOpenPort(t *testing.T) {
	f := testFlow("203.0.113.10:8080", "198.51.100.10", "198.51.100.1")
	add := func(up bool, flags wire.Flags, seq, ack uint32, at time.Duration) {
		p := wire.Packet{Kind: wire.KindTCP, Time: time.Unix(1714564800, 0).Add(at), Src: f.local, SrcPort: 40000, Dst: f.server.Addr(), DstPort: 8080, ID: uint16(len(f.packets) + 1)}
		if !up {
			p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort
		}
		p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = flags, seq, ack
		f.take(p)
	}
	add(true, wire.SYN, 100, 0, 0)
	add(false, wire.SYN|wire.ACK, 500, 101, time.Millisecond)
	add(true, wire.ACK, 101, 501, 2*time.Millisecond)
	for i := range 4 {
		add(true, wire.FIN|wire.ACK, 101, 501, time.Duration(3+200*i)*time.Millisecond)
	}
	var r Probed
	r.conclude(f, feeling{}, true)
	assert.Equal(t, diagnose.SYNACKUnanswered, r.Verdict)
	assert.Equal(t, "silent", r.Path.Port)
	assert.Contains(t, r.Causes, diagnose.CauseACKLost)

	add(false, wire.ACK, 501, 102, 900*time.Millisecond)
	r = Probed{}
	r.conclude(f, feeling{}, true)
	assert.Equal(t, diagnose.Open, r.Verdict)
}

// TestListenersOnOtherAddresses reads the kernel's table as it is on a little-endian machine.
func TestListenersOnOtherAddresses(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 0A7100CB:1F90 0A6433C6:9C40 01 00000000:00000000
   2: 00000000:0016 00000000:0000 0A 00000000:00000000
   3: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000
   4: odd:1F90 00000000:0000 0A
`
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")}, listenersIn(table, 8080))
	assert.Empty(t, listenersIn(table, 81))
}
