package report

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// DiagnosisText tells people what was found in a capture: failures that look alike are told once.
type DiagnosisText struct {
	// File is the capture.
	File string
	// Counts have the filter, and count what [DiagnosisText.Add] takes in.
	Counts Counts
	// Style says whether verdicts have colours, and in which language it is told.
	Style Style

	groups map[alike]*told
	order  []*told
	byHost map[netip.AddrPort]*told // the groups of handshakes that failed
	sweeps sweeps
	more   int // failures that no group could be made for
}

// alike is what failures have in common that are told as one.
type alike struct {
	protocol        diagnose.Subject
	verdict, ending diagnose.Verdict
	server          netip.AddrPort
	lost            diagnose.Loss // where two captures tell
	like            diagnose.Likeness
}

// told is failures that look alike; the first one stands for all.
type told struct {
	key     alike
	count   int
	clients []string
	first   diagnose.Diagnosis
	more    bool   // there are more clients than are named
	mixed   bool   // they are of several hosts
	sweep   *sweep // nil: it is not the first of one
	names   nameList
	later   int // handshakes with the same server that succeeded after the first of these failed
}

// What is shown at most: a scan has as many servers as it likes.
const (
	maxGroups  = 200
	maxClients = 3
)

// Add takes in an attempt. Its diagnosis is asked for only where it is told.
func (p *DiagnosisText) Add(a *diagnose.Judged) {
	if p.groups == nil {
		p.groups, p.byHost, p.sweeps = map[alike]*told{}, map[netip.AddrPort]*told{}, sweeps{}
	}
	isLookedAt, isTold := p.Counts.add(factOf(a))
	if isLookedAt {
		p.recover(a)
	}
	if !isTold || !a.Failed() && a.Verdict != diagnose.HalfClosed && a.Verdict != diagnose.OneSided && !a.Lossy() && !a.Noteworthy() {
		return
	}
	key := alike{protocol: a.Protocol(), verdict: a.Verdict, ending: a.Ending, server: a.Server(), like: a.Likeness()}
	g := p.groups[key]
	if g == nil {
		if a.Failed() && p.sweeps.takes(key, a.Client().Addr()) {
			return
		}
		if len(p.groups) >= maxGroups {
			p.more++
			return
		}
		g = &told{key: key, first: a.Diagnosis()}
		p.groups[key] = g
		p.order = append(p.order, g)
		if a.Failed() {
			p.sweeps.begin(g, a.Client().Addr())
		}
		if neverBegan(a.Verdict) {
			p.byHost[key.server] = g
		}
	}
	g.count++
	g.mixed = g.mixed || a.Client().Addr() != g.first.Client.Addr()
	g.addClient(endText(a.Client()))
	g.names.add(a)
}

// addClient names a client once: each of its pings has an identifier of its own, but no port.
func (g *told) addClient(client string) {
	switch {
	case len(g.clients) >= maxClients:
		g.more = true
	case !slices.Contains(g.clients, client):
		g.clients = append(g.clients, client)
	}
}

// neverBegan reports whether the handshake itself failed.
func neverBegan(v diagnose.Verdict) bool {
	return v == diagnose.Refused || v == diagnose.Rejected || v == diagnose.NoAnswer || v == diagnose.SYNACKUnanswered
}

// recover notes that a server which failed before has accepted a connection: a client that tries again, each time from
// another port, makes another attempt each time.
func (p *DiagnosisText) recover(a *diagnose.Judged) {
	began := !neverBegan(a.Verdict) && a.Verdict != diagnose.OneSided && a.Verdict != diagnose.Midstream
	if g := p.byHost[a.Server()]; g != nil && g.key.protocol == a.Protocol() && began && a.First().After(g.first.First) {
		g.later++
	}
}

// Write writes what was found; stats are those of the whole capture.
func (p *DiagnosisText) Write(out io.Writer, stats diagnose.Stats) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", p.File, p.Counts.Summary(stats).In(p.Style.Language))
	p.order = p.sweeps.fold(p.order)
	slices.SortStableFunc(p.order, func(a, b *told) int { return cmp.Compare(a.rank(), b.rank()) })
	for _, g := range p.order {
		g.write(&b, p)
	}
	if p.more > 0 {
		p.Style.tell(&b, lang.Text{English: "\n  and %d more to other servers: --host, --port and --verdict narrow it down\n",
			Korean: "\n  그 밖에 다른 서버로 가는 것 %d개: --host, --port, --verdict로 좁힌다\n"}, p.more)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// rank puts failures before what is merely odd.
func (g *told) rank() int {
	if g.key.verdict.Failed() || g.key.ending.Failed() {
		return 0
	}
	return 1
}

// verdictCounts is "12 ok, 2 refused".
func verdictCounts(counts map[diagnose.Verdict]int) string {
	var parts []string
	for _, v := range diagnose.Verdicts() {
		if n := counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(parts, ", ")
}

// write tells of a group: what was seen, where, what it may be, and what to do.
func (g *told) write(b *strings.Builder, p *DiagnosisText) {
	if g.sweep != nil {
		g.writeSweep(b, p.Style)
		return
	}
	d, all := &g.first, p.Counts.of(&g.first)
	fmt.Fprintf(b, "\n  %s: %s%s\n    %s\n", p.Style.verdict(d), g.who(all).In(p.Style.Language), serverText(d), d.Summary.In(p.Style.Language))
	if names := g.names.sentence(); !names.IsEmpty() {
		p.Style.writeNotes(b, []lang.Message{names})
	}
	p.Style.writeNotes(b, d.Notes)
	if g.later > 0 && all.regularity() != Intermittent {
		p.Style.writeNotes(b, []lang.Message{g.recovered()})
	}
	if text := all.sentence(serverKey{d.Server, nounOf(d.Protocol)}); !text.IsEmpty() {
		p.Style.writeNotes(b, []lang.Message{text})
	}
	p.Style.writeRest(b, d, g.count)
}

// recovered tells of a server that took up its service after it had failed.
func (g *told) recovered() lang.Message {
	failures := counted(g.count, "failure")
	switch g.key.protocol {
	case diagnose.ICMP:
		return lang.Tell(lang.Text{English: "after %s the host answered %s", Korean: "%s 뒤에 호스트가 %s에 응답했다"}, failures, counted(g.later, nounPing))
	case diagnose.DNS:
		return lang.Tell(lang.Text{English: "after %s the server answered %s", Korean: "%s 뒤에 서버가 %s에 응답했다"}, failures, counted(g.later, nounLookup))
	}
	return lang.Tell(lang.Text{English: "after %s the server accepted %s", Korean: "%s 뒤에 서버가 받아들인 것: %s"}, failures, counted(g.later, nounConnection))
}

// writeRest tells since when, by which frames, what it may be, and how Wireshark shows it.
func (s Style) writeRest(b *strings.Builder, d *diagnose.Diagnosis, of int) {
	s.tell(b, lang.Text{English: "    since %s; frames %s\n", Korean: "    시작 %s; 프레임 %s\n"}, utc(d.First), framesText(d.Evidence, s.Language))
	s.writeAdvice(b, d)
	s.writeFilter(b, d, of)
}

// tell writes a text in the language of the style.
func (s Style) tell(b *strings.Builder, text lang.Text, arguments ...any) {
	b.WriteString(text.Format(s.Language, arguments...))
}

// writeFilter tells how Wireshark shows the packets: of the first, where there are several.
func (s Style) writeFilter(b *strings.Builder, d *diagnose.Diagnosis, of int) {
	switch filter := d.DisplayFilter(); {
	case filter == "":
	case of > 1:
		s.tell(b, lang.Text{English: "    in Wireshark (the first): %s\n", Korean: "    Wireshark에서(첫 번째): %s\n"}, filter)
	default:
		s.tell(b, lang.Text{English: "    in Wireshark: %s\n", Korean: "    Wireshark에서: %s\n"}, filter)
	}
}

// DiagnosisHeading is the verdict and the two ends: "refused: 198.51.100.10:40000 -> 203.0.113.10:8080".
func DiagnosisHeading(d *diagnose.Diagnosis) string {
	return fmt.Sprintf("%s: %s -> %s", verdictText(d), endText(d.Client), serverText(d))
}

// WriteDiagnosis tells of one attempt, as the text of a capture does.
func (s Style) WriteDiagnosis(out io.Writer, d *diagnose.Diagnosis) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n    %s\n", DiagnosisHeading(d), d.Summary.In(s.Language))
	s.writeNotes(&b, d.Notes)
	s.writeRest(&b, d, 1)
	_, err := io.WriteString(out, b.String())
	return err
}

// who is the client, or how many of the server's attempts these are, and their clients.
func (g *told) who(all share) lang.Message {
	noun, others := nounOf(g.key.protocol), ""
	switch {
	case all.Attempts <= 1:
		return lang.Tell(lang.Same("%s -> "), g.clients[0])
	case g.more:
		others = ", ..."
	}
	number := counted(g.count, noun)
	if all.Attempts > g.count {
		number = shareOf(g.count, all.Attempts, noun)
	}
	return lang.Tell(lang.Same("%s (%s%s) -> "), number, strings.Join(g.clients, ", "), others)
}

// verdict is in red where something failed, and in green where nothing did.
func (s Style) verdict(d *diagnose.Diagnosis) string {
	class := "good"
	if d.Failed {
		class = "cross"
	}
	return s.paint(class, verdictText(d))
}

// verdictText is the verdict, and the ending where that is another.
func verdictText(d *diagnose.Diagnosis) string {
	if d.Ending != "" {
		return string(d.Verdict) + ", " + string(d.Ending)
	}
	return string(d.Verdict)
}

// framesText names the evidence: "1 (SYN), 2 (RST of the server)".
func framesText(list []diagnose.Evidence, tag lang.Tag) string {
	var parts []string
	for _, e := range list {
		parts = append(parts, fmt.Sprintf("%d (%s)", e.Frame, e.What.In(tag)))
	}
	return strings.Join(parts, ", ")
}

func (s Style) writeNotes(b *strings.Builder, list []lang.Message) {
	for _, note := range list {
		s.tell(b, lang.Text{English: "    note: %s\n", Korean: "    참고: %s\n"}, note)
	}
}

// writeAdvice tells the rivals and the next steps. A single one is no rival of anything: it is the cause.
func (s Style) writeAdvice(b *strings.Builder, d *diagnose.Diagnosis) {
	switch rivals := d.RivalTexts(s.Language); {
	case len(rivals) == 1 && d.Place != nil:
		s.tell(b, lang.Text{English: "    what is left: %s\n", Korean: "    남은 원인: %s\n"}, rivals[0])
	case len(rivals) > 0:
		s.tell(b, lang.Text{English: "    cannot tell apart: %s\n", Korean: "    구별할 수 없는 원인: %s\n"}, strings.Join(rivals, "; "))
	}
	for _, next := range d.Commands(s.Language) {
		s.tell(b, lang.Text{English: "    next: %s\n", Korean: "    다음: %s\n"}, next)
	}
}
