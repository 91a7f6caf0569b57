package diagnose

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// bytesPerPacket is how many bytes of the fuzzer's input make a packet.
const bytesPerPacket = 16

// packetsFrom makes packets of any bytes, on few ports and with small numbers so that they meet.
func packetsFrom(data []byte) []wire.Packet {
	var packets []wire.Packet
	at := start
	for ; len(data) >= bytesPerPacket; data = data[bytesPerPacket:] {
		at = at.Add(time.Duration(int16(binary.BigEndian.Uint16(data))) * time.Millisecond)
		p := wire.Packet{Frame: len(packets) + 1, Time: at, Kind: wire.KindTCP, TTL: data[2], ID: uint16(data[3] & 3)}
		p.Src, p.SrcPort = clientAddr.Addr(), 40000+uint16(data[4]&3)
		p.Dst, p.DstPort = serverAddr.Addr(), 8080
		if data[4]&4 != 0 {
			p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort
		}
		p.TCP = wire.TCP{Flags: wire.Flags(data[5]), Seq: uint32(int32(int8(data[6])))*100 + uint32(data[7]&3),
			Ack: uint32(int32(int8(data[8])))*100 + uint32(data[9]&3), Window: uint16(data[10]) << 8,
			Payload: int(data[11]) * int(data[12]&15)}
		p.MoreFragments = data[12]&16 != 0
		switch data[4] >> 4 {
		case 1:
			p.Kind = wire.KindICMP
			p.ICMP = wire.ICMP{Type: data[13], Code: data[14], HasQuote: true, Quote: wire.Quote{Src: p.SrcAddrPort(),
				Dst: p.DstAddrPort(), Protocol: protocolTCP, HasSeq: data[15]&1 != 0, Seq: p.TCP.Seq}}
		case 5:
			p.Kind, p.SrcPort, p.DstPort, p.Protocol = wire.KindOther, 0, 0, protocolESP
		case 6: // behind NAT
			p.Src = natAddr
		case 7: // another address of the server
			if p.DstPort == serverAddr.Port() {
				p.Dst = backendAddr
			} else {
				p.Src = backendAddr
			}
			p.SrcMAC[5] = data[15] & 1
		case 8, 9: // to a name server, by UDP or TCP
			for _, port := range []*uint16{&p.SrcPort, &p.DstPort} {
				if *port == serverAddr.Port() {
					*port = portDNS
				}
			}
			if data[4]>>4 == 8 {
				p.Kind, p.DNS = wire.KindDNS, wire.DNS{ID: uint16(data[14] & 3), Response: p.SrcPort == portDNS, Code: wire.DNSCode(data[15] & 7), Truncated: data[13]&1 != 0}
			}
		case 10:
			p.Kind = wire.KindICMP
			p.ICMP = wire.ICMP{Type: data[13], Code: data[14], HasQuote: true, Quote: wire.Quote{Src: p.SrcAddrPort(),
				Dst: netip.AddrPortFrom(p.Dst, portDNS), Protocol: protocolUDP, HasDNS: data[15]&1 != 0, ID: uint16(data[15] >> 6)}}
		case 2:
			p.Kind = wire.KindARP
			p.Neighbour = wire.NeighbourTold{Reply: data[15]&1 != 0, Target: p.Dst}
		case 3:
			p.Kind, p.SrcPort, p.DstPort = wire.KindICMP, 0, 0
			p.ICMP = wire.ICMP{Type: data[13] & 8, ID: uint16(data[14] & 3), Sequence: uint16(data[15] & 31), Checksum: uint16(data[5])}
		case 4:
			p.Kind, p.SrcPort, p.DstPort = wire.KindICMP, 0, 0
			p.ICMP = wire.ICMP{Type: data[13], Code: data[14] & 15, HasQuote: true, Quote: wire.Quote{Src: p.SrcAddrPort(), Dst: p.DstAddrPort(),
				Protocol: 1, HasEcho: true, EchoReply: data[4]&8 != 0, ID: uint16(data[14] >> 6), Sequence: uint16(data[15] & 31)}}
		}
		if data[4]&8 != 0 { // of "any"
			p.InterfaceIndex = 1 + uint32(data[15]&3)
		}
		packets = append(packets, p)
	}
	return packets
}

// FuzzEngine gives any packets to an engine with little room: every packet belongs to one attempt that is reported, each
// with a verdict and an explanation, and nothing is left behind. Of a ping, no request is counted twice.
func FuzzEngine(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), byte(3), []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"))
	for _, text := range []string{exchange + "1 < F. 301 0 101\n2 > R 101 0 0", "0 > S 0 0 0\n1 > S 0 0 0\n1 < R. 0 0 1"} {
		f.Add(bytesOf(f, text), byte(8), []byte("\x16\x03\x01\x00\x05abc"))
	}
	for _, text := range []string{exchanges(1, 3), pings(1, 20), pings(1, 2) + exchanges(3, 4), exchanges(1, 2) + pings(3, 9) + exchanges(10, 11)} {
		f.Add(bytesOf(f, text), byte(8), []byte(nil))
		f.Add(append(bytesOf(f, text), bytesOf(f, exchange)...), byte(8), []byte(nil))
	}
	_, queries := packetsOf(f, "0 dns > A db.example\n0 dns < A db.example 203.0.113.10\n0 dns < A db.example NXDOMAIN")
	for _, message := range queries {
		lookups := bytesOf(f, exchange)
		for i := 4; i < len(lookups); i += bytesPerPacket {
			lookups[i] |= 8 << 4
		}
		f.Add(lookups, byte(8), message)
	}
	f.Fuzz(func(t *testing.T, data []byte, room byte, payload []byte) {
		packets := packetsFrom(data)
		payloads := make([][]byte, len(packets))
		var segments, echoes int64
		tcp := 0
		for i := range packets {
			payloads[i] = payload[:min(len(payload), packets[i].TCP.Payload)]
			if packets[i].Kind == wire.KindDNS {
				payloads[i] = payload
			}
			switch {
			case packets[i].Kind == wire.KindTCP:
				segments++
				tcp++
			case packets[i].Kind == wire.KindICMP && packets[i].ICMP.IsEcho() && !packets[i].ICMP.HasQuote:
				echoes++
			}
		}
		list, stats := diagnosed(packets, payloads, Options{MaxTracked: int(room%16) + 1, MaxEnded: int(room%4) + 1})
		if stats.Attempts != int64(len(list)) {
			t.Fatalf("%d attempts counted, %d reported", stats.Attempts, len(list))
		}
		for _, r := range list {
			if r.verdict == "" || r.Summary.String() == "" || len(r.Evidence) == 0 {
				t.Fatalf("%q: no summary (%q) or no evidence", r.verdict, r.Summary.String())
			}
			switch r.seen.Protocol {
			case TCP:
				segments -= r.packets
			case ICMP:
				echoes -= r.packets
				checkCounts(t, r.seen.echo)
			}
		}
		if segments > 0 || echoes > 0 {
			t.Fatalf("%d segments and %d echoes belong to no attempt", segments, echoes)
		}
		grouped := 0
		for _, a := range (wire.Trace{Packets: packets}).Attempts(0) {
			grouped += len(a.Packets)
		}
		if grouped < tcp {
			t.Fatalf("%d of %d segments grouped", grouped, tcp)
		}
		if pair := Join(seenOf(list), seenOf(list)); len(pair.Joined) != len(list) {
			t.Fatalf("%d attempts, %d joined", len(list), len(pair.Joined))
		}
	})
}

// checkCounts: every request has one fate.
func checkCounts(t *testing.T, o Echo) {
	for _, n := range []int64{o.Requests, o.Answered, o.Rejected, o.Lost, o.Pending} {
		if n < 0 || o.Answered+o.Lost+o.Pending > o.Requests {
			t.Fatalf("these cannot be: %+v", o)
		}
	}
}

func seenOf(list []result) []Seen {
	var seen []Seen
	for _, r := range list {
		seen = append(seen, r.seen)
	}
	return seen
}

// bytesOf makes bytes of which packetsFrom makes something like these packets.
func bytesOf(t testing.TB, text string) []byte {
	packets, _ := packetsOf(t, text)
	var data []byte
	last := start
	for i := range packets {
		p := &packets[i]
		b := [bytesPerPacket]byte{2: 64, 5: byte(p.TCP.Flags), 10: 250, 11: byte(p.TCP.Payload), 12: 1}
		binary.BigEndian.PutUint16(b[:], uint16(p.Time.Sub(last).Milliseconds()))
		last = p.Time
		if p.Src == serverAddr.Addr() {
			b[4] = 4
		}
		b[7], b[9] = byte(p.TCP.Seq), byte(p.TCP.Ack)
		if p.Kind == wire.KindICMP {
			b[4] |= 3 << 4
			b[13], b[15] = p.ICMP.Type, byte(p.ICMP.Sequence)
		}
		data = append(data, b[:]...)
	}
	return data
}
