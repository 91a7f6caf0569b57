package wire

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
)

// start is the time of the first packet of every capture built here.
var start = time.Date(2024, 5, 1, 12, 0, 0, 123456000, time.UTC)

var (
	client4 = netip.MustParseAddr("198.51.100.10")
	server4 = netip.MustParseAddr("203.0.113.10")
	client6 = netip.MustParseAddr("2001:db8:1::10")
	server6 = netip.MustParseAddr("2001:db8:2::10")
)

func serialize(t testing.TB, list ...gopacket.SerializableLayer) []byte {
	t.Helper()
	b := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	require.NoError(t, gopacket.SerializeLayers(b, options, list...))
	return bytes.Clone(b.Bytes())
}

func ether(kind layers.EthernetType) *layers.Ethernet {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	return &layers.Ethernet{SrcMAC: mac, DstMAC: mac, EthernetType: kind}
}

func ipv4(protocol layers.IPProtocol) *layers.IPv4 {
	return &layers.IPv4{Version: 4, TTL: 64, Protocol: protocol, SrcIP: client4.AsSlice(), DstIP: server4.AsSlice()}
}

func ipv6(next layers.IPProtocol) *layers.IPv6 {
	return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: next, SrcIP: client6.AsSlice(), DstIP: server6.AsSlice()}
}

// synSegment is a SYN as Linux sends it, with a payload so that lengths show.
func synSegment(ip gopacket.NetworkLayer) *layers.TCP {
	s := &layers.TCP{
		SrcPort: 40000, DstPort: 8080, Seq: 0xfffffff0, Ack: 7, SYN: true, ECE: true, CWR: true, Window: 64240,
		Options: []layers.TCPOption{
			{OptionType: layers.TCPOptionKindMSS, OptionData: []byte{5, 180}},
			{OptionType: layers.TCPOptionKindSACKPermitted},
			{OptionType: layers.TCPOptionKindTimestamps, OptionData: []byte{0, 0, 0, 1, 0, 0, 0, 2}},
			{OptionType: layers.TCPOptionKindNop},
			{OptionType: layers.TCPOptionKindWindowScale, OptionData: []byte{7}},
		},
	}
	_ = s.SetNetworkLayerForChecksum(ip)
	return s
}

func synPacket4(t testing.TB) []byte {
	ip := ipv4(layers.IPProtocolTCP)
	return serialize(t, ip, synSegment(ip), gopacket.Payload("data"))
}

func synPacket6(t testing.TB) []byte {
	ip := ipv6(layers.IPProtocolTCP)
	return serialize(t, ip, synSegment(ip), gopacket.Payload("data"))
}

func synFrame(t testing.TB) []byte {
	ip := ipv4(layers.IPProtocolTCP)
	return serialize(t, ether(layers.EthernetTypeIPv4), ip, synSegment(ip), gopacket.Payload("data"))
}

// file builds captures byte by byte, in either byte order: gopacket's writers know one.
type file struct {
	bytes.Buffer
	order binary.ByteOrder
}

func (f *file) u16(n ...uint16) { _ = binary.Write(f, f.order, n) }
func (f *file) u32(n ...uint32) { _ = binary.Write(f, f.order, n) }

func newPcap(order binary.ByteOrder, magic uint32, link linkType) *file {
	f := &file{order: order}
	f.u32(magic)
	f.u16(2, 4)
	f.u32(0, 0, 262144, uint32(link))
	return f
}

func (f *file) record(seconds, fraction uint32, length int, data []byte) {
	f.u32(seconds, fraction, uint32(len(data)), uint32(length))
	f.Write(data)
}

func newPcapng(order binary.ByteOrder) *file {
	f := &file{order: order}
	f.section()
	return f
}

func (f *file) section() {
	body := &file{order: f.order}
	body.u32(byteOrderMagic)
	body.u16(1, 0)
	body.u32(0xffffffff, 0xffffffff)
	f.block(blockSection, body.Bytes())
}

// block writes a block and the padding to a multiple of 4 bytes.
func (f *file) block(kind uint32, body []byte) {
	padding := make([]byte, -len(body)&3)
	size := uint32(len(body) + len(padding) + 12)
	f.u32(kind, size)
	f.Write(body)
	f.Write(padding)
	f.u32(size)
}

// iface writes an interface description block with the options given, each a code and a value.
func (f *file) iface(link linkType, snaplen uint32, options ...any) {
	body := &file{order: f.order}
	body.u16(uint16(link), 0)
	body.u32(snaplen)
	for i := 0; i < len(options); i += 2 {
		value := options[i+1].(string)
		body.u16(uint16(options[i].(int)), uint16(len(value)))
		body.WriteString(value)
		body.Write(make([]byte, -len(value)&3))
	}
	body.u16(optionEnd, 0)
	f.block(blockInterface, body.Bytes())
}

func (f *file) enhanced(id uint32, at uint64, length int, data []byte) {
	body := &file{order: f.order}
	body.u32(id, uint32(at>>32), uint32(at), uint32(len(data)), uint32(length))
	body.Write(data)
	f.block(blockEnhanced, body.Bytes())
}

func (f *file) simple(length int, data []byte) {
	body := &file{order: f.order}
	body.u32(uint32(length))
	body.Write(data)
	f.block(blockSimple, body.Bytes())
}

func (f *file) obsolete(id uint16, at uint64, length int, data []byte) {
	body := &file{order: f.order}
	body.u16(id, 3)
	body.u32(uint32(at>>32), uint32(at), uint32(len(data)), uint32(length))
	body.Write(data)
	f.block(blockPacket, body.Bytes())
}

func readAll(t *testing.T, capture []byte) []Packet {
	t.Helper()
	trace, err := ReadAll(bytes.NewReader(capture), "client")
	require.NoError(t, err)
	return trace.Packets
}

// decodeOne decodes bytes of the link type as a packet that was captured whole.
func decodeOne(link linkType, data []byte) Packet {
	p := Packet{Length: len(data)}
	decode(&p, link, data)
	return p
}
