package report

import (
	"fmt"
	"io"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/ladder"
)

// CommandRun is somebody's own command in one failure, as the page of all of them shows it.
type CommandRun struct {
	Scenario, Title string
	// Verdict is on the command, and Why says what is wrong with it, or what else is to be known; Good: nothing is wrong.
	Verdict, Why string
	Good         bool
	// Ended is how it ended while the failure held, After how long; empty where it did not run then.
	Ended, After      string
	Connections, SYNs int
	// Ladder are the packets while the failure held; nil where there is none.
	Ladder *ladder.Ladder
	// Told is what it printed, and the sockets that it left.
	Told string
	// Folder is that of the captures, relative to the page.
	Folder string
}

// commandPage is what the template needs.
type commandPage struct {
	Command, Summary string
	Runs             []commandEntry
}

type commandEntry struct {
	CommandRun
	Class   string
	Drawing *drawing
}

// Commands writes a page with a table of a command's runs, and the packets and the streams of each.
func Commands(w io.Writer, tag lang.Tag, command, summary string, runs []CommandRun) error {
	page := commandPage{Command: command, Summary: summary}
	for i, r := range runs {
		entry := commandEntry{CommandRun: r, Class: "bad"}
		if r.Good {
			entry.Class = "good"
		}
		if r.Ladder != nil {
			d := draw(r.Ladder.Brief(mostArrows), fmt.Sprintf("run%d", i), r.Scenario)
			entry.Drawing = &d
		}
		page.Runs = append(page.Runs, entry)
	}
	return executeIn(w, tag, "commands.html.tmpl", page)
}
