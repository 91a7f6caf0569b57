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
	*RunRecord
}

// Ends are what an index says of all of them.
type Ends struct {
	// Summary is one line: "28 scenarios: 27 match, 1 MISMATCH (waf-resets)".
	Summary string
	// NotRun are scenarios that have no page, because their runs did not come to an end.
	NotRun []NotRun
}

// NotRun is a scenario whose run did not come to an end, and why.
type NotRun struct{ Scenario, Reason string }

// indexPage is what the template of an index needs.
type indexPage struct {
	Ends
	Entries []indexEntry
	Script  template.JS
	Policy  string
}

type indexEntry struct {
	*RunRecord
	Page, Status, StatusClass, Ended string
	// Words are what the filter looks through.
	Words   string
	Drawing *drawing
	Moral   moral
}

// Index writes a page with a table of the runs, a drawing of each, and a filter. It works without the filter's script, which is the only
// one that it lets run.
func Index(w io.Writer, entries []Entry, ends Ends) error {
	script := pageText("filter.js")
	sum := sha256.Sum256([]byte(script))
	page := indexPage{Ends: ends, Script: template.JS(script), Policy: "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"}
	for i, e := range entries {
		page.Entries = append(page.Entries, e.onIndex(fmt.Sprintf("run%d", i)))
	}
	return execute(w, "index.html.tmpl", page)
}

// mostIndexArrows is how many packets of a run are drawn on an index.
const mostIndexArrows = 14

func (e Entry) onIndex(id string) indexEntry {
	out := indexEntry{RunRecord: e.RunRecord, Page: e.Page, Status: e.RunRecord.Status(), StatusClass: strings.ToLower(e.RunRecord.Status()), Ended: ended(e.Client.Outcome).English}
	out.Words = strings.ToLower(strings.Join([]string{e.Scenario, e.Title, e.Verdict, out.Status, e.Engine, e.Family.String(), e.Client.Program, out.Ended}, " "))
	if p := e.Phase(harness.Observe); p != nil && p.traces != nil {
		l := e.Ladder(p)
		d := draw(l.Brief(mostIndexArrows), id, e.Scenario)
		out.Drawing, out.Moral = &d, e.moralOf(p, &l)
	}
	return out
}
