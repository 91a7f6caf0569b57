package report

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// DiagnosisText tells people what was found in a capture: failures that look alike are told once.
type DiagnosisText struct {
	// File is the capture.
	File string
	// Counts have the filter, and count what [DiagnosisText.Add] takes in.
	Counts Counts
	// Style says whether verdicts have colours.
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
	later   int    // handshakes with the same server that succeeded after the first of these failed
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
	fmt.Fprintf(&b, "%s: %s\n", p.File, p.Counts.Summary(stats))
	p.order = p.sweeps.fold(p.order)
	slices.SortStableFunc(p.order, func(a, b *told) int { return cmp.Compare(a.rank(), b.rank()) })
	for _, g := range p.order {
		g.write(&b, p)
	}
	if p.more > 0 {
		fmt.Fprintf(&b, "\n  and %d more to other servers: --host, --port and --verdict narrow it down\n", p.more)
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

// Summary is the first line of what is said of a capture; stats are those of the whole capture.
func (c *Counts) Summary(stats diagnose.Stats) string {
	text := c.sentence(stats)
	if c.left > 0 {
		text += fmt.Sprintf("; left out: %d more", c.left)
	}
	return text
}

func (c *Counts) sentence(stats diagnose.Stats) string {
	switch {
	case c.tally.total() == 0 && stats.TCP+stats.Echoes+stats.Messages == 0:
		return withoutTraffic(stats)
	case c.tally.total() == 0 && stats.Echoes+stats.Messages == 0:
		return fmt.Sprintf("no connection that was asked for in %s", counted(stats.Packets, "packet"))
	case c.tally.total() == 0:
		return fmt.Sprintf("no connection, ping or lookup that was asked for in %s", counted(stats.Packets, "packet"))
	case c.Filter.Verdicts != nil:
		return fmt.Sprintf("%s %s (%s)", c.asked.failures(), c.isAsked(), verdictCounts(c.verdicts))
	case c.tally.failed() == 0:
		return fmt.Sprintf("%s in %s, none failed (%s)", c.tally, counted(stats.Packets, "packet"), verdictCounts(c.verdicts))
	}
	return fmt.Sprintf("%s failed (%s)", c.tally.failures(), verdictCounts(c.verdicts))
}

// brief is the summary without verdicts.
func (c *Counts) brief() string {
	text := c.tally.failures() + " failed"
	if c.Filter.Verdicts != nil {
		text = c.asked.failures() + " " + c.isAsked()
	}
	if c.left > 0 {
		text += fmt.Sprintf("; left out: %d more", c.left)
	}
	return text
}

// isAsked is "are no-answer or refused".
func (c *Counts) isAsked() string {
	var names []string
	for _, v := range c.Filter.Verdicts {
		names = append(names, string(v))
	}
	is := "are "
	if c.tally.total() == 1 {
		is = "is "
	}
	return is + strings.Join(names, " or ")
}

// withoutTraffic is what a capture says in which there is nothing to diagnose. It is an answer: a program that captures at
// a place that a packet never reaches writes the head of its file and nothing else.
func withoutTraffic(stats diagnose.Stats) string {
	const meaning = "reached here, if the capture ran at the time"
	if stats.Packets == 0 {
		return "holds no packet: nothing of this " + meaning
	}
	packets := counted(stats.Packets, "packet")
	switch unread := nothingDecoded(stats); {
	case unread == "":
		return fmt.Sprintf("no TCP and no ping in %s: none %s", packets, meaning)
	case len(stats.Inventory.Opaque()) == 0 && stats.Inventory.Unread[0].Obstacle != wire.ObstacleLink:
		return fmt.Sprintf("no TCP and no ping in %s (%s): none %s", packets, unread, meaning)
	default:
		return fmt.Sprintf("no TCP and no ping could be read in %s: %s", packets, unread)
	}
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
	fmt.Fprintf(b, "\n  %s: %s%s\n    %s\n", p.Style.verdict(d), g.who(all), serverText(d), d.Summary)
	writeNotes(b, d)
	if g.later > 0 && all.regularity() != Intermittent {
		accepted := "the server accepted " + counted(g.later, "connection")
		switch g.key.protocol {
		case diagnose.ICMP:
			accepted = "the host answered " + counted(g.later, "ping")
		case diagnose.DNS:
			accepted = "the server answered " + counted(g.later, "lookup")
		}
		fmt.Fprintf(b, "    note: after %s %s\n", counted(g.count, "failure"), accepted)
	}
	if text := all.sentence(serverKey{d.Server, nounOf(d.Protocol)}); text != "" {
		fmt.Fprintf(b, "    note: %s\n", text)
	}
	fmt.Fprintf(b, "    since %s; frames %s\n", utc(d.First), framesText(d.Evidence))
	writeAdvice(b, d)
	writeFilter(b, d, g.count)
}

// writeFilter tells how Wireshark shows the packets: of the first, where there are several.
func writeFilter(b *strings.Builder, d *diagnose.Diagnosis, of int) {
	if d.DisplayFilter() == "" {
		return
	}
	which := ""
	if of > 1 {
		which = " (the first)"
	}
	fmt.Fprintf(b, "    in Wireshark%s: %s\n", which, d.DisplayFilter())
}

// DiagnosisHeading is the verdict and the two ends: "refused: 198.51.100.10:40000 -> 203.0.113.10:8080".
func DiagnosisHeading(d *diagnose.Diagnosis) string {
	return fmt.Sprintf("%s: %s -> %s", verdictText(d), endText(d.Client), serverText(d))
}

// WriteDiagnosis tells of one attempt, as the text of a capture does.
func WriteDiagnosis(out io.Writer, d *diagnose.Diagnosis) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n    %s\n", DiagnosisHeading(d), d.Summary)
	writeNotes(&b, d)
	fmt.Fprintf(&b, "    since %s; frames %s\n", utc(d.First), framesText(d.Evidence))
	writeAdvice(&b, d)
	writeFilter(&b, d, 1)
	_, err := io.WriteString(out, b.String())
	return err
}

// who is the client, or how many of the server's attempts these are, and their clients.
func (g *told) who(all share) string {
	noun, others := nounOf(g.key.protocol), ""
	switch {
	case all.Attempts <= 1:
		return g.clients[0] + " -> "
	case g.more:
		others = ", ..."
	}
	number := counted(g.count, noun)
	if all.Attempts > g.count {
		number = fmt.Sprintf("%d of %s", g.count, counted(all.Attempts, noun))
	}
	return fmt.Sprintf("%s (%s%s) -> ", number, strings.Join(g.clients, ", "), others)
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
func framesText(list []diagnose.Evidence) string {
	var parts []string
	for _, e := range list {
		parts = append(parts, fmt.Sprintf("%d (%s)", e.Frame, e.What))
	}
	return strings.Join(parts, ", ")
}

func writeNotes(b *strings.Builder, d *diagnose.Diagnosis) {
	for _, note := range d.Notes {
		fmt.Fprintf(b, "    note: %s\n", note)
	}
}

// writeAdvice tells the rivals and the next steps. A single one is no rival of anything: it is the cause.
func writeAdvice(b *strings.Builder, d *diagnose.Diagnosis) {
	switch rivals := d.RivalTexts(lang.English); {
	case len(rivals) == 1 && d.Place != nil:
		fmt.Fprintf(b, "    what is left: %s\n", rivals[0])
	case len(rivals) > 0:
		fmt.Fprintf(b, "    cannot tell apart: %s\n", strings.Join(rivals, "; "))
	}
	for _, next := range d.Commands(lang.English) {
		fmt.Fprintf(b, "    next: %s\n", next)
	}
}
