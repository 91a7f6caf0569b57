package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAPingToAGroupProvesNoDeadHost: hosts are told to ignore such requests.
func TestAPingToAGroupProvesNoDeadHost(t *testing.T) {
	for to, want := range map[string]bool{" to=224.0.0.1": true, " to=255.255.255.255": true, "": false} {
		r := diagnoseText(t, "0 ping 1"+to+"\n1 ping 2"+to+"\n2 ping 3"+to)[0]
		assert.Equal(t, want, r.Has(CauseGroupIgnored), to)
		assert.Equal(t, !want, r.Has(CauseDeadHost), to)
	}
}
