package wire

import (
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
)

// TestQuoteOfATunnelIsThePacketWithin: an error about the outer packet is one about what it carries.
func TestQuoteOfATunnelIsThePacketWithin(t *testing.T) {
	gre := func(flags byte, fields int) gopacket.Payload {
		return append(append([]byte{flags, 0, 0x08, 0x00}, make([]byte, fields)...), synPacket4(t)...)
	}
	for name, c := range map[string]struct {
		outer []byte
		port  uint16
	}{
		"IP-in-IP":                   {serialize(t, ipv4(layers.IPProtocolIPv4), gopacket.Payload(synPacket4(t))), 40000},
		"GRE":                        {serialize(t, ipv4(layers.IPProtocolGRE), gre(0, 0)), 40000},
		"GRE with a key":             {serialize(t, ipv4(layers.IPProtocolGRE), gre(0x20, 4)), 40000},
		"IP-in-IP, quoted too short": {serialize(t, ipv4(layers.IPProtocolIPv4), gopacket.Payload(synPacket4(t)[:8])), 0},
		"no tunnel":                  {synPacket4(t), 40000},
	} {
		body := append([]byte{3, 10, 0, 0, 0, 0, 0, 0}, c.outer...)
		q := decodeOne(linkRaw, serialize(t, ipv4(layers.IPProtocolICMPv4), gopacket.Payload(body))).ICMP.Quote
		assert.Equal(t, netip.AddrPortFrom(client4, c.port), q.Src, name)
		assert.Equal(t, c.port != 0, q.HasSeq, name)
	}
}

// TestHardwareAddressIsThatOfTheSender: on Ethernet and in captures of "any"; where an IP tunnel ends, it is the tunnel's.
func TestHardwareAddressIsThatOfTheSender(t *testing.T) {
	mac := [6]byte{2, 0, 0, 0, 0, 1}
	sll := append([]byte{0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0}, synPacket4(t)...)
	sll2 := append([]byte{8, 0, 0, 0, 0, 0, 0, 7, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0}, synPacket4(t)...)
	noAddress := append([]byte{0, 4, 2, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0}, synPacket4(t)...)
	within := serialize(t, ether(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolIPv4), gopacket.Payload(synPacket4(t)))
	for name, c := range map[string]struct {
		link linkType
		data []byte
		mac  [6]byte
	}{
		"Ethernet":             {linkEthernet, synFrame(t), mac},
		"SLL":                  {linkSLL, sll, mac},
		"SLL2":                 {linkSLL2, sll2, mac},
		"SLL of a tunnel":      {linkSLL, noAddress, [6]byte{}},
		"raw IP":               {linkRaw, synPacket4(t), [6]byte{}},
		"IP in IP on Ethernet": {linkEthernet, within, [6]byte{}},
	} {
		p := decodeOne(c.link, c.data)
		assert.Equal(t, KindTCP, p.Kind, name)
		assert.Equal(t, c.mac, p.SrcMAC, name)
	}
}

func TestInterfaceOfSLL2(t *testing.T) {
	head := []byte{0x08, 0, 0, 0, 0, 0, 0, 7, 0, 1, 4, 6, 0, 0, 0, 0, 0, 0, 0, 0}
	p := decodeOne(linkSLL2, append(head, synPacket4(t)...))
	assert.EqualValues(t, 7, p.InterfaceIndex)
	assert.True(t, p.Outgoing)
	head[10] = 0
	assert.False(t, decodeOne(linkSLL2, append(head, synPacket4(t)...)).Outgoing)
}
