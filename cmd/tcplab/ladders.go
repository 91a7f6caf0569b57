package main

import (
	"embed"
	"strings"
)

// ladders are the drawings of a real run of each scenario, recorded by "make ladders".
//
//go:embed ladders/*.txt
var ladders embed.FS

// recordedLadder is how a run of the scenario looked.
func recordedLadder(scenario string) string {
	text, err := ladders.ReadFile("ladders/" + scenario + ".txt")
	if err != nil { // a scenario that is newer than the recordings: a test says so
		return ""
	}
	return strings.TrimRight(string(text), "\n") + "\n"
}
