package diagnose

import (
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
