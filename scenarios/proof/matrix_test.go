package proof

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/scenarios"
)

//go:generate go test -count=1 -run ^TestMatrix$ . -update

// TestMatrix: docs/matrix.md lists the pairs that TestEveryFaultIsToldFromEveryOther lets pass, by their reason.
func TestMatrix(t *testing.T) {
	pairs := scenarios.Pairs()
	assert.NotEmpty(t, pairs)
	var reasons []string
	for _, p := range pairs {
		assert.NotEmpty(t, p.Reason.English)
		if !slices.Contains(reasons, p.Reason.English) {
			reasons = append(reasons, p.Reason.English)
		}
	}
	var b strings.Builder
	all := len(harnesstest.Brief())
	fmt.Fprintf(&b, "%d scenarios, each with the faults of the others: %d pairs, of which %d look the same.\n", all, all*(all-1), len(pairs))
	for _, reason := range reasons {
		fmt.Fprintf(&b, "\n%s%s:\n\n| expected is | with the fault of |\n|---|---|\n", strings.ToUpper(reason[:1]), reason[1:])
		for _, s := range scenarios.All() {
			if faults := faultsFor(pairs, s.Name, reason); len(faults) > 0 {
				fmt.Fprintf(&b, "| `%s` | `%s` |\n", s.Name, strings.Join(faults, "`, `"))
			}
		}
	}
	harnesstest.CompareGenerated(t, filepath.Join("docs", "matrix.md"), "pairs that look the same", b.String())
}

// faultsFor are the scenarios whose fault lets one look as it should, by a reason.
func faultsFor(pairs []scenarios.Pair, scenario, reason string) (list []string) {
	for _, p := range pairs {
		if p.Scenario == scenario && p.Reason.English == reason {
			list = append(list, p.Fault)
		}
	}
	return list
}
