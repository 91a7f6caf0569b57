package diagnose

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Data on a SYN is taken, left or dropped on the way, and each is told as what it is; a SYN-ACK's number decides.
func TestFastOpenIsTold(t *testing.T) {
	const after = "\n0.03 > . 21 0 1\n0.04 < P. 1 300 21\n0.05 > . 21 0 301"
	for name, c := range map[string]struct{ packets, verdict, note string }{
		"taken":                 {"0 > S 0 20 0\n0.01 < S. 0 0 21" + after, "open", "the SYN carried 20 bytes (TCP Fast Open), and the server took them"},
		"taken in part":         {"0 > S 0 20 0\n0.01 < S. 0 0 11\n0.02 > P. 11 10 1" + after, "open", "the SYN carried 20 bytes (TCP Fast Open), and the server took 10 of them"},
		"left":                  {"0 > S 0 20 0\n0.01 < S. 0 0 1\n0.02 > P. 1 20 1" + after, "open", "the SYN carried 20 bytes (TCP Fast Open), and the server did not take them: the client has to send them again"},
		"dropped on the way":    {"0 > S 0 20 0\n1 > S 0 0 0\n1.01 < S. 0 0 1", "synack-unanswered?", "1 SYN with 20 bytes was not answered, and the SYN without data was (TCP Fast Open): a middlebox drops SYNs with data, or just that 1 was lost"},
		"never without data":    {"0 > S 0 20 0\n1 > S 0 20 0\n3 > S 0 20 0", "no-answer", "every SYN carried data (TCP Fast Open): some middleboxes drop such SYNs and let others pass"},
		"without data, in vain": {"0 > S 0 20 0\n1 > S 0 0 0\n3 > S 0 0 0", "no-answer", ""},
		"no data at all":        {exchange, "open", ""},
	} {
		d := diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.verdict, d.verdict, name)
		if c.note != "" {
			assert.Contains(t, english(d.Notes), c.note, name)
		} else {
			assert.NotContains(t, strings.Join(english(d.Notes), "\n"), "Fast Open", name)
		}
	}
}

// The options that end connections of Multipath TCP are told as what they are, and a subflow that closes has not closed early.
func TestMultipathIsTold(t *testing.T) {
	joined := strings.NewReplacer("S  0 0 0", "S  0 0 0 mptcp=join", "S. 0 0 1", "S. 0 0 1 mptcp=join").Replace(handshake)
	const asked = "\n1 > P. 1 100 1\n1.1 < . 1 0 101\n"
	const closing = "2 < F. 1 0 101\n2.1 > F. 101 0 2\n2.2 < . 2 0 102"
	for name, c := range map[string]struct{ packets, verdict, note string }{
		"a subflow that the server closes":    {joined + asked + closing, "ok", "a subflow of Multipath TCP (MP_JOIN): other connections carry the rest of the same conversation"},
		"a connection that the server closes": {handshake + asked + closing, "closed-early", ""},
		"the whole connection is aborted":     {joined + asked + "2 < R. 1 0 101 mptcp=7,0", "reset-by-server", "the server aborts the whole Multipath TCP connection with all its subflows (MP_FASTCLOSE)"},
		"aborted by an acknowledgment":        {joined + asked + "2 > . 101 0 1 mptcp=7,0\n2.1 < R 1 0 0", "reset-by-server", "the client aborts the whole Multipath TCP connection with all its subflows (MP_FASTCLOSE)"},
		"a subflow is reset":                  {joined + asked + "2 > R. 101 0 1 mptcp=8,6", "reset-by-client", "the RST of the client ends this subflow of Multipath TCP and says why (MP_TCPRST): a middlebox interferes; other subflows may go on"},
		"for a reason of later times":         {joined + asked + "2 > R. 101 0 1 mptcp=8,99", "reset-by-client", "the RST of the client ends this subflow of Multipath TCP and says why (MP_TCPRST): reason 99; other subflows may go on"},
	} {
		d := diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.verdict, d.verdict, name)
		if c.note != "" {
			assert.Contains(t, english(d.Notes), c.note, name)
		} else {
			assert.NotContains(t, strings.Join(english(d.Notes), "\n"), "Multipath", name)
		}
	}
}
