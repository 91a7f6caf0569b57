package diagnose

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAnErrorThatQuotesTranslatedAddressesIsANote: the number and the ports tell whose it is, and prove no rejection.
func TestAnErrorThatQuotesTranslatedAddressesIsANote(t *testing.T) {
	const tries = "0 > S 0 0 0\n1 > S 0 0 0\n1.1 "
	for name, c := range map[string]struct{ packets, note string }{
		"the client's address": {tries + "icmp 3 13 by=192.0.2.9",
			"ICMP unreachable admin-prohibited (type 3 code 13) from 198.51.100.1 quotes a SYN from 192.0.2.9:40000 to 203.0.113.10:8080, with the same sequence number and ports as this one: it is probably this attempt behind address translation (NAT)"},
		"its port, too": {tries + "icmp 3 13 by=192.0.2.9 port=7",
			"ICMP unreachable admin-prohibited (type 3 code 13) from 198.51.100.1 quotes a SYN from 192.0.2.9:7 to 203.0.113.10:8080, with the same sequence number, server and port as this one: it is probably this attempt behind address translation (NAT)"},
		"both addresses":          {tries + "icmp 3 1 by=192.0.2.9 at=192.0.2.8", "quotes a SYN from 192.0.2.9:40000 to 192.0.2.8:8080"},
		"another number":          {tries + "icmp 3 13 by=192.0.2.9 seq=5", ""},
		"another server and port": {tries + "icmp 3 13 by=192.0.2.9 at=192.0.2.8 port=7", ""},
		"a redirect":              {tries + "icmp 5 1 by=192.0.2.9", ""},
		"long after the last SYN": {strings.Replace(tries, "1.1", "90", 1) + "icmp 3 13 by=192.0.2.9", ""},
	} {
		r := diagnoseText(t, c.packets)[0]
		notes := strings.Join(english(r.Notes), "\n")
		assert.Equal(t, "no-answer", r.verdict, name)
		assert.Contains(t, notes, c.note, name)
		assert.Equal(t, c.note != "", strings.Contains(notes, "quotes a SYN"), name)
	}
}

// TestAnErrorThatQuotesTranslatedDataIsANote: data that was sent again is known by its number, as a SYN is.
func TestAnErrorThatQuotesTranslatedDataIsANote(t *testing.T) {
	const again = exchange + "1 > P. 101 50 301\n1.3 > P. 101 50 301\n1.9 > P. 101 50 301\n2 "
	const answer = exchange + "1 < P. 301 50 101\n1.3 < P. 301 50 101\n1.9 < P. 301 50 101\n2 "
	for name, c := range map[string]struct{ packets, note string }{
		"the client's address": {again + "icmp 3 13 by=192.0.2.9 seq=101",
			"ICMP unreachable admin-prohibited (type 3 code 13) from 198.51.100.1 quotes data from 192.0.2.9:40000 to 203.0.113.10:8080, with the same sequence number and ports as this one: it is probably this attempt behind address translation (NAT)"},
		"its port, too":                {again + "icmp 3 13 by=192.0.2.9 port=7 seq=101", "quotes data from 192.0.2.9:7 to 203.0.113.10:8080, with the same sequence number, server and port as this one"},
		"another number":               {again + "icmp 3 13 by=192.0.2.9 seq=102", ""},
		"another server and port":      {again + "icmp 3 13 by=192.0.2.9 at=192.0.2.8 port=7 seq=101", ""},
		"data that was not sent again": {exchange + "1 > P. 101 50 301\n2 icmp 3 13 by=192.0.2.9 seq=101", ""},
		"long after":                   {again + "\n90 icmp 3 13 by=192.0.2.9 seq=101", ""},
		"the number of the server's":   {answer + "icmp 3 13 by=192.0.2.9 seq=301", ""},
	} {
		r := diagnoseText(t, strings.Replace(c.packets, "2 \n", "\n", 1))[0]
		notes := strings.Join(english(r.Notes), "\n")
		assert.Contains(t, notes, c.note, name)
		assert.Equal(t, c.note != "", strings.Contains(notes, "quotes data"), name)
	}
	packets, payloads := packetsOf(t, answer+"icmp 3 1")
	q := &packets[len(packets)-1].ICMP.Quote
	q.Src, q.Dst, q.Seq = serverAddr, netip.AddrPortFrom(natAddr, clientAddr.Port()), serverISN+301
	list, _ := diagnosed(packets, payloads, Options{})
	assert.Contains(t, strings.Join(english(list[0].Notes), "\n"), "quotes data from 203.0.113.10:8080 to "+q.Dst.String()+", with the same sequence number and ports as this one", "the server's")
}
