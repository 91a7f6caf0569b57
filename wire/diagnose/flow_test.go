package diagnose

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestIPv4MappedIPv6KeepsItsFamily(t *testing.T) {
	for _, text := range []string{"192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "::", "255.255.255.255", "0.0.0.0"} {
		addr := netip.MustParseAddr(text)
		assert.Equal(t, netip.AddrPortFrom(addr, 80), endpointOf(addr, 80).addrPort())
		assert.Equal(t, addr, hostOf(addr).addr())
	}
	packets, _ := packetsOf(t, "0 > S 0 0 0\n1 > S 0 0 0")
	packets[0].Src = netip.AddrFrom16(packets[0].Src.As16())
	packets[0].Dst = netip.AddrFrom16(packets[0].Dst.As16())
	list, _ := diagnosed(packets, make([][]byte, len(packets)), Options{})
	assert.Equal(t, "no-answer? no-answer?", verdictsOf(list), "one is IPv6, the other is not")
	assert.Equal(t, "[::ffff:198.51.100.10]:40000", list[0].seen.Client.String())
}
