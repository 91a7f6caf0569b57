package diagnose

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
)

// TestAnAnswerMayBeWithinESP: where it leaves encrypted, nothing is said about its absence.
func TestAnAnswerMayBeWithinESP(t *testing.T) {
	for name, c := range map[string]struct{ packets, verdicts string }{
		"transport mode":                 {"0 esp >\n0 > S 0 0 0\n0.001 esp <\n1 esp >\n1 > S 0 0 0\n1.001 esp <", "one-sided"},
		"tunnel mode":                    {"0 esp > gateways\n0.0001 > S 0 0 0\n0.001 esp < gateways\n1 esp > gateways\n1.0001 > S 0 0 0\n1.001 esp < gateways", "one-sided"},
		"a busy tunnel":                  {"0 esp >" + strings.Repeat("\n0.001 esp <\n0.001 esp >", 4) + "\n0.002 > S 0 0 0\n0.003 esp <\n9 esp >", "no-answer"},
		"once":                           {"0 esp > gateways\n0.0001 > S 0 0 0\n0.001 esp < gateways\n9 esp >", "one-sided"},
		"a SYN without one":              {"0 > S 0 0 0\n0.001 esp <\n1 > S 0 0 0\n9 esp >", "no-answer"},
		"long after the SYN":             {"0 > S 0 0 0\n0.2 esp <\n1 > S 0 0 0\n1.2 esp <", "no-answer"},
		"the same way":                   {"0 esp > gateways\n0.0001 > S 0 0 0\n0.001 esp > gateways\n1 > S 0 0 0\n1.001 esp > gateways", "no-answer"},
		"another tunnel's":               {"0 > S 0 0 0\n0.001 esp < gateways\n1 > S 0 0 0\n1.001 esp < gateways", "no-answer"},
		"a rejection beside it":          {"0 esp >\n0 > S 0 0 0\n0.001 esp <\n0.002 icmp 3 13", "rejected"},
		"a refusal beside it":            {"0 esp >\n0 > S 0 0 0\n0.001 esp <\n0.002 < R. 0 0 1", "refused"},
		"one ESP packet for two clients": {"0 > S 0 0 0\n0 > S 0 0 0 port=7 isn=7\n0.001 esp <\n1 > S 0 0 0 port=7 isn=7\n9 esp >", "one-sided no-answer"},
	} {
		assert.Equal(t, c.verdicts, verdictsOf(diagnoseText(t, c.packets)), name)
	}
	r := diagnoseText(t, "0 esp > gateways\n0.0001 > S 0 0 0\n0.001 esp < gateways\n1 esp > gateways\n1.0001 > S 0 0 0\n1.001 esp < gateways")[0]
	assert.Contains(t, english(r.Notes), "right after each SYN an ESP packet went from 192.0.2.2 to 192.0.2.1: the answer may be within it; capture where IPsec is not applied yet, behind the gateway or on its inner interface")
	assert.Equal(t, []string{CauseEncrypted.Words().English}, r.RivalTexts(lang.English))
	require.Len(t, r.Evidence, 5)
	assert.Equal(t, "3: ESP packet the other way", evidenceIn(r.Evidence)[1])
}
