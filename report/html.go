package report

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/harness"
)

//go:embed page
var pageFiles embed.FS

// templates are the pages. What comes from a run or a capture is escaped by html/template wherever it stands; besides,
// the pages forbid themselves to load or to run anything (Content-Security-Policy).
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"add":    func(a, b float64) float64 { return pixels(a + b) },
	"height": func(from, to float64) float64 { return pixels(to - from) },
	"style":  func() template.CSS { return template.CSS(pageText("style.css")) },
	"heads": func() []string {
		return []string{"syn", "synack", "ack", "data", "fin", "rst", "icmp", "echo", "neighbour"}
	},
}).ParseFS(pageFiles, "page/*.tmpl"))

func pageText(name string) string {
	text, err := pageFiles.ReadFile("page/" + name)
	if err != nil { // it is a part of the program
		panic(err)
	}
	return string(text)
}

// mostArrows is how many packets of a phase are drawn; the listing below the drawings has them all.
const mostArrows = 60

// HTML writes the run as one page that needs nothing else: no network, no script.
func HTML(w io.Writer, r *harness.Report) error { return NewRecord(r).HTML(w) }

// HTML writes the page of a run that was read back.
func (r *Record) HTML(w io.Writer) error {
	return execute(w, "run.html.tmpl", r.page())
}

// execute writes all of a page or, where that fails, nothing.
func execute(w io.Writer, name string, data any) error {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	_, err := b.WriteTo(w)
	return err
}

// runPage is what the template of a run needs.
type runPage struct {
	*Record
	Status, StatusClass, Ended string
	Scales                     string
	Panels                     []panel
	// Quiet are the panels of the checks before the fault and after it.
	Quiet        []panel
	Hosts        []PathHost
	Finding      *finding
	Commands     []string
	CounterHosts []string
	Counters     []counterRow
	Listings     []listing
	Sysctls      []listing
	Shots        []shot
}

type panel struct {
	Class, Heading, Question, Caption string
	Drawing                           drawing
	Losses                            []string
}

type counterRow struct {
	Name   string
	Values []string
}

type listing struct {
	Point, Host string
	Lines       []string
}

// shot is a picture that the client made.
type shot struct {
	Name string
	Data template.URL
}

func (r *Record) page() runPage {
	status := r.Status()
	p := runPage{Record: r, Status: status, StatusClass: strings.ToLower(status), Ended: ended(r.Client.Outcome),
		Finding: r.finding(), Commands: r.commands(), Shots: r.shots(), Sysctls: r.sysctlListings(), Scales: r.Scales()}
	for i := range r.Phases {
		if r.Phases[i].traces != nil {
			panel := r.panel(i)
			if panel.Class == "quiet" {
				p.Quiet = append(p.Quiet, panel)
				continue
			}
			p.Panels = append(p.Panels, panel)
		}
	}
	// What it is about comes first; where there is room, the style puts it between before and after.
	slices.SortStableFunc(p.Panels, func(a, b panel) int { return rankOf(a) - rankOf(b) })
	p.Hosts = LabPath(r.Topology, r.Family, clientHost, r.Target, nil, nil).Hosts
	p.CounterHosts, p.Counters = r.counterRows()
	p.Listings = r.listings()
	return p
}

func rankOf(p panel) int { return slices.Index([]string{"main", "before", "after", "check"}, p.Class) }

// headings are those of the phases that have a drawing.
var headings = map[harness.PhaseName]struct{ class, text string }{
	harness.Baseline: {"before", "Before"},
	harness.Observe:  {"main", "While the fault holds"},
	harness.Heal:     {"after", "After"},
	harness.Checking: {"check", "Check"},
}

func (r *Record) panel(i int) panel {
	phase := &r.Phases[i]
	class := headings[phase.Name].class
	if phase.Check != "" && phase.Name != harness.Checking {
		class = "quiet"
	}
	heading := r.heading(phase)
	all := r.Ladder(phase)
	l := all.Brief(mostArrows)
	return panel{Class: class, Heading: heading, Question: phase.Question, Caption: l.caption(), Losses: all.Losses(),
		Drawing: l.draw("phase"+strconv.Itoa(i), r.Scenario+": "+strings.ToLower(heading))}
}

// heading is what stands above the drawing of a phase.
func (r *Record) heading(p *PhaseRecord) string {
	text := headings[p.Name].text
	if p.Name == harness.Observe && r.Fault == (harness.NoFault{}).String() {
		text = "Nothing is broken"
	}
	if p.Check != "" {
		text += ": " + p.Check
	}
	return text
}

// caption says how time is drawn.
func (l *Ladder) caption() string {
	parts := []string{"The dotted axis stretches bursts"}
	waits := newAxis(l, 0).waits
	if len(waits) > 0 {
		parts = append(parts, "where it is solid, waits are to scale")
	}
	if slices.ContainsFunc(waits, func(s stretch) bool { return s.cut }) {
		parts = append(parts, "at ≈ it is cut short")
	}
	return strings.Join(parts, "; ") + "."
}

// Status is the run's result in one word: "match", "MISMATCH" or "skipped".
func (r *Record) Status() string { return status(r.Skipped, r.Match, r.Free) }

// commands are how to see the same again, and how to look at what was kept.
func (r *Record) commands() []string {
	family := ""
	if r.Family == harness.IPv6 {
		family = " --family 6"
	}
	list := []string{fmt.Sprintf("tcplab run %s --engine %s%s  # the whole run again", r.Scenario, r.Engine, family)}
	list = append(list, r.ByHand...)
	if r.Artifacts != "" {
		list = append(list, "wireshark run.pcapng  # all vantage points, in this folder",
			"tcplab diagnose --server server.pcapng client.pcapng")
	}
	return list
}

// counterRows are the counters that grew, those that the scenario asks for and those of firewalls and of TCP first.
func (r *Record) counterRows() ([]string, []counterRow) {
	var hosts []string
	names := map[string]bool{}
	for _, h := range r.Topology.Hosts {
		if counters, on := r.Counters[h.Name]; on {
			hosts = append(hosts, h.Name)
			for name := range counters {
				names[name] = true
			}
		}
	}
	sorted := slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		if d := counterRank(a) - counterRank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var rows []counterRow
	for _, name := range sorted {
		row := counterRow{Name: name}
		for _, host := range hosts {
			text := ""
			if n := r.Counters[host][name]; n > 0 {
				text = strconv.FormatUint(n, 10)
			}
			row.Values = append(row.Values, text)
		}
		rows = append(rows, row)
	}
	return hosts, rows
}

func counterRank(name string) int {
	for i, prefix := range []string{"firewall", "Tcp", "Icmp", "IpOut", "IpIn"} {
		if strings.HasPrefix(name, prefix) {
			return i
		}
	}
	return 9
}

func (r *Record) listings() []listing {
	p := r.Phase(harness.Observe)
	if p == nil {
		return nil
	}
	var list []listing
	for _, v := range r.Topology.VantagePoints() {
		if lines, ok := p.Packets[v.Name]; ok {
			list = append(list, listing{Point: v.Name, Lines: lines})
		}
	}
	return list
}

func (r *Record) sysctlListings() []listing {
	var list []listing
	for _, host := range slices.Sorted(maps.Keys(r.Sysctls)) {
		l := listing{Host: host}
		for _, key := range slices.Sorted(maps.Keys(r.Sysctls[host])) {
			l.Lines = append(l.Lines, key+" = "+r.Sysctls[host][key])
		}
		list = append(list, l)
	}
	return list
}

// Attach gives the record the contents of a file that the client made. Only pictures are shown.
func (r *Record) Attach(name string, contents []byte) {
	if r.attachments == nil {
		r.attachments = map[string][]byte{}
	}
	r.attachments[name] = contents
}

func (r *Record) shots() []shot {
	var list []shot
	for _, name := range slices.Sorted(maps.Keys(r.attachments)) {
		// The contents decide what is a picture, not the name.
		if contents := r.attachments[name]; bytes.HasPrefix(contents, []byte("\x89PNG\r\n\x1a\n")) {
			data := "data:image/png;base64," + base64.StdEncoding.EncodeToString(contents)
			list = append(list, shot{name, template.URL(data)})
		}
	}
	return list
}
