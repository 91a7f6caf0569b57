package diagnose

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
)

// TestARSTOfAStackThatKnowsNothingAccusesNoApplication: by its form it is told from the RST of an application that gives up.
func TestARSTOfAStackThatKnowsNothingAccusesNoApplication(t *testing.T) {
	for name, c := range map[string]struct {
		packets, verdict string
		unknown          bool
		says             string
	}{
		"a stray ACK":                       {"0 > . 500 0 900\n0.01 < R 900 0 0", "midstream/reset-by-server", true, "nothing else of the server is in the capture; it has lost the connection before, or never had it"},
		"stray data, again and again":       {"0 > P. 500 100 900\n0.01 < R 900 0 0\n60 > P. 500 100 900\n60.01 < R 900 0 0", "midstream/reset-by-server", true, "nothing else of the server"},
		"a stray ACK of the server":         {"0 < . 500 0 900\n0.01 > R 900 0 0", "midstream/reset-by-client", true, "nothing else of the client"},
		"data after a restart":              {exchange + "9 > P. 101 100 301\n9.1 < R 301 0 0", "reset-by-server", true, "the server has lost it, by a restart, a timeout or a failover, or something on the way answers so"},
		"a keep-alive after a restart":      {exchange + "9 > . 100 0 301\n9.1 < R 301 0 0", "reset-by-server", true, "the server has lost it"},
		"data to a client that is gone":     {exchange + "9 < P. 301 100 101\n9.1 > R 101 0 0", "reset-by-client", true, "the client has lost it"},
		"a SYN-ACK to who has sent no SYN":  {"0 < S. 0 0 1\n0 > R 1 0 0\n1 < S. 0 0 1\n1 > R 1 0 0", "midstream/reset-by-client", true, "nothing else of the client"},
		"an application that gives up":      {exchange + "9 > P. 101 100 301\n9.1 < R. 301 0 201", "reset-by-server", false, ""},
		"a RST ahead of what was received":  {exchange + "9 > P. 101 100 301\n9.1 < R 401 0 0", "reset-by-server", false, ""},
		"a scanner's own stack":             {"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.1 > R 1 0 0", "reset-by-client", false, ""},
		"what comes after a FIN is refused": {exchange + "1 < F. 301 0 101\n1.1 > P. 101 50 302\n1.2 < R 302 0 0", "ok", false, ""},
		"a client that closed before":       {exchange + "1 > F. 101 0 301\n1.01 < P. 301 1460 102\n1.02 > R 102 0 0", "reset-by-client", false, ""},
		"a NULL scan":                       {"0 > - 500 0 0\n0.01 < R. 0 0 500 raw", "midstream/reset-by-server", true, "its number is 0, and what it answers has no ACK flag: a segment of no connection"},
		"a stray FIN":                       {"0 > F. 500 0 900\n0.01 < R 900 0 0", "midstream/ok", false, ""},
	} {
		r := &diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.verdict, r.verdict, name)
		assert.Equal(t, c.unknown, r.Has(CauseUnknownThere), name)
		notes := strings.Join(english(r.Notes), "\n")
		if !c.unknown {
			assert.NotContains(t, notes, "knows nothing", name)
			continue
		}
		assert.Contains(t, notes, c.says, name)
		assert.False(t, r.Has(CauseAborted) || r.Has(CauseClientGaveUp) || r.Has(CauseClientUnread), name)
		require.NotEmpty(t, r.Rivals, name)
		assert.NotContains(t, strings.Join(r.Commands(lang.English), "\n"), "TCPAbort", "%s: nothing was aborted", name)
		assert.Equal(t, CauseUnknownThere, r.Rivals[0].Cause, name)
	}
	assert.True(t, diagnoseText(t, "0 < S. 0 0 1\n0 > R 1 0 0")[0].Has(CauseForeignSource), "somebody else sends SYNs in the host's name")
	for packets, isScan := range map[string]bool{
		"0 > . 500 0 900\n0.01 < R 900 0 0":                                         true,
		"0 > - 500 0 0\n0.01 < R. 0 0 500 raw":                                      true,
		"0 > P. 500 100 900\n0.01 < R 900 0 0":                                      false,
		"0 > . 500 0 900\n60 > . 500 0 900\n60.01 < R 900 0 0":                      false,
		"0 > . 500 0 900\n0.01 < . 900 0 500\n0.02 < R 900 0 0":                     false,
		exchange + "9 > . 100 0 301\n9.1 < R 301 0 0":                               false,
		"0 > . 500 0 900\n0.01 < . 900 0 500\n0.02 > . 500 0 900\n0.03 < R 900 0 0": false,
	} {
		assert.Equal(t, isScan, diagnoseText(t, packets)[0].Has(CauseScan), packets)
	}
}

// TestASideThatGoesOnHasNotSentTheRST: one that came ahead of the side's own data was forged.
func TestASideThatGoesOnHasNotSentTheRST(t *testing.T) {
	for name, c := range map[string]struct {
		packets string
		first   Cause
		note    string
	}{
		"the server sends on":    {exchange + "1 < R. 301 0 101\n1.05 < P. 301 100 101\n1.06 > R 101 0 0", CauseForgedReset, "the server went on sending after its RST: something on the way sent that in its name"},
		"the client sends on":    {exchange + "1 > R. 101 0 301\n1.05 > P. 101 100 301\n1.06 < R 301 0 0", CauseForgedClient, "the client went on sending after its RST: something on the way sent that in its name"},
		"its RST overtakes data": {exchange + "1 < R. 401 0 101\n1.01 < P. 301 100 101", CauseAborted, ""},
		"it sends a RST again":   {exchange + "1 < R. 301 0 101\n1.05 < R. 301 0 101", CauseAbortive, ""},
		"the other side is slow": {exchange + "1 < R. 301 0 101\n1.05 > P. 101 100 301\n1.06 < R 301 0 0", CauseAborted, ""},
	} {
		r := &diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.first, r.Rivals[0].Cause, name)
		assert.Equal(t, c.note != "", r.Likeness.traits&traitForged != 0, name)
		if c.note != "" {
			assert.Contains(t, english(r.Notes), c.note, name)
		}
	}
}

// TestAnAnswerWithoutItsSYNMayBeBackscatter: somebody else may have sent the SYN in the client's name, and one from beyond a router that is not sent again, too.
func TestAnAnswerWithoutItsSYNMayBeBackscatter(t *testing.T) {
	const other = "\n1 < S. 0 0 1 port=7\n9 > S 0 0 0 port=8 ttl=52\n19 < S. 0 0 1 port=9"
	for name, c := range map[string]struct {
		packets, verdict string
		want             bool
	}{
		"a SYN-ACK":                  {"0 < S. 0 0 1" + other, "one-sided", true},
		"a RST":                      {"0 < R. 0 0 1 raw", "one-sided", true},
		"data":                       {"0 < . 1 100 1" + other, "one-sided", false},
		"a SYN from beyond a router": {"0 > S 0 0 0 ttl=52\n9 > . 5 0 5 port=7\n9 < . 5 0 5 port=7", "no-answer", true},
		"a SYN of this link":         {"0 > S 0 0 0\n9 > . 5 0 5 port=7\n9 < . 5 0 5 port=7", "no-answer", false},
		"a SYN that is sent again":   {"0 > S 0 0 0 ttl=52\n1 > S 0 0 0 ttl=52\n9 > . 5 0 5 port=7\n9 < . 5 0 5 port=7", "no-answer", false},
	} {
		r := diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.verdict, r.verdict, name)
		assert.Equal(t, c.want, r.Has(CauseForeignSource), name)
	}
}
