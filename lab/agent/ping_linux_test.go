package agent

import (
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// loopback is a namespace of the test's own, in which ping_group_range permits everybody to ping.
func loopback(t *testing.T) *Namespace {
	t.Helper()
	n, err := NewNamespace()
	if err != nil {
		t.Skipf("needs a network namespace: %v", err)
	}
	t.Cleanup(func() { assert.NoError(t, n.Close()) })
	require.NoError(t, n.Do(func() error {
		lo, err := netlink.LinkByName("lo")
		if err != nil {
			return err
		}
		if err := os.WriteFile("/proc/sys/net/ipv4/ping_group_range", []byte("0 2147483647"), 0); err != nil {
			return err
		}
		return netlink.LinkSetUp(lo)
	}))
	return n
}

// A raw socket, and that of an ordinary user, feel the same. The two programs ping at the same time, so that each must tell
// its own replies from those of the other.
func TestPingByRawSocketAndAsAnOrdinaryUser(t *testing.T) {
	n := loopback(t)
	for _, target := range []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()} {
		protocol := protocolICMP
		if target.Is6() {
			protocol = protocolICMPv6
		}
		for _, typ := range []int{unix.SOCK_RAW, unix.SOCK_DGRAM} {
			t.Run(fmt.Sprintf("%s by socket type %d", target, typ), func(t *testing.T) {
				other, err := openQuery(n, netip.AddrPortFrom(target, 0), unix.SOCK_RAW, protocol)
				require.NoError(t, err)
				defer other.close()
				stranger := newMark()
				request, err := stranger.request(target, 1)
				require.NoError(t, err)
				require.NoError(t, other.send(request))

				s, err := openQuery(n, netip.AddrPortFrom(target, 0), typ, protocol)
				require.NoError(t, err)
				p := pinger{target: target, count: 3, interval: time.Millisecond, timeout: 10 * time.Second}
				require.NoError(t, p.run(t.Context(), s))
				got := p.result(nil, 0)
				assert.Equal(t, "0 of 3 lost", got.Code)
				require.Len(t, got.Replies, 3)
				for i, r := range got.Replies {
					assert.Equal(t, i+1, r.Seq)
					assert.Equal(t, target, r.From)
					assert.Positive(t, r.RTT)
					assert.Empty(t, r.Unreachable)
				}
			})
		}
	}
}

// Loss is counted by what is missing, and the wait for it ends with the timeout.
func TestPingThatIsNotAnswered(t *testing.T) {
	n := loopback(t)
	require.NoError(t, n.Do(func() error { return os.WriteFile("/proc/sys/net/ipv4/icmp_echo_ignore_all", []byte("1"), 0) }))
	s, err := openEcho(n, netip.MustParseAddr("127.0.0.1"))
	require.NoError(t, err)
	p := pinger{target: s.to, count: 3, interval: 10 * time.Millisecond, timeout: 100 * time.Millisecond}
	start := time.Now()
	require.NoError(t, p.run(t.Context(), s))
	assert.GreaterOrEqual(t, time.Since(start), p.timeout)
	got := p.result(nil, 0)
	assert.Equal(t, "ping: 3 of 3 lost (100% packet loss)", got.Error)
	assert.True(t, got.Timeout)
	assert.Empty(t, got.Replies)
}

func TestWordsOfICMPErrors(t *testing.T) {
	assert.Equal(t, "Packet filtered", complaint(false, 3, 13))
	assert.Equal(t, "Destination unreachable: Address unreachable", complaint(true, 1, 3))
	assert.Equal(t, "ICMP type 3 code 99", complaint(false, 3, 99))
	assert.Equal(t, "!X", sign(false, 3, 13))
	assert.Equal(t, "!H", sign(true, 1, 3))
	assert.Empty(t, sign(false, 11, 0), "a router on the way")
	assert.Empty(t, sign(false, 3, 3), "nobody listens: the target is reached")
	assert.Equal(t, "!<12-0>", sign(false, 12, 0))
}
