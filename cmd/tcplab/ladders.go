package main

import (
	"strings"

	"github.com/tcplab/tcplab/scenarios"
)

// ladderFile is the drawing of a run, among what is recorded of a scenario.
const ladderFile = "ladder.txt"

// recordedLadder is how a run of the scenario looked.
func recordedLadder(scenario string) string {
	text, err := scenarios.Recorded(scenario, ladderFile)
	if err != nil { // a scenario that is newer than the recordings: a test says so
		return ""
	}
	return strings.TrimRight(string(text), "\n") + "\n"
}
