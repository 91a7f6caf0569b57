package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

const get = "text=GET_/_HTTP/1.1\\n\\n" // 18 bytes

// TestTheRequestWithoutAnAnswerIsTheLatest: those before it were answered, and by that the application has taken the connection.
func TestTheRequestWithoutAnAnswerIsTheLatest(t *testing.T) {
	const second = handshake + "0.02 > P. 1 0 1 " + get + "\n0.03 < P. 1 300 19\n0.04 > . 19 0 301\n1 > P. 19 0 301 " + get +
		"\n1.1 < . 301 0 37\n9 > F. 37 0 301\n9.1 < F. 301 0 38\n9.2 > . 38 0 302"
	r := diagnoseText(t, second)[0]
	assert.Equal(t, "no-reply", r.verdict)
	assert.Equal(t, "a request of 18 bytes was acknowledged, and no data came back in 8 s", r.Summary.String())
	assert.Contains(t, evidenceIn(r.Evidence), "7: request")
	assert.False(t, r.Has(CauseNoDescriptor))
	assert.False(t, r.Has(CauseNothingDue))
	first := diagnoseText(t, handshake+"0.02 > P. 1 0 1 "+get+"\n0.03 < . 1 0 19\n9 > F. 19 0 1\n9.1 < F. 1 0 20")[0]
	assert.Contains(t, evidenceIn(first.Evidence), "4: request")
	assert.True(t, first.Has(CauseNoDescriptor))
}

// TestNoAnswerIsDueToAStream: a client that sends on and on without an answer expects none, unless its protocol has one.
func TestNoAnswerIsDueToAStream(t *testing.T) {
	const closes = "9 > F. 46 0 1\n9.1 < F. 1 0 47\n9.2 > . 47 0 2"
	for name, c := range map[string]struct {
		packets, verdict string
		due              bool // a rival says that no answer is due
	}{
		"three bursts":          {handshake + "0.1 > P. 1 15 1\n2 > P. 16 15 1\n4 > P. 31 15 1\n4.1 < . 1 0 46\n" + closes, "ok", false},
		"a head, then the body": {handshake + "0.1 > P. 1 15 1\n2 > P. 16 30 1\n4.1 < . 1 0 46\n" + closes, "no-reply", true},
		"three bursts of HTTP":  {handshake + "0.1 > P. 1 0 1 " + get + "\n2 > P. 19 15 1\n4 > P. 34 12 1\n4.1 < . 1 0 46\n" + closes, "no-reply", false},
		"a file":                {handshake + "0.1 > P. 1 1460 1\n0.2 < . 1 0 1461\n0.3 < F. 1 0 1461\n0.4 > F. 1461 0 2", "closed-early", true},
		"a request of HTTP":     {handshake + "0.1 > P. 1 0 1 " + get + "\n0.2 < . 1 0 19\n0.3 < F. 1 0 19\n0.4 > F. 19 0 2", "closed-early", false},
	} {
		r := diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.verdict, r.verdict, name)
		assert.Equal(t, c.due, r.Has(CauseNothingDue), name)
	}
}

// TestARSTByAnEndThatHasAllItWantedMayBeItsWayToClose: nothing was owed, and nothing was lost.
func TestARSTByAnEndThatHasAllItWantedMayBeItsWayToClose(t *testing.T) {
	const alert = "\x15\x03\x03\x00\x02\x02\x30"
	for name, c := range map[string]struct {
		packets string
		cause   Cause
		want    bool
	}{
		"the client, answered":       {exchange + "0.1 > R. 101 0 301", CauseAbortive, true},
		"the server, acknowledged":   {exchange + "0.1 < R. 301 0 101", CauseAbortive, true},
		"the client, not yet":        {exchange + "0.1 > P. 101 0 301 " + get + "\n0.2 < . 301 0 119\n0.3 > R. 119 0 301", CauseAbortive, false},
		"the server, of the latest":  {exchange + "0.1 > P. 101 50 301\n0.2 < R. 301 0 101", CauseAbortive, false},
		"no answer at all":           {handshake + "0.1 > R. 1 0 1", CauseAbortive, false},
		"a stack that knows nothing": {exchange + "9 > P. 101 0 301 " + get + "\n9.1 < R 301 0 0", CauseAbortive, false},
		"in the handshake of TLS":    {handshake + "0.02 > P. 1 100 1 text=\x16\x03\x01\x00\xc3\x01\x00\x00\xbf\x03\x03\n0.03 < P. 1 100 101\n0.04 > R. 101 0 101", CauseAbortive, false},
		"a TLS alert before it":      {exchange + "0.1 > P. 101 0 301 text=" + alert + "\n0.2 > R. 108 0 301", CauseRefusedTLS, true},
		"a TLS alert of the other":   {exchange + "0.1 < P. 301 0 101 text=" + alert + "\n0.2 > . 101 0 308\n0.3 > R. 101 0 308", CauseRefusedTLS, false},
	} {
		assert.Equal(t, c.want, diagnoseText(t, c.packets)[0].Has(c.cause), name)
	}
}

// TestTheLikeliestCauseOfARSTComesFirst: a side that has all it wanted closes; one that waits for an answer, or has rested, has other reasons.
func TestTheLikeliestCauseOfARSTComesFirst(t *testing.T) {
	for name, c := range map[string]struct {
		packets string
		cause   Cause
	}{
		"the client, answered":           {exchange + "0.1 > R. 101 0 301", CauseAbortive},
		"the server, which has answered": {exchange + "0.1 < R. 301 0 101", CauseAbortive},
		"the client, not answered":       {exchange + "0.1 > P. 101 9 301\n0.2 < . 301 0 110\n0.3 > R. 110 0 301", CauseClientGaveUp},
		"the server, which has not":      {exchange + "0.1 > P. 101 9 301\n0.2 < . 301 0 110\n0.3 < R. 301 0 110", CauseAborted},
		"a silence of 350 s":             {exchange + "351 < R. 301 0 101", CauseIdleTimeout},
		"a RST with another TTL":         {exchange + "1 < R. 301 0 101 ttl=107", CauseAborted},
		"a RST of another sender":        {exchange + "1 < R. 301 0 101\n1.1 < P. 301 9 101", CauseForgedReset},
	} {
		rivals := diagnoseText(t, c.packets)[0].Rivals
		assert.Equal(t, c.cause, rivals[0].Cause, name)
	}
}

// TestATimeSinceTheFirstPacketIsNoAge: how long a connection has lasted is not known where its beginning is not in the capture.
func TestATimeSinceTheFirstPacketIsNoAge(t *testing.T) {
	assert.Equal(t, "the beginning is not in the capture; the server reset the connection 9 s after the first packet of it there; 100 bytes up, 0 bytes down",
		diagnoseText(t, "0 > P. 1 100 1\n0.1 < . 1 0 101\n9 < R. 1 0 101")[0].Summary.String())
}

// TestAFINAtTheEndOfTheCapture: its acknowledgment may have come later.
func TestAFINAtTheEndOfTheCapture(t *testing.T) {
	for packets, want := range map[string]string{
		exchange + "1 > F. 101 0 301":                     "the client sent a FIN, which nothing had acknowledged when the capture ended, the server never did",
		exchange + "1 > F. 101 0 301\n1.1 > F. 101 0 301": "the client sent a FIN 2 times, which nothing acknowledged, the server never did",
		exchange + "1 > F. 101 0 301\n1.1 < . 301 0 102":  "the client sent a FIN, the server never did",
	} {
		assert.Equal(t, want, diagnoseText(t, packets)[0].Summary.String())
	}
}
