package faults

import (
	"net"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAnnouncementSaysWhoHasTheAddress(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 203, 0, 113, 30}

	frame, err := announcement(mac, netip.MustParseAddr("203.0.113.10"))
	require.NoError(t, err)
	arp, is := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default).Layer(layers.LayerTypeARP).(*layers.ARP)
	require.True(t, is)
	assert.EqualValues(t, layers.ARPReply, arp.Operation)
	assert.Equal(t, []byte(mac), arp.SourceHwAddress)
	assert.Equal(t, []byte(mac), arp.DstHwAddress, "Linux takes a reply for gratuitous only so")
	assert.Equal(t, arp.SourceProtAddress, arp.DstProtAddress)
	assert.Equal(t, []byte{203, 0, 113, 10}, arp.SourceProtAddress)

	frame, err = announcement(mac, netip.MustParseAddr("2001:db8:2::10"))
	require.NoError(t, err)
	packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
	require.Nil(t, packet.ErrorLayer())
	advertisement, is := packet.Layer(layers.LayerTypeICMPv6NeighborAdvertisement).(*layers.ICMPv6NeighborAdvertisement)
	require.True(t, is)
	assert.Equal(t, net.ParseIP("2001:db8:2::10"), advertisement.TargetAddress)
	assert.True(t, advertisement.Override())
	assert.False(t, advertisement.Solicited())
	require.Len(t, advertisement.Options, 1)
	assert.Equal(t, layers.ICMPv6OptTargetAddress, advertisement.Options[0].Type)
	assert.Equal(t, []byte(mac), advertisement.Options[0].Data)
	assert.EqualValues(t, 255, packet.Layer(layers.LayerTypeIPv6).(*layers.IPv6).HopLimit, "RFC 4861 section 7.1.2: others are dropped")
}
