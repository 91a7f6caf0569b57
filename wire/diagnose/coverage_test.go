package diagnose

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// TestAbsenceIsProvenOnlyByACaptureThatCovers has a client's capture of two SYNs that the server's does not hold.
func TestAbsenceIsProvenOnlyByACaptureThatCovers(t *testing.T) {
	front := seenIn(t, "0 > S 0 0 0\n1 > S 0 0 0")
	between := sortedPair(clientAddr.Addr(), serverAddr.Addr())
	unread := func(u wire.Unread) wire.Inventory { return wire.Inventory{Packets: 20, Unread: []wire.Unread{u}} }
	covers := Coverage{First: start.Add(-time.Minute), Last: start.Add(time.Minute)}
	for name, c := range map[string]struct {
		covers Coverage
		loss   Loss
		text   string
	}{
		"it covers the time":    {covers, LostBeforeServer, "2 SYNs left the client and never reached the server's network card"},
		"it holds no packet":    {Coverage{}, LostBeforeServer, "2 SYNs left the client and never reached the server's network card"},
		"it ended a bit sooner": {Coverage{First: start.Add(-time.Hour), Last: start.Add(-30 * time.Second)}, LostBeforeServer, "2 SYNs left the client and never reached the server's network card"},
		"it is of the day before": {Coverage{First: start.Add(-25 * time.Hour), Last: start.Add(-24 * time.Hour)}, LostNowhere,
			"undecided: the server's capture does not cover the time of this attempt: it ended 24 h earlier"},
		"it begins later": {Coverage{First: start.Add(2*time.Minute + time.Second), Last: start.Add(time.Hour)}, LostNowhere,
			"undecided: the server's capture does not cover the time of this attempt: it begins 2m0s later"},
		"a tunnel may hide it": {Coverage{First: covers.First, Last: covers.Last, Inventory: unread(wire.Unread{Name: lang.Same("WireGuard (UDP port 51820)"), Opaque: true, Tunnel: true, Packets: 20, Instead: lang.Same("capture on wg0")})}, LostNowhere,
			"undecided: the server's capture holds 20 packets that could not be decoded, WireGuard (UDP port 51820): capture on wg0"},
		"ESP between the two": {Coverage{First: covers.First, Last: covers.Last, Inventory: unread(wire.Unread{Name: lang.Same("ESP (IP protocol 50)"), Opaque: true, Hosts: between, Packets: 1})}, LostNowhere,
			"undecided: the server's capture holds 1 packet that could not be decoded, ESP (IP protocol 50)"},
		"DNS hides nothing": {Coverage{First: covers.First, Last: covers.Last, Inventory: unread(wire.Unread{Name: lang.Same("DNS"), Hosts: between, Packets: 9})}, LostBeforeServer,
			"2 SYNs left the client and never reached the server's network card"},
	} {
		joined := JoinCovered(front, nil, c.covers).Joined
		assert.Equal(t, c.loss, joined[0].Loss, name)
		assert.Equal(t, c.text, joined[0].Text.String(), name)
	}
}

func sortedPair(a, b netip.Addr) [2]netip.Addr {
	if b.Less(a) {
		a, b = b, a
	}
	return [2]netip.Addr{a, b}
}

// TestTheClocksAreTakenIntoAccount: the server's is an hour ahead, which another attempt tells.
func TestTheClocksAreTakenIntoAccount(t *testing.T) {
	front := seenIn(t, exchange+"5 > S 0 0 0 port=7 isn=77\n6 > S 0 0 0 port=7 isn=77")
	behind := seenIn(t, exchange)
	for i := range behind {
		for _, at := range []*int64{&behind[i].first, &behind[i].last, &behind[i].asked, &behind[i].heard} {
			*at += int64(time.Hour)
		}
	}
	covers := Coverage{First: start.Add(time.Hour), Last: start.Add(time.Hour + 10*time.Second)}
	assert.Equal(t, LostBeforeServer, JoinCovered(front, behind, covers).Joined[1].Loss)
}

// TestACaptureOfOneDirectionProvesNoAbsence: neither of what it does not show at all, nor of answers.
func TestACaptureOfOneDirectionProvesNoAbsence(t *testing.T) {
	syns := "0 > S 0 0 0\n1 > S 0 0 0"
	up := "\n2 > S 0 0 0 port=7\n2.1 > . 1 0 1 port=7\n2.2 > P. 1 100 1 port=7\n2.3 > F. 101 0 301 port=7"
	down := "2 < S. 0 0 1 port=7\n2.2 < P. 1 300 101 port=7\n2.3 < F. 301 0 102 port=7"
	joined := Join(seenIn(t, syns), seenIn(t, syns+up)).Joined
	assert.Equal(t, "undecided: the server's capture holds only what the client sends", joined[0].Text.String())
	assert.Equal(t, LostNowhere, joined[0].Loss)
	joined = Join(seenIn(t, syns), seenIn(t, down)).Joined
	assert.Equal(t, "undecided: the server's capture holds only what the server sends", joined[0].Text.String())
	assert.Equal(t, LostBeforeServer, Join(seenIn(t, syns+"\n2 > S 0 0 0 port=7 isn=77"), seenIn(t, "2 > S 0 0 0 port=7 isn=77")).Joined[0].Loss, "no answer was due")
}

// TestSwappedCapturesAreNoticed: a router has taken one from the time to live on the way to the server.
func TestSwappedCapturesAreNoticed(t *testing.T) {
	near, far := seenIn(t, "0 > S 0 0 0 ttl=64\n1 > S 0 0 0 ttl=64"), seenIn(t, "0 > S 0 0 0 ttl=63\n1 > S 0 0 0 ttl=63")
	assert.False(t, Join(near, far).Swapped)
	assert.False(t, Join(near, near).Swapped, "on the same link nothing tells")
	p := Join(far, near)
	assert.True(t, p.Swapped)
	assert.Equal(t, LostNowhere, p.Joined[0].Loss)
	assert.Contains(t, p.Joined[0].Text.String(), "the captures are swapped")
}

// TestAnswersThatTheClientDoesNotTake: they reached it, and so are its own matter.
func TestAnswersThatTheClientDoesNotTake(t *testing.T) {
	ignored := "0 > S 0 0 0\n0 < S. 0 0 1\n1 > S 0 0 0\n1 < S. 0 0 1\n3 > S 0 0 0\n3 < S. 0 0 1"
	joined := Join(seenIn(t, ignored), seenIn(t, ignored)).Joined
	assert.Equal(t, LostAtClient, joined[0].Loss)
	assert.Equal(t, "3 SYN-ACKs reached the client, and it acknowledged none: the cause is at the client (its firewall, its stack)", joined[0].Text.String())

	taken := handshake + "0.02 > P. 1 100 1\n1.01 < S. 0 0 1\n1.02 > . 101 0 1\n3.01 < S. 0 0 1\n3.02 > . 101 0 1\n4 > P. 1 100 1\n9 > P. 1 100 1"
	assert.Equal(t, LostAtServer, Join(seenIn(t, taken), seenIn(t, taken)).Joined[0].Loss, "it acknowledged them")
}

// TestAnswersFromAnotherAddressReachedTheClient: NAT of one direction, by which the server is known at the client's side.
func TestAnswersFromAnotherAddressReachedTheClient(t *testing.T) {
	text := "0 > S 0 0 0\n0.1 < S. 0 0 1\n0.1 > R 1 0 0\n1 > S 0 0 0\n1.1 < S. 0 0 1\n1.1 > R 1 0 0"
	packets, payloads := packetsOf(t, text)
	for i := range packets {
		if p := &packets[i]; p.TCP.Flags == wire.SYN {
			p.Dst, p.DstPort = backendAddr, 7800
		}
	}
	front, _ := diagnosed(packets, payloads, Options{})
	require.Len(t, front, 1)
	joined := Join([]Seen{front[0].seen}, seenIn(t, text)).Joined
	assert.True(t, joined[0].NAT)
	assert.Equal(t, LostAtClient, joined[0].Loss)
	assert.Equal(t, "the answers reached the client from another address, 203.0.113.10:8080, and it does not take them: NAT translates one direction only", joined[0].Text.String())
}

// What only one capture has in time is not lost: each claim that counts packets is made where both captures ran, and nowhere else.
func TestCapturesOfDifferentTimes(t *testing.T) {
	const reset, more = exchange + "30 < R. 301 0 101", "1 > P. 101 100 301\n1.1 < P. 301 50 201\n1.2 > . 201 0 351"
	for name, c := range map[string]struct {
		front, behind string
		until         time.Duration // when the server's capture ends
		loss          Loss
		text          string
	}{
		"the server's capture ended before the RST":    {reset, exchange, time.Second, LostNowhere, "undecided: the server's capture ended before it did"},
		"the server's capture ran when the RST came":   {reset, exchange, 40 * time.Second, ForgedBetween, "the client got a RST that the server did not send"},
		"the server answered what its capture lacks":   {exchange + more, exchange, 2 * time.Second, LostNowhere, "all data was acknowledged: one of the captures lacks a part of it"},
		"the client's capture lacks what was answered": {exchange, exchange + more, 2 * time.Second, LostNowhere, "undecided: the client's capture ended before it did"},
		"the client's capture begins later":            {more + "\n9 > R 201 0 0", exchange + more + "\n9 > R 201 0 0", 10 * time.Second, LostNowhere, "undecided: the client's capture begins in the middle of it"},
		"the server's capture begins later":            {exchange + more, more, 2 * time.Second, LostNowhere, "undecided: the server's capture begins in the middle of it"},
		"data under way when the captures end":         {exchange + "1 > P. 101 100 301", exchange, time.Second, LostNowhere, "undecided: a capture ends while the last data is under way"},
		"data that is sent again":                      {exchange + "1 > P. 101 100 301\n1.3 > P. 101 100 301", exchange, 2 * time.Second, LostBeforeServer, "of 200 bytes that the client sent, 100 reached the server"},
		"the server's capture ends with the SYN":       {"0 > S 0 0 0\n1 > S 0 0 0\n3 > S 0 0 0", "0 > S 0 0 0", 100 * time.Millisecond, LostNowhere, "undecided: the server's capture ends right after the first packet: an answer may have left later"},
		"the server's capture goes on after the SYN":   {"0 > S 0 0 0\n1 > S 0 0 0\n3 > S 0 0 0", "0 > S 0 0 0", 5 * time.Second, LostAtServer, "1 packet reached the server's network card, and no answer left it"},
		"a last acknowledgment":                        {exchange + "1 < R. 301 0 101\n1 > . 101 0 301", exchange + "1 < R. 301 0 101", 5 * time.Second, LostNowhere, "both sides saw the same"},
		"pings before the client's capture":            {pings(5, 5) + exchanges(6, 8) + pings(9, 9), exchanges(1, 9), 10 * time.Second, LostNowhere, "undecided: the server's capture holds requests that the client's lacks: the two ran at different times"},
	} {
		front, behind := diagnosesOf(t, c.front), seenIn(t, c.behind)
		Locate(front, behind, Coverage{First: start, Last: start.Add(c.until)})
		assert.Equal(t, c.loss, front[0].Place.Lost, name)
		assert.Equal(t, c.text, front[0].Place.Text.String(), name)
	}
}
