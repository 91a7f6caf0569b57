package diagnose

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func seenIn(t *testing.T, text string) []Seen {
	var list []Seen
	for _, r := range diagnoseText(t, text) {
		list = append(list, r.seen)
	}
	return list
}

func TestJoin(t *testing.T) {
	stalled := "1 > P. 1 100 1\n1.3 > P. 1 100 1\n1.9 > P. 1 100 1\n3.1 > P. 1 100 1"
	syns := "0 > S 0 0 0\n1 > S 0 0 0"
	const challenged = "0 > S 0 0 0\n0.1 < . 900 0 4000000000\n2 > S 0 0 0\n"
	full := exchange + "1 < . 301 0 101 win=0\n2 > . 101 1 301\n2 < . 301 0 101 win=0\n"
	for name, c := range map[string]struct {
		front, behind string
		loss          Loss
		text          string
	}{
		"lost on the way there":               {syns, "", LostBeforeServer, "2 SYNs left the client and never reached the server's network card"},
		"dropped by the server":               {syns, syns, LostAtServer, "2 packets reached the server's network card, and no answer left it"},
		"lost on the way back":                {syns, "0 > S 0 0 0\n0 < S. 0 0 1\n1 > S 0 0 0\n1 < S. 0 0 1", LostBeforeClient, "2 packets left the server, and none reached the client"},
		"refused by the server":               {"0 > S 0 0 0\n0 < R. 0 0 1", "0 > S 0 0 0\n0 < R. 0 0 1", LostNowhere, "the server itself sent the RST"},
		"refused behind who accepted":         {"0 > S 0 0 0\n0 < S. 0 0 1 win=0\n0 > . 1 0 1\n0.1 < R. 1 0 1", "0 > S 0 0 0\n0 < R. 0 0 1", ForgedBetween, "the server refused the SYN: the SYN-ACK that the client got was sent by something on the way"},
		"refused on the way":                  {"0 > S 0 0 0\n0 < R. 0 0 1", "", ForgedBetween, "the server never saw the SYN: the RST was sent by something on the way"},
		"refused beside the way":              {"0 > S 0 0 0\n0 < R. 0 0 1", "0 > S 0 0 0", ForgedBetween, "the server sent nothing: what the client got was sent by something on the way"},
		"rejected on the way":                 {"0 > S 0 0 0\n0 icmp 3 13", "", LostBeforeServer, "the SYN never reached the server: what sent the ICMP error stopped it"},
		"rejected by the server":              {"0 > S 0 0 0\n0 icmp 3 13", "0 > S 0 0 0\n0 icmp 3 13", LostAtServer, "the server itself sent the ICMP error"},
		"RST forged to one side":              {exchange + "1 < R. 301 0 101", exchange, ForgedBetween, "the client got a RST that the server did not send"},
		"RST forged to the other":             {exchange, exchange + "1 > R. 101 0 301", ForgedBetween, "the server got a RST that the client did not send"},
		"RST lost before an older connection": {challenged + "2.1 < . 900 0 4000000000\n2.1 > R 4000000000 0 0", challenged + "2.1 < . 900 0 4000000000", LostBeforeServer, "1 RST left the client, and none reached the server: the older connection stays there"},
		"answer lost": {handshake + "1 > P. 1 100 1\n1 < . 1 0 101\n9 > . 101 0 1", handshake + "1 > P. 1 100 1\n1 < . 1 0 101\n2 < P. 1 50 101\n9 > . 101 0 1",
			LostBeforeClient, "of 50 bytes that the server sent, 0 reached the client"},
		"request lost":   {exchange + "1 > P. 101 100 301", exchange, LostBeforeServer, "of 200 bytes that the client sent, 100 reached the server"},
		"server at work": {handshake + "1 > P. 1 100 1\n1 < . 1 0 101\n9 > . 101 0 1", handshake + "1 > P. 1 100 1\n1 < . 1 0 101\n9 > . 101 0 1", LostAtServer, "everything reached the server: the cause is there"},
		"dropped there":  {handshake + stalled, handshake + stalled, LostAtServer, "everything reached the server: the cause is there"},
		"a capture that ends a probe earlier": {full + "4 > . 101 1 301\n4 < . 301 0 101 win=0\n8 > . 101 1 301", full + "4 > . 101 1 301\n4 < . 301 0 101 win=0",
			LostNowhere, "both sides saw the same"},
		"nothing lost":   {exchange, exchange, LostNowhere, "both sides saw the same"},
		"elsewhere":      {exchange, "", LostNowhere, "the server's capture does not hold this connection: another time, another interface, or a proxy in between"},
		"no packet sent": {"0 arp >\n1 arp >", "", LostNowhere, "no packet left for the server"},
	} {
		joined := Join(seenIn(t, c.front), seenIn(t, c.behind)).Joined
		require.Len(t, joined, 1, name)
		assert.Equal(t, c.loss, joined[0].Loss, name)
		assert.Equal(t, c.text, joined[0].Text.String(), name)
	}
}

// A FIN of the server that is lost is sent again there, and is never seen here: the server's capture decides.
func TestLostFINOfTheServer(t *testing.T) {
	closing := "4 > F. 101 0 301\n4 < . 301 0 102"
	fins := "1 < F. 301 0 101\n1.2 < F. 301 0 101\n1.6 < F. 301 0 101\n2.4 < F. 301 0 101\n"
	front := diagnosesOf(t, exchange+closing)
	require.Equal(t, HalfClosed, front[0].Verdict)
	Locate(front, seenIn(t, exchange+fins+strings.Replace(closing, "< . 301", "< . 302", 1)), Coverage{})
	d := front[0]
	assert.Equal(t, Blackhole, d.Verdict)
	assert.True(t, d.Failed)
	assert.Equal(t, "no FIN of the server came; by the server's capture it is blackhole: its FIN is sent again and again, in vain", d.Summary.String())
	assert.Equal(t, "4 of 8 packets of the server did not reach the client", d.Place.Text.String())
	assert.Equal(t, LostBeforeClient, d.Place.Lost)
}

func TestJoinThroughNAT(t *testing.T) {
	behind := strings.Join(strings.FieldsFunc(exchange, func(r rune) bool { return r == '\n' }), " port=1234\n") + " port=1234"
	p := Join(seenIn(t, exchange), seenIn(t, behind))
	assert.True(t, p.Joined[0].NAT)
	assert.Zero(t, p.Joined[0].Other)

	other := "0 > S 0 0 0 isn=4711 port=1234"
	assert.Equal(t, -1, Join(seenIn(t, exchange), seenIn(t, other)).Joined[0].Other)
}

// TestJoinClocks has a server whose clock is 5 s ahead, 4 ms away, and a first SYN that was lost.
func TestJoinClocks(t *testing.T) {
	front := "0 > S 0 0 0\n1 > S 0 0 0\n1.008 < S. 0 0 1\n1.009 > . 1 0 1\n2 > S 0 0 0 port=7\n2.008 < S. 0 0 1 port=7\n2.009 > . 1 0 1 port=7"
	behind := "6.004 > S 0 0 0\n6.004 < S. 0 0 1\n6.013 > . 1 0 1\n7.004 > S 0 0 0 port=7\n7.004 < S. 0 0 1 port=7\n7.013 > . 1 0 1 port=7"
	p := Join(seenIn(t, front), seenIn(t, behind))
	require.True(t, p.Known)
	assert.InDelta(t, 5*time.Second, p.Offset, float64(100*time.Microsecond))
	assert.InDelta(t, 4*time.Millisecond, p.Margin, float64(100*time.Microsecond))
	assert.False(t, Join(seenIn(t, front), nil).Known)
}

// TestWhatLooksLikeAnAttemptMayBeIt: a firewall that hides sequence numbers makes another attempt of it, and a proxy one of other addresses.
func TestWhatLooksLikeAnAttemptMayBeIt(t *testing.T) {
	const syns = "0 > S 0 0 0\n1 > S 0 0 0\n3 > S 0 0 0"
	const ends = "undecided: the server's capture holds an attempt of the same ends at that time with another number: a firewall or a proxy on the way may have rewritten it"
	const times = "undecided: the server's capture holds an attempt at the same times from 192.0.2.7:9 to 203.0.113.10:8080: a NAT or a proxy on the way may have made it of this one"
	const lost = "3 SYNs left the client and never reached the server's network card"
	for name, c := range map[string]struct{ behind, want string }{
		"another number":                  {"0.1 > S 0 0 0 isn=77\n1.1 > S 0 0 0 isn=77", ends},
		"another number, a minute before": {"-60 > S 0 0 0 isn=77\n-59 > S 0 0 0 isn=77", lost},
		"another number and address":      {"0.1 > S 0 0 0 isn=77 by=192.0.2.7 port=9\n1.1 > S 0 0 0 isn=77 by=192.0.2.7 port=9\n3.1 > S 0 0 0 isn=77 by=192.0.2.7 port=9", times},
		"another client at other times":   {"0.1 > S 0 0 0 isn=77 by=192.0.2.7 port=9\n0.6 > S 0 0 0 isn=77 by=192.0.2.7 port=9\n2.1 > S 0 0 0 isn=77 by=192.0.2.7 port=9", lost},
		"another client's connection":     {strings.ReplaceAll(strings.TrimSpace(handshake), "\n", " isn=77 port=9\n") + " isn=77 port=9", lost},
	} {
		assert.Equal(t, c.want, Join(seenIn(t, syns), seenIn(t, c.behind)).Joined[0].Text.String(), name)
	}
}

// TestALossAfterTheEndOfTheServersCaptureMayBeNone: that capture may have ended by then.
func TestALossAfterTheEndOfTheServersCaptureMayBeNone(t *testing.T) {
	const again = exchange + "9 > P. 101 100 301\n9.3 > P. 101 100 301\n9.9 > P. 101 100 301\n11 > P. 101 100 301"
	packets, payloads := packetsOf(t, exchange)
	_, stats := diagnosed(packets, payloads, Options{})
	for name, c := range map[string]struct {
		covers Coverage
		want   bool
	}{"it ended": {stats.Coverage(), true}, "it ran": {Coverage{First: start, Last: start.Add(time.Minute)}, false}} {
		front := diagnosesOf(t, again)
		Locate(front, seenIn(t, exchange), c.covers)
		assert.Equal(t, LostBeforeServer, front[0].Place.Lost, name)
		assert.Equal(t, c.want, front[0].Has(CauseNoCapture), name)
	}
}

// TestACaptureOfAnotherHostProvesNoAbsence: nor does one whose filter takes TCP alone.
func TestACaptureOfAnotherHostProvesNoAbsence(t *testing.T) {
	const syns, ping, query = "\n1 > S 0 0 0 port=7%s\n2 > S 0 0 0 port=7%s", "\n1 ping 1\n2 ping 2\n3 ping 3", "\n1 dns > A db.example\n6 dns > A db.example"
	there := strings.ReplaceAll(syns, "%s", " at=203.0.113.99 isn=77")
	here := strings.ReplaceAll(syns, "%s", " isn=77")
	const elsewhere, onlyTCP = ": it may have been made at another host", "undecided: the server's capture holds nothing but TCP: its filter may have taken the rest"
	for name, c := range map[string]struct {
		front, behind string
		covers        Coverage
		want          string
	}{
		"another host":                   {exchange + there, exchange, Coverage{}, "undecided: the server's capture holds nothing of 203.0.113.99" + elsewhere},
		"another name server":            {exchange + query, exchange, Coverage{}, "undecided: the server's capture holds nothing of 203.0.113.53" + elsewhere},
		"the same host, another port":    {exchange + here, exchange, Coverage{}, "2 SYNs left the client and never reached the server's network card"},
		"nothing at all is known of it":  {there, "", Coverage{}, "2 SYNs left the client and never reached the server's network card"},
		"a ping to a capture of TCP":     {exchange + ping, exchange, Coverage{OnlyTCP: true}, onlyTCP},
		"a ping to a capture of all":     {exchange + ping, exchange, Coverage{}, "3 echo requests left the client, and none reached the server's network card"},
		"SYNs to a capture of TCP alone": {exchange + here, exchange, Coverage{OnlyTCP: true}, "2 SYNs left the client and never reached the server's network card"},
	} {
		joined := JoinCovered(seenIn(t, c.front), seenIn(t, c.behind), c.covers).Joined
		assert.Equal(t, c.want, joined[len(joined)-1].Text.String(), name)
	}
}
