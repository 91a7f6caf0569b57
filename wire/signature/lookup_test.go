package signature

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/wire"
)

func (f family) message(fromClient bool, d wire.DNS) wire.Packet {
	p := f.segment(fromClient, 0, 0, 0, 0)
	p.Kind, p.TCP, p.DNS = wire.KindDNS, wire.TCP{}, d
	if fromClient {
		p.DstPort = 53
	} else {
		p.SrcPort = 53
	}
	return p
}

func (f family) lookup(packets ...wire.Packet) wire.Attempt {
	return wire.Attempt{Client: f.client, Server: f.server, Lookup: true, Packets: packets}
}

// What is printed of a lookup is a signature that it matches, and a line that says otherwise does not match: another code, a whole answer for
// one that was cut, another number of records, an answer for a query, and a later time.
func TestLookup(t *testing.T) {
	for _, f := range []family{v4, v6} {
		syn := f.syn()
		syn.DstPort = 53
		a := f.lookup(at(0, f.message(true, wire.DNS{ID: 1})), at(1, f.message(true, wire.DNS{ID: 2})),
			at(1.001, f.message(false, wire.DNS{ID: 2, Response: true, Truncated: true, Records: 3})), at(1.002, syn),
			at(1.5, f.message(false, wire.DNS{ID: 1, Response: true, Code: wire.DNSServerFailure})))
		text := strings.Join(Lines(a), "\n")
		assert.Equal(t, strings.TrimSpace(`
+0.000 > dns
+1.000 > dns
+0.001 < dns NOERROR tc answers 3
+0.001 > S
+0.498 < dns SERVFAIL answers 0`), text)
		s, err := Parse(text)
		require.NoError(t, err)
		assert.Nil(t, s.Match(a, options()))
		for _, change := range []struct{ line, other, reason string }{
			{"SERVFAIL answers 0", "REFUSED", "packet 5 is a SERVFAIL from the name server, a REFUSED from the name server was expected"},
			{"NOERROR tc answers 3", "NOERROR answers 3", "packet 3 is an NOERROR tc answers 3 from the name server, an NOERROR answers 3 from the name server was expected"},
			{"tc answers 3", "tc answers 2", "packet 3 has answers 3, answers 2 was expected"},
			{"+1.000 > dns", "+0 < dns NOERROR", "packet 2 is a query, an NOERROR from the name server was expected"},
			{"+1.000 > dns", "+0..0.5 > dns", "packet 2 came 1.000 s after packet 1, at most 0.5 s was allowed"},
		} {
			m := MustParse(strings.Replace(text, change.line, change.other, 1)).Match(a, options())
			if assert.NotNil(t, m, change.other) {
				assert.Equal(t, change.reason, m.Reason)
			}
		}
	}
}
