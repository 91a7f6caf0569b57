package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestARSTTellsOfDataThatIsNotInTheCapture: where a filter took the data, its numbers are all that is left of it.
func TestARSTTellsOfDataThatIsNotInTheCapture(t *testing.T) {
	const syns = "0 > S 0 0 0\n0.1 < S. 0 0 1\n"
	for name, c := range map[string]struct {
		packets, summary string
		scan             bool
	}{
		"of the server":                    {syns + "0.5 < R. 301 0 101", "the server reset the connection after 500 ms; 100 bytes up, 300 bytes down", false},
		"of the client":                    {syns + "0.5 > R. 101 0 301", "the client reset the connection after 500 ms; 100 bytes up, 300 bytes down", false},
		"of the client, without data":      {syns + "0.5 > R. 1 0 1", "the client reset the connection after 500 ms; 0 bytes up, 0 bytes down", true},
		"without an acknowledgment":        {syns + "0.5 > R 101 0 0", "the client reset the connection after 500 ms; 100 bytes up, 0 bytes down", false},
		"with a number that cannot be":     {handshake + "0.5 < R. 2000000000 0 101 raw", "the server reset the connection after 500 ms; 116 bytes up, 0 bytes down", false},
		"with less than what was in there": {exchange + "0.5 < R. 1 0 1", "the server reset the connection after 500 ms; 100 bytes up, 300 bytes down", false},
	} {
		r := diagnoseText(t, c.packets)
		require.Len(t, r, 1, name)
		assert.Equal(t, c.summary, r[0].Summary.String(), name)
		assert.Equal(t, c.scan, r[0].Has(CauseHalfOpenScan), name)
	}
}

// TestWhoGoesOnSendingHasNotDied: data in vain to a host that is heard meanwhile is lost on the way to it.
func TestWhoGoesOnSendingHasNotDied(t *testing.T) {
	const note = "the server goes on sending, and acknowledges nothing new: what the client sends does not reach it"
	again := func(between string) *result {
		return &diagnoseText(t, exchange+"1 > P. 101 100 301\n1.2 > P. 101 100 301\n1.6 > P. 101 100 301\n"+between+"\n2.4 > P. 101 100 301")[0]
	}
	for between, heard := range map[string]bool{"2 < P. 301 50 101": true, "": false, "2 < . 301 0 101": true} {
		r := again(between)
		require.Equal(t, "blackhole", r.verdict, between)
		assert.Equal(t, !heard, r.Has(CauseHostDied), between)
		assert.Equal(t, !heard, r.Has(CauseACKsLost), between)
		assert.True(t, r.Has(CauseFirewallOnPath), between)
		if heard {
			assert.Contains(t, english(r.Notes), note, between)
		} else {
			assert.NotContains(t, english(r.Notes), note, between)
		}
	}
}

// TestWhoGoesOnSendingHasNotClosed: nothing is lost of a side that still sends.
func TestWhoGoesOnSendingHasNotClosed(t *testing.T) {
	const closed = exchange + "1 > F. 101 0 301\n1.1 < . 301 0 102\n"
	assert.Equal(t, []Cause{CauseStillToSend, CauseSocketLeak}, causesOf(diagnoseText(t, closed+"3 < P. 301 50 102\n3 > . 102 0 351")[0].Diagnosis))
	assert.Equal(t, []Cause{CauseSocketLeak, CauseStillToSend, CauseFINLost}, causesOf(diagnoseText(t, closed)[0].Diagnosis))
}
