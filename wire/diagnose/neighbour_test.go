package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestARequestThatWasHeardAloneMayHaveAnAnswerElsewhere: requests go to all hosts of the link, answers to the asker.
func TestARequestThatWasHeardAloneMayHaveAnAnswerElsewhere(t *testing.T) {
	assert.True(t, diagnoseText(t, "0 arp >\n1 arp >\n2 arp >")[0].Has(CauseUnicastUnseen))
	for _, r := range diagnoseText(t, "0 arp >\n1 arp >\n2 arp >\n3 > . 5 0 5 by=198.51.100.77 at=198.51.100.10\n3.1 < . 5 0 5 by=198.51.100.77 at=198.51.100.10") {
		assert.False(t, r.Has(CauseUnicastUnseen), "a connection was captured, both ways")
	}
}
