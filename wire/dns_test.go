package wire

import (
	"net/netip"
	"testing"

	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

func dnsMessage(t testing.TB, m dnsmessage.Message, name string) []byte {
	t.Helper()
	n, err := dnsmessage.NewName(name)
	require.NoError(t, err)
	m.Questions = []dnsmessage.Question{{Name: n, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}
	b, err := m.Pack()
	require.NoError(t, err)
	return b
}

// udpPacket is a packet of IPv4 with these ports.
func udpPacket(src, dst uint16, data []byte) []byte {
	b := []byte{0x45, 0, 0, 0, 0, 1, 0, 0, 64, byte(layers.IPProtocolUDP), 0, 0, 198, 51, 100, 10, 203, 0, 113, 53}
	be.PutUint16(b[2:], uint16(28+len(data)))
	b = be.AppendUint16(be.AppendUint16(b, src), dst)
	b = append(be.AppendUint16(b, uint16(8+len(data))), 0, 0)
	return append(b, data...)
}

func TestDNS(t *testing.T) {
	name := dnsmessage.MustNewName("DB.example.")
	answer := dnsMessage(t, dnsmessage.Message{Header: dnsmessage.Header{ID: 7, Response: true, RCode: dnsmessage.RCodeSuccess},
		Answers: []dnsmessage.Resource{
			{Header: dnsmessage.ResourceHeader{Name: name, Class: 1}, Body: &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("a.example.")}},
			{Header: dnsmessage.ResourceHeader{Name: name, Class: 1}, Body: &dnsmessage.AResource{A: [4]byte{203, 0, 113, 10}}},
		}}, "DB.example.")
	p := Packet{Length: 28 + len(answer)}
	d := decode(&p, linkRaw, udpPacket(53, 40000, answer))
	assert.Equal(t, KindDNS, p.Kind)
	assert.Equal(t, DNS{ID: 7, Response: true, Records: 2}, p.DNS)
	m, ok := ParseDNS(d.payload)
	require.True(t, ok)
	assert.Equal(t, DNSMessage{DNS: p.DNS, HasQuestion: true, Name: "db.example", Type: DNSTypeA, Addrs: []netip.Addr{netip.MustParseAddr("203.0.113.10")}}, m)

	m, ok = ParseDNS(answer[:20])
	assert.True(t, ok)
	assert.False(t, m.HasQuestion, "the snapshot length cut the question")

	query := dnsMessage(t, dnsmessage.Message{Header: dnsmessage.Header{ID: 8}}, "a b\x1b.example.")
	m, ok = ParseDNS(query)
	assert.True(t, ok)
	assert.Equal(t, `a\032b\027.example`, m.Name, "no byte of a name reaches a terminal as it is")
}

// What only has the port is no DNS, and is told of as before.
func TestNotDNS(t *testing.T) {
	query := dnsMessage(t, dnsmessage.Message{Header: dnsmessage.Header{ID: 8}}, "a.example.")
	spoilt := func(at int, with byte) []byte {
		b := append([]byte(nil), query...)
		b[at] = with
		return b
	}
	for name, b := range map[string][]byte{
		"an update":               udpPacket(40000, 53, spoilt(2, 0x28)),
		"two questions":           udpPacket(40000, 53, spoilt(5, 2)),
		"a query with answers":    udpPacket(40000, 53, spoilt(7, 1)),
		"a query with a code":     udpPacket(40000, 53, spoilt(3, 3)),
		"a query from the server": udpPacket(53, 40000, query),
		"another port":            udpPacket(40000, 5300, query),
		"cut":                     udpPacket(40000, 53, query[:11]),
	} {
		p := Packet{Length: len(b)}
		d := decode(&p, linkRaw, b)
		assert.Equal(t, KindUDP, p.Kind, name)
		assert.Zero(t, p.DNS, name)
		assert.Nil(t, d.payload, name)
		assert.Equal(t, ObstacleUDP, d.gap.obstacle, name)
	}
}

// An ICMP error says by its quote which query it is about.
func TestQuotedDNS(t *testing.T) {
	query := udpPacket(40000, 53, dnsMessage(t, dnsmessage.Message{Header: dnsmessage.Header{ID: 8}}, "a.example."))
	q, ok := parseQuote(query)
	assert.True(t, ok)
	assert.True(t, q.HasDNS)
	assert.Equal(t, uint16(8), q.ID)
	q, _ = parseQuote(query[:28])
	assert.False(t, q.HasDNS, "eight bytes are quoted")
}

// The messages of a stream are found however it is cut, and none after a hole.
func TestDNSStream(t *testing.T) {
	var stream []byte
	for _, name := range []string{"a.example.", "b.example.", "c.example."} {
		m := dnsMessage(t, dnsmessage.Message{}, name)
		stream = append(be.AppendUint16(stream, uint16(len(m))), m...)
	}
	read := func(size int, lost func(at int) bool) (names []string, s DNSStream) {
		const isn = 0xfffffff0
		s.Begin(isn + 1)
		for at := 0; at < len(stream); at += size {
			if lost(at) {
				continue
			}
			part := stream[at:min(at+size, len(stream))]
			for range 2 { // the second time it is sent again
				s.Add(isn+1+uint32(at), part, len(part), func(b []byte) {
					m, ok := ParseDNS(b)
					assert.True(t, ok)
					names = append(names, m.Name)
				})
			}
		}
		return names, s
	}
	for size := 1; size <= len(stream); size++ {
		names, s := read(size, func(int) bool { return false })
		assert.Equal(t, []string{"a.example", "b.example", "c.example"}, names, size)
		assert.False(t, s.Lost())
	}
	names, s := read(10, func(at int) bool { return at == 40 })
	assert.Equal(t, []string{"a.example"}, names)
	assert.True(t, s.Lost())
}
