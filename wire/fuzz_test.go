package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"golang.org/x/net/dns/dnsmessage"
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
	solaris := newSnoop(4)
	solaris.snoopRecord(1, 75, synFrame(f))
	f.Add(solaris.Bytes())
	f.Add(netMonFile(f, 1, 9, le16(1)))
	f.Add(threeSYNs(f, 100))
	f.Add(gzipped(f, threeSYNs(f, 100)))
	f.Add(zstandard(f, threeSYNs(f, 100)))
	f.Add(xzData(f, threeSYNs(f, 100)))
	f.Add(lz4Data(f, threeSYNs(f, 100), false))
	f.Add(tarball(f, "a", threeSYNs(f, 100), "b", threeSYNs(f, 103)))
	f.Add(tarball(f, "capture.pcap", threeSYNs(f, 100))) // which begins with text
	f.Add(append([]byte("a banner\n"), threeSYNs(f, 100)...))
	f.Add([]byte(conversation))
	f.Fuzz(func(t *testing.T, capture []byte) {
		trace, err := ReadAll(bytes.NewReader(capture), "client")
		at, located := errors.AsType[*ReadError](err)
		switch {
		case err == nil, errors.Is(err, ErrNotCapture):
		case !located || !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrSeveral):
			t.Fatalf("unexpected error %v", err)
		case at.Frames > len(trace.Packets) || !at.Unpacked && at.Offset > int64(len(capture)):
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
			if before := trace.Packets[max(0, i-1)].Frame; p.Frame != before && p.Frame != before+1 { // an A-MSDU is one frame
				t.Fatalf("frame %d follows frame %d", p.Frame, before)
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
	for _, cases := range []map[string]sample{captureHeaders(f), tunnels(f)} {
		for _, c := range cases {
			f.Add(uint16(c.link), len(c.data), c.data)
		}
	}
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

// FuzzText reads any text as what tcpdump printed.
func FuzzText(f *testing.F) {
	f.Add(conversation)
	f.Add("00:00:00.000000 IP 1.2.3.4 > 5.6.7.8: ICMP host 5.6.7.8 unreachable, length 1\n\tIP (tos 0x0, ttl 1)\n    5.6.7.8.1 > 1.2.3.4.2: Flags [S], seq 1\n")
	f.Add("1.000000 IP6 ::1.1 > ::2.2: Flags [S.], seq 1, ack 2, options [sack 2 {1:2}{3:4}]\n\t0x0000:  6000 0000\n")
	f.Add("00:00:00.000000 ARP, Reply 1.2.3.4 is-at 02:00:00:00:00:01, length 28\n")
	f.Fuzz(func(t *testing.T, lines string) {
		trace, err := ReadAll(bytes.NewReader([]byte("00:00:00.0 IP 1.2.3.4.1 > 5.6.7.8.2: Flags [S], seq 1\n"+lines)), "")
		if err == nil && len(trace.Packets) == 0 {
			t.Fatal("the first line is a packet")
		}
	})
}

// FuzzDNS reads any bytes as a DNS message, and as the data of a connection that is cut anywhere.
func FuzzDNS(f *testing.F) {
	name := dnsmessage.MustNewName("db.example.")
	query := dnsMessage(f, dnsmessage.Message{Header: dnsmessage.Header{ID: 7}}, "db.example.")
	answer := dnsMessage(f, dnsmessage.Message{Header: dnsmessage.Header{ID: 7, Response: true}, Answers: []dnsmessage.Resource{
		{Header: dnsmessage.ResourceHeader{Name: name, Class: 1}, Body: &dnsmessage.AResource{}},
		{Header: dnsmessage.ResourceHeader{Name: name, Class: 1}, Body: &dnsmessage.AAAAResource{}}}}, "db.example.")
	for _, m := range [][]byte{query, answer} {
		f.Add(m, byte(5), byte(0))
		f.Add(append(be.AppendUint16(nil, uint16(len(m))), m...), byte(7), byte(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, size, uncaptured byte) {
		m, ok := ParseDNS(data)
		switch {
		case !ok && m.HasQuestion, m.HasQuestion != (m.Name != ""), len(m.Addrs) > maxDNSAddrs:
			t.Fatalf("this cannot be: %+v", m)
		}
		for _, c := range m.Name {
			if c <= ' ' || c >= 0x7f {
				t.Fatalf("a name for a terminal: %q", m.Name)
			}
		}
		_, _ = m.Type.String(), m.Code.String()
		messages := func(size int) (list []string) {
			var s DNSStream
			s.Begin(1)
			for at := 0; at < len(data); at += size {
				part := data[at:min(at+size, len(data))]
				s.Add(1+uint32(at), part, len(part), func(b []byte) {
					list = append(list, string(b))
					if len(b) > keptDNS {
						t.Fatalf("%d bytes of a message are kept", len(b))
					}
				})
			}
			return list
		}
		if whole, cut := messages(len(data)+1), messages(int(size)+1); !slices.Equal(whole, cut) {
			t.Fatalf("%q, but in pieces of %d %q", whole, int(size)+1, cut)
		}
		var s DNSStream
		s.Begin(1)
		s.Add(1, data, len(data)+int(uncaptured), func([]byte) {})
		s.Add(uint32(size), data, len(data), func([]byte) {})
	})
}

// FuzzQuote reads any bytes as what an ICMP error quotes.
func FuzzQuote(f *testing.F) {
	f.Add(synPacket4(f))
	f.Add(synPacket6(f))
	f.Add(carried(f, layers.IPProtocolGRE, []byte{0, 0, 8, 0}, synPacket4(f)))
	f.Add(datagram(f, 40000, 53, zeros(20)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		q, ok := parseQuote(data)
		if ok && (!q.Src.Addr().IsValid() || !q.Dst.Addr().IsValid()) {
			t.Fatalf("a quote without an address: %+v", q)
		}
		if !ok && q != (Quote{}) {
			t.Fatalf("no quote, and yet %+v", q)
		}
	})
}

// FuzzFragments counts any fragments, each once.
func FuzzFragments(f *testing.F) {
	f.Add([]byte{1, 1, 1, 2, 2, 2})
	f.Add([]byte{2, 1, 0x12, 0x11})
	f.Fuzz(func(t *testing.T, parts []byte) {
		var v inventory
		whole := 0
		for i, b := range parts {
			p := Packet{Frame: i + 1, Src: addr4([]byte{10, 0, 0, b >> 6}), Dst: addr4([]byte{10, 0, 0, 9})}
			part, g := fragment{id: uint32(b >> 2 & 15), first: b&1 != 0, later: b&3 == 2, more: b&1 != 0 || b&32 != 0, size: 8 * (i & 7), header: 20}, gap{}
			switch {
			case part.later:
				g.obstacle, part.offset = ObstacleFragment, 8*(1+i&3)
			default:
				p.Kind = KindTCP
			}
			v.add(&p, g, part, 20)
			if p.Kind == KindTCP {
				whole++
			}
			if p.TCP.Payload < 0 || p.TCP.Payload > 7*8*len(parts) {
				t.Fatalf("%d bytes of data in %d fragments", p.TCP.Payload, i+1)
			}
		}
		r := Reader{inventory: v}
		i := r.Inventory()
		var later int64
		for _, u := range i.Unread {
			if u.Packets <= 0 {
				t.Fatalf("%d packets of %s", u.Packets, u.Name)
			}
			if u.Instead.English == "" || u.Opaque {
				later += u.Packets
			}
		}
		if i.Packets != int64(len(parts)) || i.Decoded != int64(whole) || later != i.Packets-i.Decoded {
			t.Fatalf("%d packets, %d decoded, %d others", i.Packets, i.Decoded, later)
		}
	})
}
