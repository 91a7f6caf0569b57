package faults

import (
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vnetFrame is a frame as the line reads it, with a payload in TCP or without IP.
func vnetFrame(t *testing.T, v6 bool, payload string) []byte {
	t.Helper()
	ethernet := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	tcp := &layers.TCP{SrcPort: 40000, DstPort: 8080, Seq: 1000, Ack: 5000, ACK: true}
	ip4 := &layers.IPv4{Version: 4, IHL: 5, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: net.IP{198, 51, 100, 10}, DstIP: net.IP{203, 0, 113, 10}}
	ip6 := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolTCP, SrcIP: net.ParseIP("2001:db8:1::10"), DstIP: net.ParseIP("2001:db8:2::10")}
	list := []gopacket.SerializableLayer{ethernet, ip4, tcp, gopacket.Payload(payload)}
	require.NoError(t, tcp.SetNetworkLayerForChecksum(ip4))
	if v6 {
		ethernet.EthernetType, list[1] = layers.EthernetTypeIPv6, ip6
		require.NoError(t, tcp.SetNetworkLayerForChecksum(ip6))
	}
	buffer := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, list...))
	return append(make([]byte, vnetHeader), buffer.Bytes()...)
}

func TestOnlySegmentsWithDataAreDamaged(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		assert.Equal(t, byte('x'), vnetFrame(t, v6, "x")[lastData(vnetFrame(t, v6, "x"))], "behind it is padding")
		assert.Zero(t, lastData(vnetFrame(t, v6, "")))
		whole := vnetFrame(t, v6, "GET / HTTP/1.1")
		for n := range whole { // a frame that is cut short is no segment with data, and no reason to panic
			assert.Zero(t, lastData(whole[:n]), "%d bytes", n)
		}
	}
	arp := vnetFrame(t, false, "GET /")
	arp[vnetHeader+12], arp[vnetHeader+13] = 0x08, 0x06
	assert.Zero(t, lastData(arp))
}

func TestADamagedSegmentHasAWrongChecksum(t *testing.T) {
	frame := vnetFrame(t, false, "GET /")
	frame[vnetFlags] = 1 // the checksum has still to be filled in
	damage(frame, lastData(frame))
	assert.Zero(t, frame[vnetFlags], "the receiver must look at the checksum")
	packet := gopacket.NewPacket(frame[vnetHeader:], layers.LayerTypeEthernet, gopacket.Default)
	tcp := packet.Layer(layers.LayerTypeTCP).(*layers.TCP)
	assert.NotEqual(t, "GET /", string(tcp.Payload))
	require.NoError(t, tcp.SetNetworkLayerForChecksum(packet.NetworkLayer()))
	got := tcp.Checksum
	buffer := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{ComputeChecksums: true}, tcp, gopacket.Payload(tcp.Payload)))
	assert.NotEqual(t, gopacket.NewPacket(buffer.Bytes(), layers.LayerTypeTCP, gopacket.Default).Layer(layers.LayerTypeTCP).(*layers.TCP).Checksum, got)
}
