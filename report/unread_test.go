package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// TestUDPOfUnknownContentIsNoTunnelForCertain: a call has ports of its own, too.
func TestUDPOfUnknownContentIsNoTunnelForCertain(t *testing.T) {
	call := wire.Unread{Obstacle: wire.ObstacleUDP, Name: lang.Same("UDP (UDP port 40000)"), Opaque: true, Packets: 9}
	vpn := wire.Unread{Obstacle: wire.ObstacleUDP, Name: lang.Same("OpenVPN (UDP port 1194)"), Opaque: true, Tunnel: true, Packets: 9}
	for want, list := range map[string][]wire.Unread{
		"9 x UDP (UDP port 40000): if they are a tunnel, TCP within it cannot be seen":          {call},
		"9 x OpenVPN (UDP port 1194): TCP within them cannot be seen":                           {vpn},
		"9 x UDP (UDP port 40000), 9 x OpenVPN (UDP port 1194): TCP within them cannot be seen": {call, vpn},
	} {
		assert.Equal(t, want, nothingDecoded(diagnose.Stats{Inventory: wire.Inventory{Unread: list}}).String())
	}
}
