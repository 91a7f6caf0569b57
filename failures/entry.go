package failures

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

// ScenarioEntry is a scenario in a list.
type ScenarioEntry struct {
	// Name is what "run", "show" and "up" take.
	Name string `json:"name"`
	// Group is the group of failures that it belongs to, for --group.
	Group string `json:"group"`
	// Title is what goes wrong, in a sentence.
	Title string `json:"title"`
	// Verdict is the fate of the connection.
	Verdict string `json:"verdict"`
}

// NewScenarioEntry is the entry of a scenario, in a language.
func NewScenarioEntry(s harness.Scenario, tag lang.Tag) ScenarioEntry {
	return ScenarioEntry{s.Name, s.Group, s.Title.In(tag), s.Verdict}
}
