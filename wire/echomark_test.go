package wire

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDataSum translates real checksums, of both versions of IP.
func TestDataSum(t *testing.T) {
	random, alike := rand.New(rand.NewPCG(9, 10)), 0
	for range 1000 {
		data, other := make([]byte, 56), make([]byte, 56)
		for i := range data {
			data[i], other[i] = byte(random.Uint32()), byte(random.Uint32())
		}
		for _, v6 := range []bool{false, true} {
			before := echoPacket(t, v6, uint16(random.Uint32()), byte(random.Uint32()), data)
			after := echoPacket(t, v6, uint16(random.Uint32()), byte(random.Uint32()), data)
			require.Equal(t, dataSum(&before), dataSum(&after))
			changed := echoPacket(t, v6, before.ICMP.ID, byte(random.Uint32()), other)
			if dataSum(&before) == dataSum(&changed) {
				alike++
			}
		}
	}
	assert.Less(t, alike, 3, "one in 65,536 is")
}

// echoPacket is an echo request as the decoder reads it, with a checksum that gopacket has computed.
func echoPacket(t *testing.T, v6 bool, id uint16, host byte, data []byte) Packet {
	t.Helper()
	b := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	p := Packet{Src: client4, Dst: server4, ICMP: ICMP{V6: v6, ID: id, Sequence: 1}}
	var err error
	if v6 {
		address := server6.As16()
		address[15] = host
		ip := &layers.IPv6{Version: 6, NextHeader: layers.IPProtocolICMPv6, SrcIP: client6.AsSlice(), DstIP: address[:]}
		icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(128, 0)}
		require.NoError(t, icmp.SetNetworkLayerForChecksum(ip))
		err = gopacket.SerializeLayers(b, options, icmp, &layers.ICMPv6Echo{Identifier: id, SeqNumber: 1}, gopacket.Payload(data))
		p.Src, p.Dst = client6, netip.AddrFrom16(address)
	} else {
		err = gopacket.SerializeLayers(b, options, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: id, Seq: 1}, gopacket.Payload(data))
	}
	require.NoError(t, err)
	p.ICMP.Checksum = uint16(b.Bytes()[2])<<8 | uint16(b.Bytes()[3])
	return p
}
