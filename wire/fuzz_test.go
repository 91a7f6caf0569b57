package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// FuzzReader reads any bytes as a capture: it must not panic, must number the packets, and must end in one of the
// ways that it promises.
func FuzzReader(f *testing.F) {
	f.Add(manyPackets(f, 3))
	classic := newPcap(binary.BigEndian, pcapNanoseconds, linkSLL2)
	classic.record(1, 2, 3, make([]byte, 60))
	f.Add(classic.Bytes())
	ping := newPcap(binary.LittleEndian, pcapMicroseconds, linkRaw)
	ping.record(1, 2, 60, serialize(f, ipv4(layers.IPProtocolICMPv4), gopacket.Payload{8, 0, 0, 0, 0, 9, 0, 2}))
	ping.record(1, 3, 60, serialize(f, ipv6(layers.IPProtocolICMPv6), gopacket.Payload{129, 0, 0, 0, 0, 9, 0, 2}))
	f.Add(ping.Bytes())
	f.Fuzz(func(t *testing.T, capture []byte) {
		trace, err := ReadAll(bytes.NewReader(capture), "client")
		at, located := errors.AsType[*ReadError](err)
		switch {
		case err == nil, errors.Is(err, ErrNotCapture):
		case !located || !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrCorrupt):
			t.Fatalf("unexpected error %v", err)
		case at.Frames != len(trace.Packets) || at.Offset > int64(len(capture)):
			t.Fatalf("%d packets of %d bytes, then %v", len(trace.Packets), len(capture), err)
		}
		grouped := 0
		for _, a := range trace.Attempts(0) {
			grouped += len(a.Packets)
		}
		echoes := 0
		for _, a := range trace.Echoes() {
			echoes += len(a.Packets)
		}
		for i, p := range trace.Packets {
			if p.Frame != i+1 {
				t.Fatalf("packet %d has number %d", i+1, p.Frame)
			}
			if p.Kind == KindTCP {
				grouped--
			}
			if p.Kind == KindICMP && (p.ICMP.IsEcho() || p.ICMP.Quote.HasEcho) {
				echoes--
			}
		}
		if echoes != 0 {
			t.Fatalf("%d too many echoes in exchanges", echoes)
		}
		if grouped < 0 {
			t.Fatalf("%d segments belong to no attempt", -grouped)
		}
		slow, err2 := ReadAll(dribble{bytes.NewReader(capture)}, "client")
		if len(slow.Packets) != len(trace.Packets) || (err == nil) != (err2 == nil) {
			t.Fatalf("%d packets and %v, but byte by byte %d and %v", len(trace.Packets), err, len(slow.Packets), err2)
		}
	})
}

// dribble is a stream whose bytes arrive one at a time.
type dribble struct{ r io.Reader }

func (o dribble) Read(b []byte) (int, error) { return o.r.Read(b[:min(1, len(b))]) }

// FuzzDecode decodes any bytes as a packet of any link type.
func FuzzDecode(f *testing.F) {
	f.Add(uint16(linkEthernet), 60, synFrame(f))
	f.Add(uint16(linkRaw), 1500, synPacket6(f))
	f.Add(uint16(linkSLL2), 20, append([]byte{8, 0}, make([]byte, 38)...))
	f.Fuzz(func(t *testing.T, link uint16, length int, data []byte) {
		p := Packet{Length: length}
		decode(&p, linkType(link), data)
		if p.Kind != KindOther && !p.Src.IsValid() {
			t.Fatalf("%v without a source", p.Kind)
		}
		if p.TCP.Payload < 0 {
			t.Fatalf("%d bytes of data", p.TCP.Payload)
		}
		for o := range p.TCP.Options() {
			_, _ = o.Value(), o.EchoReply()
		}
		_ = p.ICMP.Name()
	})
}
