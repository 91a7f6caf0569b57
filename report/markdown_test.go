package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// A summary for a CI system: all runs in a table, and what did not match below it. Words of a program make no more of it than words.
func TestMarkdown(t *testing.T) {
	var out strings.Builder
	good := &RunRecord{Scenario: "closed-port", Engine: "netns", Family: lab.IPv4, Match: true}
	bad := &RunRecord{Scenario: "firewall-drop", Engine: "netns", Family: lab.IPv6, Client: ClientRecord{Outcome: lab.Outcome{Program: "own", Error: "a|b <script>\n# no heading"}},
		Mismatches: []MismatchRecord{{Phase: harness.Observe, At: "client", Reason: "`it` was | otherwise"}}}
	require.NoError(t, Markdown(&out, []Entry{{RunRecord: good}, {RunRecord: bad}},
		Ends{Summary: "3 scenarios: 1 match", NotRun: []NotRun{{Scenario: "healthy", Reason: "no permission"}}}))
	lines := strings.Split(out.String(), "\n")
	assert.Equal(t, "**3 scenarios: 1 match**", lines[0])
	assert.Contains(t, lines, "| could not be run | healthy | no permission |")
	assert.Contains(t, lines, "### firewall-drop/netns/ipv6")
	assert.Contains(t, lines, `- observe: client: 'it' was \| otherwise`)
	assert.NotContains(t, out.String(), "<script>")
	assert.NotContains(t, lines, "# no heading")
	assert.Contains(t, out.String(), `a\|b &lt;script> # no heading`)
}
