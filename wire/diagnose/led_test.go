package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWhatLedToTheEnd has, for each note, the packets that it is for and those that come close.
func TestWhatLedToTheEnd(t *testing.T) {
	const reset = "the silence before that was "
	for name, c := range map[string]struct{ packets, verdict, note string }{
		"silence before a request that is reset": {exchange + "351 > P. 101 100 301\n351.1 < R 301 0 0", "reset-by-server",
			reset + "5m51s (the idle limit of AWS Network Load Balancer and NAT gateway is 350 s)"},
		"silence that a RST ends":            {exchange + "240.1 < R. 301 0 101", "reset-by-server", reset + "4m0s (the idle limit of Azure Load Balancer and NAT gateway is 240 s)"},
		"silence of nobody's limit":          {exchange + "200 > P. 101 100 301\n200.1 < R 301 0 0", "reset-by-server", reset + "3m20s"},
		"keep-alives in vain, still open":    {exchange + "9 > . 100 0 301\n18 > . 100 0 301\n27 > . 100 0 301", "open", "3 probes of the client in 18 s (keep-alives, or of a closed window) were not answered"},
		"probes of a closed window in vain":  {exchange + "1 > . 101 0 301 win=0\n2 < . 300 0 101\n4 < . 300 0 101\n8 < . 300 0 101", "zero-window", "3 probes of the server in 6 s (keep-alives, or of a closed window) were not answered"},
		"data sent again before a RST":       {exchange + "1 > P. 101 100 301\n1.2 > P. 101 100 301\n1.3 > R. 201 0 301", "reset-by-client", "the client had sent data again, 1 time, without an acknowledgment before it gave up"},
		"the client gave up":                 {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n3.1 > F. 101 0 1\n3.2 < . 1 0 102", "no-reply", "the client gave up (FIN) after 3.08 s without an answer"},
		"the client gave up, then an answer": {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n9 > F. 101 0 1\n9 < . 1 0 102\n11 < P. 1 41 102\n11.1 > R 102 0 0", "no-reply", "the client gave up (FIN) after 8.98 s without an answer; 41 bytes of an answer came 2 s after that, too late, and were reset"},
		"nobody says anything": {handshake + "3.1 > F. 1 0 1\n3.1 < F. 1 0 2\n3.1 > . 2 0 2", "ok", "neither side sent a byte in the 3.1 s before the client closed: a client that waits for a greeting " +
			"(SSH, SMTP, FTP, MySQL) has got none; a connection that is kept in reserve looks the same"},
		"a lone SYN-ACK, and the capture goes on": {"0 > S 0 0 0\n0.1 < S. 0 0 1\n9 ping 1\n9 pong 1", "synack-unanswered", "neither the SYN nor the SYN-ACK was sent again in 8.9 s: the acknowledgment may not have been captured; scanners and SYN proxies send nothing again, either"},
		"a lone SYN, and the capture goes on":     {"0 > S 0 0 0\n9 > . 5 0 5 port=7\n9 < . 5 0 5 port=7", "no-answer", "the SYN was not sent again, although the capture goes on for 9 s: the client gave up before its next try (after 1 s, or 3 s on older systems), or sends each SYN once"},
	} {
		list := diagnoseText(t, c.packets)
		require.NotEmpty(t, list, name)
		assert.Equal(t, c.verdict, list[0].verdict, name)
		assert.Contains(t, english(list[0].Notes), c.note, name)
	}
	for name, packets := range map[string]string{
		"keep-alives in vain, as the summary says":    exchange + "9 > . 100 0 301\n18 > . 100 0 301\n27 > . 100 0 301\n36 > R. 101 0 301",
		"silence, then an answer, then a RST":         exchange + "351 > P. 101 100 301\n351.1 < P. 301 10 201\n351.2 < R. 311 0 201",
		"SYN-ACKs that are sent again":                "0 > S 0 0 0\n0.1 < S. 0 0 1\n1.1 < S. 0 0 1\n9 ping 1\n9 pong 1",
		"nobody says anything, for a moment":          handshake + "1.9 > F. 1 0 1\n1.9 < F. 1 0 2\n1.9 > . 2 0 2",
		"nobody says anything, and the server closes": handshake + "9 < F. 1 0 1\n9 > F. 1 0 2\n9 < . 2 0 2",
		"a greeting, and the client closes":           handshake + "0.1 < P. 1 20 1\n0.1 > . 1 0 21\n3.1 > F. 1 0 21\n3.1 < F. 21 0 2\n3.1 > . 2 0 22",
		"no silence":                                  exchange + "10 > P. 101 100 301\n10.1 < R. 301 0 201",
		"two keep-alives":                             exchange + "9 > . 100 0 301\n18 > . 100 0 301",
		"keep-alives, answered at last":               exchange + "9 > . 100 0 301\n18 > . 100 0 301\n27 > . 100 0 301\n27.1 < . 301 0 101",
	} {
		assert.Empty(t, english(diagnoseText(t, packets)[0].Notes), name)
	}
}

// TestClosedInBothDirectionsOnlyWhenItWas: a RST may take the place of a FIN.
func TestClosedInBothDirectionsOnlyWhenItWas(t *testing.T) {
	for packets, want := range map[string]string{
		exchange + "0.1 > F. 101 0 301\n0.2 < F. 301 0 102":                    "closed in both directions; 100 bytes up, 300 bytes down",
		exchange + "0.1 > F. 101 0 301\n0.1 < . 301 0 102\n0.2 > . 102 0 302":  "closed in both directions; 100 bytes up, 300 bytes down",
		exchange + "0.1 > F. 101 0 301\n0.2 < R. 301 0 102":                    "the client closed (FIN), and a RST of the server took the place of its FIN; 100 bytes up, 300 bytes down",
		exchange + "0.1 < F. 301 0 101\n0.1 > . 101 0 302\n0.2 > R. 101 0 302": "the server closed (FIN), and a RST of the client took the place of its FIN; 100 bytes up, 300 bytes down",
		exchange + "0.1 > F. 101 0 301\n0.2 < P. 301 31 102\n0.2 > R 102 0 0":  "the client closed (FIN, then RST), and the server sent no FIN; 100 bytes up, 331 bytes down",
		"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.5 < F. 301 0 101\n0.6 > F. 101 0 302":  "closed in both directions; 100 bytes up, 300 bytes down",
	} {
		list := diagnoseText(t, packets)
		assert.Equal(t, "ok", list[0].verdict)
		assert.Equal(t, want, list[0].Summary.String())
	}
}

// TestFiltersAreRecognized: what a filter left out is not missing on the wire.
func TestFiltersAreRecognized(t *testing.T) {
	for name, c := range map[string]struct{ packets, verdicts, note string }{
		"only SYNs": {"0 > S 0 0 0\n1 > S 0 0 0 port=7\n2 > S 0 0 0 port=7\n4 > S 0 0 0 port=7", "one-sided no-answer", "the capture holds only SYNs: a filter took the answers, if there were any"},
		"only SYNs and SYN-ACKs": {"0 > S 0 0 0\n0.1 < S. 0 0 1\n1 > S 0 0 0 port=7\n1.1 < S. 0 0 1 port=7\n9 > S 0 0 0 port=8", "open open no-answer?",
			"the capture holds only SYNs and SYN-ACKs: a filter took what followed"},
		"only RSTs":             {"0 < R. 1 0 101\n1 < R. 1 0 101 port=7", "one-sided one-sided", "the capture holds only RSTs: a filter took the rest"},
		"only RSTs, of clients": {"0 > R. 101 0 1\n1 > R. 101 0 1 port=7000", "one-sided one-sided", "the capture holds only RSTs: a filter took the rest"},
		"only SYN-ACKs":         {"0 < S. 0 0 1\n1 < S. 0 0 1 isn=5 port=7", "one-sided one-sided", "the capture holds only SYN-ACKs: a filter took the rest"},
		"only SYNs, FINs and RSTs": {"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.4 < R. 301 0 101\n1 > S 0 0 0 port=7\n1.1 < S. 0 0 1 port=7\n9 > S 0 0 0 port=8\n9.1 < R. 0 0 1 port=8", "reset-by-server open refused",
			"the capture holds no pure acknowledgments: a filter took them, so that it does not show what was received"},
		"no pure acknowledgments": {"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.4 < F. 301 0 101\n0.5 > R. 101 0 301\n1 > S 0 0 0 port=7\n1.1 < S. 0 0 1 port=7\n1.2 < R. 301 0 101 port=7", "ok reset-by-server",
			"the capture holds no pure acknowledgments: a filter took them, so that it does not show what was received"},
	} {
		list := diagnoseText(t, c.packets)
		assert.Equal(t, c.verdicts, verdictsOf(list), name)
		assert.Contains(t, slices.Concat(english(list[0].Notes), english(list[1].Notes)), c.note, name)
	}
	for name, c := range map[string]struct{ packets, verdicts string }{
		"a FIN whose acknowledgment may be filtered": {"0 > S 0 0 0\n0.1 < S. 0 0 1\n" + talk(20) + "9 > F. 101 0 101\n9.2 > F. 101 0 101\n9.6 > F. 101 0 101", "half-closed"},
		"a FIN in a short capture":                   {"0 > S 0 0 0\n0.1 < S. 0 0 1\n" + talk(4) + "9 > F. 21 0 21\n9.2 > F. 21 0 21\n9.6 > F. 21 0 21", "blackhole"},
		"one connection alone":                       {"0 > S 0 0 0", "no-answer?"},
		"a pure acknowledgment":                      {"0 > S 0 0 0\n9 > S 0 0 0 port=7\n9.1 < S. 0 0 1 port=7\n9.2 > . 1 0 1 port=7", "no-answer open"},
		"half-open scans":                            {"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.1 > R 1 0 0\n1 > S 0 0 0 port=7\n1.1 < S. 0 0 1 port=7\n1.1 > R 1 0 0 port=7", "reset-by-client reset-by-client"},
		"another protocol":                           {"0 > S 0 0 0\n1 > S 0 0 0 port=7\n9 ping 1\n9 pong 1", "no-answer no-answer ok"},
		"the SYN-ACK is sent again":                  {"0 > S 0 0 0\n0.1 < S. 0 0 1\n1.1 < S. 0 0 1\n3 > S 0 0 0 port=7\n9 > S 0 0 0 port=8", "synack-unanswered no-answer no-answer?"},
	} {
		list := diagnoseText(t, c.packets)
		assert.Equal(t, c.verdicts, verdictsOf(list), name)
		for _, r := range list {
			assert.NotContains(t, english(r.Notes), "filter", name)
		}
	}
}

// talk is so many segments of 10 bytes, from each side in turn, without a pure acknowledgment.
func talk(segments int) string {
	var b strings.Builder
	for i := range segments {
		fmt.Fprintf(&b, "%.1f %c P. %d 10 %d\n", 1+float64(i)/10, "><"[i%2], 1+i/2*10, 1+(i+1)/2*10)
	}
	return b.String()
}
