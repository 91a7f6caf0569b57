package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDataThatIsSentAgainAlthoughItWasAcknowledgedShowsABrokenWay: the acknowledgments do not reach its sender.
func TestDataThatIsSentAgainAlthoughItWasAcknowledgedShowsABrokenWay(t *testing.T) {
	const again = exchange + "0.3 < P. 1 300 101\n0.31 > . 101 0 301\n0.7 < P. 1 300 101\n0.71 > . 101 0 301\n1.5 < P. 1 300 101\n1.51 > . 101 0 301\n" +
		"3.1 < P. 1 300 101\n3.11 > . 101 0 301\n6.3 < P. 1 300 101\n6.31 > . 101 0 301\n"
	r := diagnoseText(t, again)[0]
	require.Equal(t, "blackhole", r.verdict)
	assert.Equal(t, "300 bytes of the server were retransmitted 5 times in 6 s, although the client had acknowledged them", r.Summary.String())
	assert.Contains(t, english(r.Notes), "the acknowledgments of the client pass here, and the server sends on as if there were none: they are lost between here and the TCP of the server (the way, a firewall, its own rules)")
	assert.Equal(t, CauseACKsLost, r.Rivals[0].Cause)
	assert.True(t, r.Has(CauseDamaged), "a kernel drops acknowledgments that are damaged, behind the capture")
	assert.False(t, r.Has(CauseHostDied))
	for name, c := range map[string]struct{ packets, want string }{
		"the client's request":               {exchange + "1 > P. 1 100 301\n1.1 < . 301 0 101\n2 > P. 1 100 301\n4 > P. 1 100 301\n8 > P. 1 100 301", "blackhole"},
		"the client's FIN does not arrive":   {again + "9 > F. 101 0 301\n9.2 > F. 101 0 301", "blackhole"},
		"its sender gives up":                {again + "12 < R. 301 0 101", "blackhole"},
		"its sender goes on":                 {again + "7 < P. 301 10 101\n7.1 > . 101 0 311", "open"},
		"its sender hears the other at last": {again + "7 > P. 101 10 301\n7.1 < . 301 0 111", "open"},
		"the receiver knows nothing of it":   {again + "7 > R. 101 0 301", "reset-by-client"},
		"two late acknowledgments":           {exchange + "1 < P. 1 300 101\n8 < P. 1 300 101", "open"},
		"three within a moment":              {exchange + "1 < P. 1 300 101\n1.2 < P. 1 300 101\n1.6 < P. 1 300 101\n2.4 < P. 1 300 101", "open"},
		"keep-alives of a byte":              {exchange + "1 < . 300 1 101\n9 < . 300 1 101\n18 < . 300 1 101\n27 < . 300 1 101", "open"},
		"each time another segment":          {exchange + "1 < P. 1 100 101\n3 < P. 101 100 101\n5 < P. 201 100 101\n7 < P. 1 300 101", "open"},
	} {
		assert.Equal(t, c.want, verdictsOf(diagnoseText(t, c.packets)), name)
	}
}
