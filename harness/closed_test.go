package harness

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/wire"
)

// flow reads an attempt as tcpdump prints it: C is the client's end, S the server's.
func flow(t *testing.T, lines ...string) wire.Attempt {
	t.Helper()
	ends := strings.NewReplacer("C", "198.51.100.10.40000", "S", "203.0.113.10.8080")
	text := "12:00:00.000000 IP 198.51.100.10.40000 > 203.0.113.10.8080: Flags [S], seq 100, win 64240, length 0\n" +
		"12:00:00.000010 IP 203.0.113.10.8080 > 198.51.100.10.40000: Flags [S.], seq 500, ack 101, win 65160, length 0\n"
	for _, l := range lines {
		way, rest, _ := strings.Cut(l, ":")
		text += "12:00:00.100000 IP " + ends.Replace(way) + ": Flags" + rest + "\n"
	}
	trace, err := wire.ReadAll(strings.NewReader(text), "client")
	require.NoError(t, err)
	all := trace.Attempts(8080)
	require.Len(t, all, 1)
	require.Len(t, all[0].Packets, len(lines)+2)
	return all[0]
}

// On a busy machine an acknowledgment can come after the close: the kernel answers it, and a RST answers that. Neither is a part of how
// the connection went. A RST that ends anything else is.
func TestWhatFollowsAnOrderlyCloseIsLeftOut(t *testing.T) {
	const (
		ack       = "C > S: [.], ack 1, win 64, length 0"
		serverFIN = "S > C: [F.], seq 1, ack 1, win 63, length 0"
		clientFIN = "C > S: [F.], seq 1, ack 2, win 64, length 0"
		lastACK   = "S > C: [.], ack 2, win 63, length 0"
		lateACK   = "C > S: [.], ack 2, win 64, length 0"
		clientRST = "C > S: [R], seq 2, win 0, length 0"
		data      = "S > C: [P.], seq 2:12, ack 2, win 63, length 10"
	)
	for name, test := range map[string]struct {
		lines []string
		kept  int
	}{
		"the close is the end":     {[]string{ack, serverFIN, clientFIN, lastACK}, 6},
		"a late acknowledgment":    {[]string{ack, serverFIN, clientFIN, lastACK, lateACK, lastACK, clientRST}, 6},
		"a RST in place of a FIN":  {[]string{ack, serverFIN, clientRST}, 5},
		"a FIN not acknowledged":   {[]string{ack, serverFIN, clientFIN, clientRST}, 6},
		"a RST and no FIN":         {[]string{ack, clientRST}, 4},
		"data after the last FINs": {[]string{ack, serverFIN, clientFIN, lastACK, data, clientRST}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			a := flow(t, test.lines...)
			assert.Len(t, untilClosed(&a), test.kept)
		})
	}
}
