package report

import (
	"fmt"
	"io"
	"strings"
)

// mostMarkdownDrawings keeps a summary below the megabyte that GitHub shows of one.
const mostMarkdownDrawings = 50

// Markdown writes the summary of several runs for a page of a CI system: a table of all, and below it the drawing of each run that did not
// match.
func Markdown(w io.Writer, entries []Entry, ends Ends) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n\n| | scenario | what the client felt |\n|---|---|---|\n", cell(ends.Summary))
	for _, e := range entries {
		felt := e.Skipped
		if felt == "" {
			felt = Felt(e.Client.Outcome)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(e.Status()), cell(e.Name()), cell(felt))
	}
	for _, n := range ends.NotRun {
		fmt.Fprintf(&b, "| could not be run | %s | %s |\n", cell(n.Scenario), cell(n.Reason))
	}
	drawn := 0
	for _, e := range entries {
		if len(e.Mismatches) == 0 || drawn == mostMarkdownDrawings {
			continue
		}
		drawn++
		fmt.Fprintf(&b, "\n### %s\n\n", cell(e.Name()))
		for _, m := range e.Mismatches {
			fmt.Fprintf(&b, "- %s\n", cell(fmt.Sprintf("%s: %s: %s", m.Phase, m.At, m.Reason)))
		}
		if drawing := (Style{}).drawing(e.RunRecord); drawing != "" {
			fmt.Fprintf(&b, "\n````text\n%s\n````\n", strings.ReplaceAll(drawing, "````", "'''"))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// unmarked takes their meaning from the characters that would make more of a text than a text.
var unmarked = strings.NewReplacer("\n", " ", "|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "'", "[", `\[`)

func cell(text string) string { return unmarked.Replace(text) }
