package diagnose

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAnErrorThatPassesHereIsNotFiltered: the sender of the large segments does not get it, or does not heed it.
func TestAnErrorThatPassesHereIsNotFiltered(t *testing.T) {
	const large = exchange + "1 > . 101 1460 301\n%1.2 > . 101 1460 301\n1.6 > . 101 1460 301\n2.4 > . 101 1460 301"
	for message, said := range map[string]bool{"1.1 icmp 3 4 seq=101\n": true, "": false} {
		r := diagnoseText(t, strings.Replace(large, "%", message, 1))[0]
		require.Equal(t, MTUBlackhole, r.Verdict)
		assert.Equal(t, said, r.Has(CauseTooBigIgnored))
		assert.Equal(t, !said, r.Has(CauseSmallMTU))
		assert.Equal(t, !said, r.Has(CauseBrokeNow))
	}
}

// TestASYNACKThatIsReturnedIsNotAcknowledged: an ICMP error says that it does not reach the client, or the client's own firewall sends that.
func TestASYNACKThatIsReturnedIsNotAcknowledged(t *testing.T) {
	const again = "0 > S 0 0 0\n0.1 < S. 0 0 1\n%1.1 < S. 0 0 1\n3.1 < S. 0 0 1"
	for message, first := range map[string]Cause{"0.2 icmp 3 1 back": CauseSYNACKLost, "0.2 icmp 3 10 back from=198.51.100.10": CauseClientDrops, "": CauseSYNACKLost} {
		r := diagnoseText(t, strings.Replace(again, "%", message+"\n", 1))[0]
		require.Equal(t, SYNACKUnanswered, r.Verdict)
		assert.Equal(t, first, r.Rivals[0].Cause, message)
		assert.Equal(t, message == "", r.Has(CauseQueueFull), message)
		assert.Equal(t, message == "", r.Has(CauseACKLost), message)
	}
}
