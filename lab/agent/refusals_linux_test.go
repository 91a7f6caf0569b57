package agent

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// What a host says to itself is on no link, and what it is told is no refusal of its own.
func TestARefusalLeavesTheHost(t *testing.T) {
	for _, c := range []struct {
		kind   uint8
		device uint16
		leaves bool
	}{
		{unix.PACKET_OUTGOING, unix.ARPHRD_ETHER, true},
		{unix.PACKET_OUTGOING, unix.ARPHRD_LOOPBACK, false},
		{unix.PACKET_HOST, unix.ARPHRD_ETHER, false},
	} {
		assert.Equal(t, c.leaves, leaves(&unix.SockaddrLinklayer{Pkttype: c.kind, Hatype: c.device}), "%+v", c)
	}
}

func TestARefusalIsARSTFromThePort(t *testing.T) {
	const (
		v4      = "450000280000400040060000cb00710ac633640a"
		options = "460000280000400040060000cb00710ac633640a00000000"
		udp     = "450000280000400040110000cb00710ac633640a"
		v6      = "600000000014064020010db800020000000000000000001020010db8000100000000000000000010"
		rst     = "1f909c400000000000000001501400000000ffff"
		synack  = "1f909c400000000000000001501200000000ffff"
		other   = "1f919c400000000000000001501400000000ffff"
		request = "9c401f900000000000000001501400000000ffff"
	)
	for packet, want := range map[string]bool{
		v4 + rst: true, options + rst: true, v6 + rst: true,
		v4 + synack: false, v6 + synack: false, v4 + other: false, v6 + other: false, v4 + request: false, udp + rst: false,
		v4: false, v4 + rst[:10]: false, v6: false, "": false, "4f": false,
	} {
		bytes, err := hex.DecodeString(packet)
		require.NoError(t, err)
		assert.Equal(t, want, isRefusal(bytes, 8080), packet)
	}
}
