package report

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// askedForNames is what the text tells of names that a name server does not know.
func askedForNames(t *testing.T, names ...string) string {
	t.Helper()
	p := DiagnosisText{File: "names.pcap"}
	d := diagnose.New(diagnose.Options{Emit: p.Add})
	client, server := netip.MustParseAddrPort("198.51.100.10:50000"), netip.MustParseAddrPort("203.0.113.53:53")
	for i, name := range names {
		for _, answer := range []bool{false, true} {
			m := dnsmessage.Message{Header: dnsmessage.Header{ID: uint16(i), Response: answer}}
			m.Questions = []dnsmessage.Question{{Name: dnsmessage.MustNewName(name + "."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}
			from, to := client, server
			if answer {
				m.RCode, from, to = dnsmessage.RCodeNameError, server, client
			}
			b, err := m.Pack()
			require.NoError(t, err)
			d.Add(&wire.Packet{Kind: wire.KindDNS, Frame: 2*i + 1, Time: time.Unix(1714564800, int64(i)*1e9), TTL: 64, ID: uint16(2 * i), DNS: wire.DNS{ID: m.ID, Response: answer, Code: wire.DNSCode(m.RCode)},
				Src: from.Addr(), SrcPort: from.Port(), Dst: to.Addr(), DstPort: to.Port()}, b)
		}
	}
	d.Close()
	var b strings.Builder
	require.NoError(t, p.Write(&b, d.Stats()))
	return b.String()
}

// TestNamesThatOneServerDoesNotKnowAreToldOnce: with their number, and a few of them.
func TestNamesThatOneServerDoesNotKnowAreToldOnce(t *testing.T) {
	var many []string
	for i := range 30 {
		many = append(many, fmt.Sprintf("db%d.zone%d.example", i, i))
	}
	for name, c := range map[string]struct {
		names []string
		told  int
		note  string
	}{
		"many":                 {many, 1, "note: the server knows none of 30 names (db0.zone0.example, db1.zone1.example, db2.zone2.example, db3.zone3.example and 26 more); the frames and commands here are those of the first"},
		"two":                  {many[:2], 1, "note: the server knows none of 2 names (db0.zone0.example, db1.zone1.example); the frames and commands here are those of the first"},
		"one, twice":           {[]string{many[0], many[0]}, 1, ""},
		"one is asked in case": {[]string{many[0], "wpad.corp.example"}, 2, ""},
	} {
		text := askedForNames(t, c.names...)
		assert.Equal(t, c.told, strings.Count(text, "\n  no-such-name: "), "%s: %s", name, text)
		assert.Contains(t, text, c.note, name)
		assert.Equal(t, c.note == "", !strings.Contains(text, "those of the first"), name)
	}
}
