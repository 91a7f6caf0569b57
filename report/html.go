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
	"sync"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/ladder"
)

//go:embed page
var pageFiles embed.FS

// templates are the pages. What comes from a run or a capture is escaped by html/template wherever it stands; besides,
// the pages forbid themselves to load or to run anything (Content-Security-Policy).
var templates = parsed(lang.English)

// inKorean are the same for a page in Korean; few need one.
var inKorean = sync.OnceValue(func() *template.Template { return parsed(lang.Korean) })

// parsed are the pages in a language: "say" has a text in each, with its arguments.
func parsed(tag lang.Tag) *template.Template {
	return template.Must(template.New("").Funcs(pageFunctions).Funcs(template.FuncMap{
		"say": func(english, korean string, arguments ...any) string {
			return lang.Tell(lang.Text{English: english, Korean: korean}, arguments...).In(tag)
		},
		"in":   func(m lang.Message) string { return m.In(tag) },
		"each": func(list []lang.Message) []string { return lang.InEach(tag, list) },
		"tag":  func() lang.Tag { return tag },
	}).ParseFS(pageFiles, "page/*.tmpl"))
}

var pageFunctions = template.FuncMap{
	"add":    func(a, b float64) float64 { return pixels(a + b) },
	"height": func(from, to float64) float64 { return pixels(to - from) },
	"style":  func() template.CSS { return template.CSS(pageStyle()) },
	"heads": func() []string {
		return []string{"syn", "synack", "ack", "data", "fin", "rst", "icmp", "echo", "neighbour"}
	},
}

func pageText(name string) string {
	text, err := pageFiles.ReadFile("page/" + name)
	if err != nil { // it is a part of the program
		panic(err)
	}
	return string(text)
}

// pageStyle is the style of a page: in the colours that its reader prefers.
func pageStyle() string {
	return ":root { color-scheme: light dark; }\n" + pageText("light.css") +
		"@media (prefers-color-scheme: dark) {\n" + pageText("dark.css") + "}\n" + pageText("ladder.css") + pageText("style.css")
}

// mostArrows is how many packets of a phase are drawn; the listing below the drawings has them all.
const mostArrows = 60

// HTML writes the run as one page that needs nothing else: no network, no script.
func HTML(w io.Writer, r *harness.Report) error { return NewRecord(r).HTML(w) }

// HTML writes the page of a run that was read back.
func (r *RunRecord) HTML(w io.Writer) error {
	return execute(w, "run.html.tmpl", r.page())
}

// execute writes all of a page or, where that fails, nothing.
func execute(w io.Writer, name string, data any) error { return executeIn(w, lang.English, name, data) }

func executeIn(w io.Writer, tag lang.Tag, name string, data any) error {
	pages := templates
	if tag == lang.Korean {
		pages = inKorean()
	}
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	_, err := b.WriteTo(w)
	return err
}

// runPage is what the template of a run needs.
type runPage struct {
	*RunRecord
	Status, StatusClass, Ended string
	Scales                     string
	Panels                     []panel
	// Calm are the panels before the fault and after it, where there is one of while it holds.
	Calm []panel
	// Files are what lies in the folder of the page, Index the page about all runs, where there is one.
	Files []string
	Index string
	// Quiet are the panels of the checks before the fault and after it.
	Quiet        []panel
	Scene        []sceneHost
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
	Moral                             moral
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

func (r *RunRecord) page() runPage {
	status := r.Status()
	p := runPage{RunRecord: r, Status: status, StatusClass: strings.ToLower(status), Ended: ended(r.Client.Outcome).English,
		Commands: r.commands(), Shots: r.shots(), Sysctls: r.sysctlListings(), Scales: r.Scales()}
	for i := range r.Phases {
		if r.Phases[i].traces != nil {
			panel := r.panel(i)
			if panel.Class == "quiet" {
				p.Quiet = append(p.Quiet, panel)
				continue
			}
			if panel.Class == "before" || panel.Class == "after" {
				p.Calm = append(p.Calm, panel)
				continue
			}
			p.Panels = append(p.Panels, panel)
		}
	}
	slices.SortStableFunc(p.Panels, func(a, b panel) int { return rankOf(a) - rankOf(b) })
	if len(p.Panels) == 0 { // it did not get as far as the fault
		p.Panels, p.Calm = p.Calm, nil
	}
	p.Scene, p.Files, p.Index = r.scene(), r.files(), r.index
	p.CounterHosts, p.Counters = r.counterRows()
	p.Listings = r.listings()
	return p
}

func rankOf(p panel) int { return slices.Index([]string{"main", "before", "after", "check"}, p.Class) }

// headings are those of the phases that have a drawing.
var headings = map[harness.PhaseName]struct {
	class string
	text  lang.Text
}{
	harness.Baseline: {"before", lang.Text{English: "Before", Korean: "고장 내기 전"}},
	harness.Observe:  {"main", lang.Text{English: "While the fault holds", Korean: "장애가 있는 동안"}},
	harness.Heal:     {"after", lang.Text{English: "After", Korean: "복구한 뒤"}},
	harness.Checking: {"check", lang.Text{English: "Check", Korean: "추가 확인"}},
}

func (r *RunRecord) panel(i int) panel {
	phase := &r.Phases[i]
	class := headings[phase.Name].class
	if phase.Check != "" && phase.Name != harness.Checking {
		class = "quiet"
	}
	heading := r.heading(phase).English
	all := r.Ladder(phase)
	l := all.Brief(mostArrows)
	return panel{Class: class, Heading: heading, Question: phase.Question, Caption: caption(&l), Moral: r.moralOf(phase, &all),
		Drawing: draw(l, "phase"+strconv.Itoa(i), r.Scenario+": "+strings.ToLower(heading))}
}

// heading is what stands above the drawing of a phase.
func (r *RunRecord) heading(p *PhaseRecord) lang.Text {
	text := headings[p.Name].text
	if p.Name == harness.Observe && r.Fault == (harness.NoFault{}).String() {
		text = lang.Text{English: "Nothing is broken", Korean: "고장 난 것이 없다"}
	}
	if p.Check != "" {
		text = lang.Same("%s: %s").With(text, p.Check)
	}
	return text
}

// caption says how time is drawn.
func caption(l *ladder.Ladder) string {
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

// files are those that lie beside the page of a run that was kept: captures, and what is made of them.
func (r *RunRecord) files() []string {
	if r.Artifacts == "" {
		return nil
	}
	list := []string{"run.pcapng", "run.txt", "report.txt", "report.json"}
	for _, h := range r.Topology.Hosts {
		for i := range r.Phases {
			p := &r.Phases[i]
			if p.traces != nil && p.Name == harness.Observe && p.Check == "" && r.Counters[h.Name] != nil {
				list = append(list, h.Name+".pcapng")
			}
		}
	}
	return list
}

// Status is the run's result in one word: "match", "MISMATCH" or "skipped".
func (r *RunRecord) Status() string { return status(r.Skipped, r.Match, r.Free) }

// commands are how to see the same again, and how to look at what was kept.
func (r *RunRecord) commands() []string {
	family := ""
	if r.Family == lab.IPv6 {
		family = " --family 6"
	}
	list := []string{fmt.Sprintf("tcplab run %s --engine %s%s  # the whole run again", r.Scenario, r.Engine, family)}
	if len(r.ByHand) > 0 {
		list = append(list, fmt.Sprintf("tcplab up %s --engine %s%s  # a lab to break by hand: nothing touches this machine", r.Scenario, r.Engine, family))
		for _, command := range r.ByHand {
			list = append(list, strings.Replace(command, "tcplab exec ", "tcplab exec --lab "+r.Scenario+" ", 1))
		}
		list = append(list, "tcplab down --lab "+r.Scenario)
	}
	if r.Artifacts != "" {
		list = append(list, "wireshark run.pcapng  # all vantage points, in this folder",
			"tcplab diagnose --server server.pcapng client.pcapng")
	}
	return list
}

// counterRows are the counters that grew, those that the scenario asks for and those of firewalls and of TCP first.
func (r *RunRecord) counterRows() ([]string, []counterRow) {
	var hosts []string
	names := map[string]bool{}
	for _, h := range r.Topology.Hosts {
		if counters, on := r.Counters[h.Name]; on {
			hosts = append(hosts, h.Name)
			for name := range counters {
				if !r.isOfOtherFamily(name) {
					names[name] = true
				}
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

// isOfOtherFamily reports whether a counter is of the family of addresses that the run is not about.
func (r *RunRecord) isOfOtherFamily(name string) bool {
	isIPv6 := strings.HasPrefix(name, "Ip6") || strings.HasPrefix(name, "Icmp6") || strings.HasPrefix(name, "Udp6")
	isIPv4 := strings.HasPrefix(name, "Ip") || strings.HasPrefix(name, "Icmp")
	if r.Family == lab.IPv6 {
		return isIPv4 && !isIPv6 && !strings.HasPrefix(name, "IpExt")
	}
	return isIPv6
}

func counterRank(name string) int {
	for i, prefix := range []string{"firewall", "Tcp", "Icmp", "IpOut", "IpIn"} {
		if strings.HasPrefix(name, prefix) {
			return i
		}
	}
	return 9
}

func (r *RunRecord) listings() []listing {
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

func (r *RunRecord) sysctlListings() []listing {
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
func (r *RunRecord) Attach(name string, contents []byte) {
	if r.attachments == nil {
		r.attachments = map[string][]byte{}
	}
	r.attachments[name] = contents
}

func (r *RunRecord) shots() []shot {
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
