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
		"192.0.2.1:80":          {"192.0.2.1", 80, netip.MustParseAddr("192.0.2.1")},
		"[2001:db8::1]:443":     {"2001:db8::1", 443, netip.MustParseAddr("2001:db8::1")},
		"[fe80::1%eth0]:1":      {"fe80::1%eth0", 1, netip.MustParseAddr("fe80::1%eth0")},
		"[::ffff:192.0.2.1]:80": {"::ffff:192.0.2.1", 80, netip.MustParseAddr("192.0.2.1")},
		"host.example:65535":    {"host.example", 65535, netip.Addr{}},
		"host.example:https":    {"host.example", 443, netip.Addr{}},
	} {
		got, err := ParseTarget(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "host", ":80", "host:", "host:0", "host:65536", "host:-1", "a:b:c", "2001:db8::1",
		"192.0.2.1", "[::]:80", "0.0.0.0:80", "255.255.255.255:80", "224.0.0.1:80", "[ff02::1]:80"} {
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
	known, silent := Neighbour{State: "REACHABLE"}, Neighbour{State: "FAILED"}
	for _, c := range []struct {
		err       error
		neighbour Neighbour
		want      diagnose.Verdict
		cause     string
	}{
		{nil, known, diagnose.Open, ""},
		{dialError(errRefused), known, diagnose.Refused, errRefused.Error()},
		{dialError(errHostUnreachable), known, diagnose.Rejected, errHostUnreachable.Error()},
		{dialError(errHostUnreachable), silent, diagnose.NoNeighbour, errHostUnreachable.Error()},
		{dialError(errNetUnreachable), Neighbour{}, diagnose.Rejected, errNetUnreachable.Error()},
		{timeout, known, diagnose.NoAnswer, "timed out"},
		{timeout, silent, diagnose.NoNeighbour, "timed out"},
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

// The least packets of a verdict must give that verdict, and advice.
func TestLeastPacketsOfAVerdict(t *testing.T) {
	for _, f := range []*flow{testFlow("203.0.113.10:8080", "198.51.100.10", "198.51.100.1"),
		testFlow("[2001:db8:2::10]:8080", "2001:db8:1::10", "2001:db8:1::1")} {
		for _, v := range []diagnose.Verdict{diagnose.NoAnswer, diagnose.Refused, diagnose.Rejected, diagnose.NoNeighbour} {
			s := diagnosed(leastOf(v, f))
			require.NotNil(t, s, v)
			assert.Equal(t, v, s.verdict)
			assert.NotEmpty(t, s.Rivals, v)
			assert.NotEmpty(t, s.Next, v)
		}
		assert.Nil(t, diagnosed(leastOf(diagnose.Open, f)))
	}
}

// What path.go looks for in package diagnose's texts must be there.
func TestWeighKnowsTheTexts(t *testing.T) {
	s := diagnosed(leastOf(diagnose.NoAnswer, testFlow("203.0.113.10:8080", "198.51.100.10", "198.51.100.1")))
	assert.Contains(t, s.Rivals, rivalDeadHost)
	assert.Contains(t, strings.Join(s.Next, "\n"), "\n"+pingCommand)
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
		p.ICMP = unreachable(client, server)
		return p
	}
	asks := func(from, target string, reply bool) wire.Packet {
		return wire.Packet{Kind: wire.KindARP, Src: netip.MustParseAddr(from), Neighbour: wire.Neighbour{Reply: reply, Target: netip.MustParseAddr(target)}}
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
