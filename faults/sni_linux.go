package faults

import (
	"bytes"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// tlsHandshake is the first byte of a record with a message of the handshake (RFC 8446 section 5.1).
const tlsHandshake = 0x16

// forgedTTL is the time to live of a forged RST, which is another than that of the ends, as it is of devices that do so.
const forgedTTL = 128

// forged is a RST for each end of a connection, in the name of the other one, as frames.
type forged struct{ toSender, toReceiver []byte }

// resets answers a frame whose data begins a handshake of TLS and has a name in it, as a ClientHello has that of the server (RFC 6066 section 3).
// It reports false for any other frame. Like the devices that do so, it takes the name for that and does not parse the message.
func resets(frame []byte, name string) (f forged, is bool) {
	if len(frame) < vnetHeader {
		return f, false
	}
	packet := gopacket.NewPacket(frame[vnetHeader:], layers.LayerTypeEthernet, gopacket.NoCopy)
	ethernet, _ := packet.LinkLayer().(*layers.Ethernet)
	segment, _ := packet.TransportLayer().(*layers.TCP)
	if ethernet == nil || segment == nil || len(segment.Payload) == 0 || segment.Payload[0] != tlsHandshake || !bytes.Contains(segment.Payload, []byte(name)) {
		return f, false
	}
	end := segment.Seq + uint32(len(segment.Payload))
	back := &layers.TCP{SrcPort: segment.DstPort, DstPort: segment.SrcPort, Seq: segment.Ack, Ack: end, RST: true, ACK: true}
	on := &layers.TCP{SrcPort: segment.SrcPort, DstPort: segment.DstPort, Seq: segment.Seq, Ack: segment.Ack, RST: true, ACK: true}
	f.toSender = segmentFrame(ethernet.DstMAC, ethernet.SrcMAC, packet.NetworkLayer().NetworkFlow().Reverse(), back)
	f.toReceiver = segmentFrame(ethernet.SrcMAC, ethernet.DstMAC, packet.NetworkLayer().NetworkFlow(), on)
	return f, true
}

// segmentFrame is a frame with a segment without data, and nothing for the kernel to fill in.
func segmentFrame(from, to []byte, ends gopacket.Flow, segment *layers.TCP) []byte {
	src, dst := ends.Src().Raw(), ends.Dst().Raw()
	link := &layers.Ethernet{SrcMAC: from, DstMAC: to, EthernetType: layers.EthernetTypeIPv6}
	var network gopacket.SerializableLayer
	if len(src) == 4 {
		link.EthernetType = layers.EthernetTypeIPv4
		ip := &layers.IPv4{Version: 4, TTL: forgedTTL, Protocol: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
		network = ip
		_ = segment.SetNetworkLayerForChecksum(ip) // it fails for what is no network layer
	} else {
		ip := &layers.IPv6{Version: 6, HopLimit: forgedTTL, NextHeader: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
		network = ip
		_ = segment.SetNetworkLayerForChecksum(ip) // as above
	}
	buffer := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, link, network, segment); err != nil {
		panic(err) // the addresses are those of a packet
	}
	return append(make([]byte, vnetHeader), buffer.Bytes()...)
}
