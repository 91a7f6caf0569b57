package diagnose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJoinEchoes(t *testing.T) {
	for name, c := range map[string]struct {
		front, behind string
		loss          Loss
		text          string
	}{
		"lost on the way there": {pings(1, 3), "", LostBeforeServer, "3 echo requests left the client, and none reached the server's network card"},
		"dropped by the server": {pings(1, 3), pings(1, 3), LostAtServer, "3 echo requests reached the server's network card, and no reply left it"},
		"lost on the way back":  {pings(1, 3), exchanges(1, 3), LostBeforeClient, "3 echo replies left the server, and none reached the client"},
		"nothing lost":          {exchanges(1, 3), exchanges(1, 3), LostNowhere, "both sides saw the same"},
		"rejected on the way":   {pings(1, 2) + "3 icmp 3 1 ping=1\n3 icmp 3 1 ping=2", "", LostBeforeServer, "no request reached the server: what sent the ICMP error stopped them"},
		"not sent":              {"0 icmp 3 1 ping=1 from=198.51.100.10", "", LostNowhere, "no packet left for the server"},
		"answered on the way":   {exchanges(1, 3), pings(1, 3), ForgedBetween, "the server sent no reply: what the client got was sent by something on the way"},
		"elsewhere":             {exchanges(1, 3), "", LostNowhere, "the server's capture does not hold this ping: another time, another interface, a filter, or something answers in its place"},
		"some lost there":       {exchanges(1, 1) + pings(2, 2) + exchanges(3, 4), exchanges(1, 1) + exchanges(3, 4), LostBeforeServer, "of 4 echo requests that the client sent, 3 reached the server"},
		"some lost back":        {exchanges(1, 1) + pings(2, 2) + exchanges(3, 4), exchanges(1, 4), LostBeforeClient, "of 4 echo replies that the server sent, 3 reached the client"},
		"some not answered":     {exchanges(1, 1) + pings(2, 2) + exchanges(3, 4), exchanges(1, 1) + pings(2, 2) + exchanges(3, 4), LostAtServer, "of 4 echo requests that reached the server, it answered 3"},
		"begun before":          {exchanges(2, 4), exchanges(1, 4), LostNowhere, "every echo request that the client's capture holds was answered"},
		"another ping":          {pings(1, 3), "0 ping 1 echo=7 sum=9", LostBeforeServer, "3 echo requests left the client, and none reached the server's network card"},
		"TCP is no ping":        {"0 ping 1 echo=0\n2 ping 2 echo=0", "0 > S 0 0 0\n0 arp >\n1 arp >", LostBeforeServer, "2 echo requests left the client, and none reached the server's network card"},
	} {
		joined := Join(seenIn(t, c.front), seenIn(t, c.behind)).Joined
		require.Len(t, joined, 1, name)
		assert.Equal(t, c.loss, joined[0].Loss, name)
		assert.Equal(t, c.text, joined[0].Text.String(), name)
	}
}

// TestJoinEchoesThroughNAT: by the data of the requests, which holds the time, whatever else was translated.
func TestJoinEchoesThroughNAT(t *testing.T) {
	front := "0 ping 1 sum=11\n1 ping 2 sum=12\n2 ping 3 sum=13"
	translated := "1 ping 2 echo=%e sum=%s from=192.0.2.9"
	behind := func(id, sum string) string { return strings.NewReplacer("%e", id, "%s", sum).Replace(translated) }
	// The checksum takes in the identifier, so that it changes with it; here the sum of both stays the same.
	same := behind("4700", "23")
	p := Join(seenIn(t, front), seenIn(t, same))
	assert.Equal(t, []any{0, true, LostAtServer}, []any{p.Joined[0].Other, p.Joined[0].NAT, p.Joined[0].Loss})
	assert.Equal(t, "1 echo request reached the server's network card, and no reply left it", p.Joined[0].Text.String())
	assert.Equal(t, -1, Join(seenIn(t, front), seenIn(t, behind("4700", "24"))).Joined[0].Other, "other data")
	twice := same + "\n" + strings.Replace(same, "echo=4700 sum=23", "echo=4699 sum=24", 1)
	assert.Equal(t, -1, Join(seenIn(t, front), seenIn(t, twice)).Joined[0].Other, "two that send the same")
}

// TestJoinEchoClocks has a server whose clock is 5 s ahead, 4 ms away.
func TestJoinEchoClocks(t *testing.T) {
	front, behind := "0 ping 1\n0.008 pong 1\n1 ping 2\n1.008 pong 2", "5.004 ping 1\n5.004 pong 1\n6.004 ping 2\n6.004 pong 2"
	p := Join(seenIn(t, front), seenIn(t, behind))
	require.True(t, p.Known)
	assert.InDelta(t, 5*time.Second, p.Offset, float64(100*time.Microsecond))
	assert.InDelta(t, 4*time.Millisecond, p.Margin, float64(100*time.Microsecond))
	late := "6.004 ping 2\n6.004 pong 2"
	assert.False(t, Join(seenIn(t, front), seenIn(t, late)).Known, "a capture that begins at another request tells nothing of the clocks")
}

// TestJoinGoldenPings holds real captures of the same time against each other.
func TestJoinGoldenPings(t *testing.T) {
	for name, want := range map[string]Loss{"ping-filtered.pcap": LostAtServer, "ping-lossy.pcap": LostBeforeClient} {
		data, err := os.ReadFile(filepath.Join("testdata", "server", name))
		require.NoError(t, err)
		packets, payloads := readCapture(t, data)
		behind, _ := diagnosed(packets, payloads, Options{})
		packets, payloads = readCapture(t, goldenCaptures(t)[name])
		front, _ := diagnosed(packets, payloads, Options{})
		p := Join(seenOf(front), seenOf(behind))
		assert.Equal(t, want, p.Joined[0].Loss, name)
		assert.True(t, p.Known)
		assert.Less(t, p.Offset.Abs(), p.Margin+time.Millisecond, "one machine, one clock")

		for i := range behind { // as if every identifier and address had been translated
			if s := &behind[i].seen; s.Protocol == ICMP {
				s.Client, s.isn = serverAddr, 1
			}
		}
		p = Join(seenOf(front), seenOf(behind))
		assert.Equal(t, want, p.Joined[0].Loss, name)
		assert.True(t, p.Joined[0].NAT, name)
	}
}
