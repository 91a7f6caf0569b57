package diagnose

import (
	"encoding/binary"
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
		switch data[4] >> 4 {
		case 1:
			p.Kind = wire.KindICMP
			p.ICMP = wire.ICMP{Type: data[13], Code: data[14], HasQuote: true, Quote: wire.Quote{Src: p.SrcAddrPort(),
				Dst: p.DstAddrPort(), Protocol: protocolTCP, HasSeq: data[15]&1 != 0, Seq: p.TCP.Seq}}
		case 2:
			p.Kind = wire.KindARP
			p.Neighbour = wire.Neighbour{Reply: data[15]&1 != 0, Target: p.Dst}
		}
		packets = append(packets, p)
	}
	return packets
}

// FuzzEngine gives any packets to an engine with little room: every packet belongs to one attempt that is reported, each
// with a verdict and an explanation, and nothing is left behind.
func FuzzEngine(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), byte(3), []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"))
	for _, text := range []string{exchange + "1 < F. 301 0 101\n2 > R 101 0 0", "0 > S 0 0 0\n1 > S 0 0 0\n1 < R. 0 0 1"} {
		f.Add(bytesOf(f, text), byte(8), []byte("\x16\x03\x01\x00\x05abc"))
	}
	f.Fuzz(func(t *testing.T, data []byte, room byte, payload []byte) {
		packets := packetsFrom(data)
		payloads := make([][]byte, len(packets))
		var segments int64
		for i := range packets {
			payloads[i] = payload[:min(len(payload), packets[i].TCP.Payload)]
			if packets[i].Kind == wire.KindTCP {
				segments++
			}
		}
		list, stats := diagnosed(packets, payloads, Options{MaxTracked: int(room%16) + 1, MaxEnded: int(room%4) + 1})
		if stats.Attempts != int64(len(list)) {
			t.Fatalf("%d attempts counted, %d reported", stats.Attempts, len(list))
		}
		for _, r := range list {
			if r.verdict == "" || r.Summary == "" || len(r.Evidence) == 0 {
				t.Fatalf("%q: no summary (%q) or no evidence", r.verdict, r.Summary)
			}
			if r.seen.Verdict != NoNeighbour {
				segments -= r.packets
			}
		}
		if segments > 0 {
			t.Fatalf("%d segments belong to no attempt", segments)
		}
	})
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
		data = append(data, b[:]...)
	}
	return data
}
