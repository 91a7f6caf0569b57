package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/ladder"
)

// HTML writes the page.
func (d *DiagnosisPage) HTML(w io.Writer) error { return DiagnosisPages{d}.HTML(w) }

// DiagnosisPages are several captures on one page.
type DiagnosisPages []*DiagnosisPage

// HTML writes all of the page or, where that fails, nothing.
func (p DiagnosisPages) HTML(w io.Writer) error {
	return executeIn(w, p.language(), "diagnosis.html.tmpl", p.page())
}

// language is that of the first capture: all have the same.
func (p DiagnosisPages) language() lang.Tag {
	if len(p) == 0 {
		return lang.English
	}
	return p[0].Language
}

// diagnosesView is what the template needs.
type diagnosesView struct {
	Title, Headline string
	Captures        []diagnosisView
}

// diagnosisView is a capture on a page.
type diagnosisView struct {
	*DiagnosisPage
	ID, Headline, Verdicts string
	Groups                 []groupView
	Healthy                groupView
	More                   int
	Servers, Clients       tableView
	Line                   *lineView
}

type groupView struct {
	ID, Verdict, Heading string
	Count                int
	Share                string // of the attempts to the server
	Drawn                []connectionView
	Listed               []connectionView
	Unlisted             int
	// AsIn is the group, before this one, whose causes are the same.
	AsIn *groupView
}

// tableView is a table of counts.
type tableView struct {
	Rows []counting
	More int
}

func tableOf(rows []counting) tableView {
	shown := min(len(rows), mostRows)
	return tableView{rows[:shown], len(rows) - shown}
}

func (p DiagnosisPages) page() diagnosesView {
	var v diagnosesView
	var all tally
	for i, d := range p {
		one := d.page(i)
		v.Captures = append(v.Captures, one)
		all.merge(d.Counts.tally)
	}
	v.Title, v.Headline = counted(len(p), "capture").In(p.language()), headlineOf(all).In(p.language())
	if len(p) == 1 {
		v.Title, v.Headline = p[0].File, v.Captures[0].Headline
	}
	return v
}

func headlineOf(t tally) lang.Message {
	c := Counts{tally: t}
	return c.Total()
}

type connectionView struct {
	*pageEntry
	Name, ClientText, ServerText, VerdictText, FirstText, Where string
	FramesText                                                  string
	Drawing                                                     *drawing
	Losses                                                      []string
}

func (d *DiagnosisPage) page(number int) diagnosisView {
	id := fmt.Sprintf("capture%d", number)
	p := diagnosisView{DiagnosisPage: d, ID: id, More: d.more, Headline: headlineOf(d.Counts.tally).In(d.Language), Verdicts: verdictCounts(d.Counts.verdicts)}
	if d.Counts.Filter.Verdicts != nil || d.Counts.left > 0 {
		p.Headline = d.Counts.brief().In(d.Language)
	}
	byCauses := map[string]int{}
	for i, g := range d.groups {
		v := g.view(fmt.Sprintf("%s-group%d", id, i), d.Language)
		first := &v.Drawn[0].Diagnosis
		if all := d.Counts.of(first); all.Attempts > g.count {
			v.Share = shareOf(g.count, all.Attempts, nounOf(first.Protocol)).In(d.Language)
		} else if g.count > 1 {
			v.Share = counted(g.count, nounOf(first.Protocol)).In(d.Language)
		}
		causes := strings.Join(first.RivalTexts(lang.English), "\n")
		if at, known := byCauses[causes]; known && causes != "" {
			v.AsIn = &p.Groups[at]
		} else {
			byCauses[causes] = i
		}
		p.Groups = append(p.Groups, v)
	}
	p.Healthy = d.healthy.view(id+"-healthy", d.Language)
	if d.Counts.tally.failed() > 0 && d.Counts.tally.total() > 1 {
		p.Servers, p.Clients = tableOf(d.Counts.byServer()), tableOf(d.Counts.byClient())
		p.Line = d.Counts.line.view(d.Language)
	}
	return p
}

func (g *pageGroup) view(id string, tag lang.Tag) groupView {
	v := groupView{ID: id, Count: g.count, Unlisted: g.count - len(g.drawn) - len(g.listed)}
	for i, c := range g.drawn {
		v.Drawn = append(v.Drawn, c.view(fmt.Sprintf("%s-%d", id, i), tag))
	}
	for _, c := range g.listed {
		v.Listed = append(v.Listed, c.view("", tag))
	}
	if len(v.Drawn) > 0 {
		v.Verdict, v.Heading = v.Drawn[0].VerdictText, v.Drawn[0].ServerText
	}
	return v
}

// view is the connection as the page shows it, with a drawing where it has an id. Labels in a drawing are the same in all languages.
func (c *pageEntry) view(id string, tag lang.Tag) connectionView {
	v := connectionView{pageEntry: c, ClientText: endText(c.Client), ServerText: serverText(&c.Diagnosis), VerdictText: verdictText(&c.Diagnosis),
		FirstText: utc(c.First)}
	v.Name = v.ClientText + " → " + v.ServerText
	v.FramesText = framesText(c.Evidence, tag)
	if c.Place != nil {
		v.Where = c.Place.Text.In(tag)
	}
	if id != "" && c.front != nil {
		l := ladder.New(c.path())
		d := draw(l.Brief(mostAlikeArrows), id, v.VerdictText+": "+v.Name)
		v.Drawing = &d
		for _, loss := range l.Losses() {
			v.Losses = append(v.Losses, loss.In(tag))
		}
	}
	return v
}
