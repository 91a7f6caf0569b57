package diagnose

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// withoutSymptom are the verdicts of failures that no packet by itself stands for, and why.
var withoutSymptom = map[Verdict]string{
	NoNeighbour: "Wireshark does not hold ARP requests against replies, and a request alone is what a healthy host sends, too",
	NotSent:     "there is no packet",
}

// TestEveryFailureHasASymptom: a verdict that is added gets a filter, or a reason.
func TestEveryFailureHasASymptom(t *testing.T) {
	has := map[Verdict]bool{}
	for _, s := range Symptoms() {
		for _, v := range s.Verdicts {
			assert.True(t, v.Failed(), "%s: %s is no failure", s.Name, v)
			has[v] = true
		}
	}
	for _, v := range Verdicts() {
		assert.Equal(t, v.Failed() && withoutSymptom[v] == "", has[v], v)
	}
}

// TestSymptomsFitWhereTheyAreWritten: into Wireshark's files, where some characters separate, and beside each other by name.
func TestSymptomsFitWhereTheyAreWritten(t *testing.T) {
	var names []string
	for _, s := range Symptoms() {
		assert.Regexp(t, `^[\w -]{3,24}$`, s.Name)
		assert.NotRegexp(t, `[,@"'\n]`, s.Filter)
		names = append(names, s.Name)
	}
	slices.Sort(names)
	assert.Len(t, slices.Compact(names), len(Symptoms()))
}
