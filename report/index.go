package report

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/tcplab/tcplab/harness"
)

// Entry is a run on an index page.
type Entry struct {
	// Page is the address of the run's own page, relative to the index.
	Page string
	*Record
}

// indexPage is what the template of an index needs.
type indexPage struct {
	Entries []indexEntry
	Matched int
	Script  template.JS
	Policy  string
}

type indexEntry struct {
	*Record
	Page, Status, StatusClass, Ended string
	// Words are what the filter looks through.
	Words   string
	Drawing *drawing
	Losses  []string
}

// Index writes a page with a drawing of each run, and a filter. It works without the filter's script, which is the only
// one that it lets run.
func Index(w io.Writer, entries []Entry) error {
	script := pageText("filter.js")
	sum := sha256.Sum256([]byte(script))
	page := indexPage{Script: template.JS(script), Policy: "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"}
	for i, e := range entries {
		if e.Match && e.Skipped == "" {
			page.Matched++
		}
		page.Entries = append(page.Entries, e.onIndex(fmt.Sprintf("run%d", i)))
	}
	return execute(w, "index.html.tmpl", page)
}

// mostIndexArrows is how many packets of a run are drawn on an index.
const mostIndexArrows = 14

func (e Entry) onIndex(id string) indexEntry {
	out := indexEntry{Record: e.Record, Page: e.Page, Status: e.Record.Status(), StatusClass: strings.ToLower(e.Record.Status()), Ended: ended(e.Client.Outcome)}
	out.Words = strings.ToLower(strings.Join([]string{e.Scenario, e.Title, e.Verdict, out.Status, e.Engine, e.Family.String(), e.Client.Program, out.Ended}, " "))
	if p := e.Phase(harness.Observe); p != nil && p.traces != nil {
		l := e.Ladder(p)
		d := l.Brief(mostIndexArrows).draw(id, e.Scenario)
		out.Drawing, out.Losses = &d, l.Losses()
	}
	return out
}
