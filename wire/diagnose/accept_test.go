package diagnose

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
)

// behindRouter is what a capture on the server's link shows of the client.
func behindRouter(packets string) string {
	lines := strings.Split(packets, "\n")
	for i, line := range lines {
		if strings.Contains(line, " > ") {
			lines[i] += " ttl=63"
		}
	}
	return strings.Join(lines, "\n")
}

// TestAServerThatDoesNotTakeTheConnection: an acknowledgment that is lost, a full accept queue and TCP_DEFER_ACCEPT look alike at first, and
// the number of the SYN-ACKs, their times and the client's data tell them apart. The times are those of Linux 6.18.
func TestAServerThatDoesNotTakeTheConnection(t *testing.T) {
	const (
		lost   = "the acknowledgment did not reach the server"
		full   = "its accept queue is full (TcpExtListenOverflows counts it)"
		waits  = "it waits for data (TCP_DEFER_ACCEPT; TcpExtTCPDeferAcceptDrop counts it)"
		once   = "the SYN-ACK came again, 1 time, after the client had acknowledged it: "
		again  = "\n1.01 < S. 0 0 1\n1.011 > . 1 0 1"
		third  = "\n3.03 < S. 0 0 1\n3.031 > . 1 0 1"
		filler = "\n9 esp > gateways"
	)
	for name, c := range map[string]struct {
		packets, verdict, note string
		rivals                 []Cause
	}{
		"once, and the capture ends": {handshake + again, "synack-unanswered?", once + lost + ", or " + full + ", or " + waits,
			[]Cause{CauseACKLost, CauseQueueFull, CauseDeferAccept}},
		"once, and the server takes the next acknowledgment": {handshake + again + filler, "open", once + lost + ", or " + full + ", or " + waits, nil},
		"once, after 3 s": {handshake + third + filler, "open", once + lost + ", or " + waits + "; with a full accept queue it would not have waited for 3.02 s", nil},
		"again and again": {handshake + again + third, "synack-unanswered", "the SYN-ACK came again, 2 times, after the client had acknowledged it: " + lost + ", or " + full +
			"; one that waits for data (TCP_DEFER_ACCEPT) sends it once more, and then takes the connection", []Cause{CauseACKLost, CauseQueueFull}},
		"after data": {handshake + "0.5 > P. 1 9 1\n0.7 > P. 1 9 1" + again, "synack-unanswered", once + lost + ", or " + full +
			"; the client had sent data, for which (TCP_DEFER_ACCEPT) no server waits any more", []Cause{CauseACKLost, CauseQueueFull}},
		"on the server's link": {behindRouter(handshake + again + third), "synack-unanswered", "the SYN-ACK came again, 2 times, after the client had acknowledged it: " + full +
			"; one that waits for data (TCP_DEFER_ACCEPT) sends it once more, and then takes the connection", []Cause{CauseQueueFull}},
		"not acknowledged": {"0 > S 0 0 0\n0.01 < S. 0 0 1\n1.01 < S. 0 0 1\n3.03 < S. 0 0 1", "synack-unanswered", "",
			[]Cause{CauseSYNACKLost, CauseACKLost, CauseQueueFull, CauseClientDrops, CauseForeignSource}},
	} {
		r := diagnoseText(t, c.packets)
		require.Len(t, r, 1, name)
		assert.Equal(t, c.verdict, r[0].verdict, name)
		assert.Equal(t, c.rivals, causesOf(r[0].Diagnosis), name)
		if c.note == "" {
			assert.NotContains(t, strings.Join(english(r[0].Notes), "\n"), "came again", name)
		} else {
			assert.Contains(t, english(r[0].Notes), c.note, name)
		}
	}
}

// TestAFullQueueBehindSYNCookies: the SYN-ACK does not come again, and the client's data is in vain.
func TestAFullQueueBehindSYNCookies(t *testing.T) {
	const again = "1 > P. %s\n1.2 > P. %s\n1.6 > P. %s\n2.4 > P. %s"
	for name, c := range map[string]struct {
		packets string
		full    bool
	}{
		"the first data":               {handshake + strings.ReplaceAll(again, "%s", "1 5 1"), true},
		"after a greeting":             {handshake + "0.1 < P. 1 9 1\n0.1 > . 1 0 10\n" + strings.ReplaceAll(again, "%s", "1 5 10"), false},
		"after data that was answered": {exchange + strings.ReplaceAll(again, "%s", "101 5 301"), false},
	} {
		r := &diagnoseText(t, c.packets)[0]
		require.Equal(t, "blackhole", r.verdict, name)
		assert.Equal(t, c.full, r.Has(CauseQueueFull), name)
		assert.Equal(t, c.full, strings.Contains(strings.Join(r.Commands(lang.English), "\n"), "TcpExtListenOverflows"), name)
	}
}

// TestASYNACKThatIsNotSentAgainMayHaveBeenAcknowledged: only what the server sends again says that the handshake is not complete there.
func TestASYNACKThatIsNotSentAgainMayHaveBeenAcknowledged(t *testing.T) {
	for packets, want := range map[string]string{
		"0 > S 0 0 0\n0.1 < S. 0 0 1":                                  "1 SYN-ACK, and the capture holds no acknowledgment of it",
		"0 > S 0 0 0\n0.1 < S. 0 0 1\n9 ping 1\n9 pong 1":              "1 SYN-ACK, and the capture holds no acknowledgment of it",
		"0 > S 0 0 0\n0.1 < S. 0 0 1\n1.1 < S. 0 0 1\n3 < S. 0 0 1":    "3 SYN-ACKs, the handshake never completes at the server",
		"0 > S 0 0 0\n0.1 < S. 0 0 1\n1 > S 0 0 0\n9 ping 1\n9 pong 1": "1 SYN-ACK, the handshake never completes at the server",
	} {
		r := diagnoseText(t, packets)[0]
		assert.Equal(t, SYNACKUnanswered, r.Verdict, packets)
		assert.Equal(t, want, r.Summary.String(), packets)
	}
}
