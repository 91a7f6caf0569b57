package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// printer shows the attempts of one capture.
type printer interface {
	add(*diagnose.Attempt)
	close(diagnose.Stats) error
}

func newPrinter(out io.Writer, name string, asJSON bool) printer {
	if asJSON {
		w := bufio.NewWriter(out)
		return &jsonPrinter{w: w, encoder: newEncoder(w), file: name}
	}
	return &textPrinter{out: out, file: name, counts: map[diagnose.Verdict]int{}, groups: map[groupKey]*group{}, byHost: map[netip.AddrPort]*group{}}
}

func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

// The names of these fields are stable.
type attemptJSON struct {
	File         string         `json:"file"`
	Protocol     string         `json:"protocol"`
	Client       string         `json:"client"`
	Server       string         `json:"server"`
	First        json.Number    `json:"first"`
	Packets      int64          `json:"packets"`
	Verdict      string         `json:"verdict"`
	Ending       string         `json:"ending,omitempty"`
	Inconclusive bool           `json:"inconclusive,omitempty"`
	Summary      string         `json:"summary"`
	Evidence     []evidenceJSON `json:"evidence"`
	Notes        []string       `json:"notes,omitempty"`
	Rivals       []string       `json:"rivals"`
	Next         []string       `json:"next"`
	Where        *whereJSON     `json:"where,omitempty"`
	Echo         *echoJSON      `json:"echo,omitempty"`
}

// echoJSON is what became of the requests of a ping.
type echoJSON struct {
	ID       uint16 `json:"id"`
	Requests int64  `json:"requests"`
	Answered int64  `json:"answered"`
	Rejected int64  `json:"rejected"`
	Lost     int64  `json:"lost"`
	Pending  int64  `json:"pending"`
}

type evidenceJSON struct {
	Frame int64  `json:"frame"`
	What  string `json:"what"`
}

func newAttemptJSON(file string, a *diagnose.Attempt) attemptJSON {
	e := a.Explain()
	j := attemptJSON{File: file, Protocol: string(a.Protocol()), Client: a.Client().String(), Server: a.Server().String(), First: epochSeconds(a.First()),
		Packets: a.Packets(), Verdict: string(a.Verdict), Ending: string(a.Ending), Inconclusive: a.Inconclusive,
		Summary: e.Summary, Evidence: []evidenceJSON{}, Notes: e.Notes, Rivals: orEmpty(e.Rivals), Next: orEmpty(e.Next)}
	for _, v := range e.Evidence {
		j.Evidence = append(j.Evidence, evidenceJSON(v))
	}
	if echo, ok := a.Echo(); ok {
		e := echoJSON(echo)
		j.Echo, j.Client, j.Server = &e, a.Client().Addr().String(), a.Server().Addr().String()
	}
	return j
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// epochSeconds is a time in seconds with as many digits as the capture has: six, or nine.
func epochSeconds(t time.Time) json.Number {
	if ns := t.Nanosecond(); ns%1000 != 0 {
		return json.Number(fmt.Sprintf("%d.%09d", t.Unix(), ns))
	}
	return json.Number(fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000))
}

type jsonPrinter struct {
	w       *bufio.Writer
	encoder *json.Encoder
	file    string
	err     error
}

func (p *jsonPrinter) add(a *diagnose.Attempt) {
	if p.err == nil {
		p.err = p.encoder.Encode(newAttemptJSON(p.file, a))
	}
}

func (p *jsonPrinter) close(diagnose.Stats) error {
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

// textPrinter tells people: failures that look alike are told once.
type textPrinter struct {
	out    io.Writer
	file   string
	tally  tally
	counts map[diagnose.Verdict]int
	groups map[groupKey]*group
	order  []*group
	byHost map[netip.AddrPort]*group // the groups of handshakes that failed
	more   int                       // failures that no group could be made for
}

// groupKey is what failures have in common that are told as one.
type groupKey struct {
	protocol        diagnose.Protocol
	verdict, ending diagnose.Verdict
	server          netip.AddrPort
}

// group is failures that look alike; the first one stands for all.
type group struct {
	key     groupKey
	count   int
	clients []string
	first   time.Time
	more    bool // there are more clients than are named
	later   int  // handshakes with the same server that succeeded after the first of these failed
	explanation
}

type explanation = diagnose.Explanation

// What is shown at most: a scan has as many servers as it likes.
const (
	maxGroups  = 200
	maxClients = 3
)

func (p *textPrinter) add(a *diagnose.Attempt) {
	p.tally.add(a.Protocol(), a.Failed())
	p.counts[a.Verdict]++
	p.recover(a)
	if !a.Failed() && a.Verdict != diagnose.HalfClosed && a.Verdict != diagnose.OneSided && !a.Lossy() {
		return
	}
	key := groupKey{a.Protocol(), a.Verdict, a.Ending, a.Server()}
	g := p.groups[key]
	if g == nil {
		if len(p.groups) >= maxGroups {
			p.more++
			return
		}
		g = &group{key: key, first: a.First(), explanation: a.Explain()}
		p.groups[key] = g
		p.order = append(p.order, g)
		if neverBegan(a.Verdict) {
			p.byHost[key.server] = g
		}
	}
	g.count++
	if len(g.clients) < maxClients {
		g.addClient(endText(a.Client()))
	} else {
		g.more = true
	}
}

// addClient names a client once: each of its pings has an identifier of its own, but no port.
func (g *group) addClient(client string) {
	if !slices.Contains(g.clients, client) {
		g.clients = append(g.clients, client)
	}
}

// neverBegan reports whether the handshake itself failed.
func neverBegan(v diagnose.Verdict) bool {
	return v == diagnose.Refused || v == diagnose.Rejected || v == diagnose.NoAnswer || v == diagnose.SYNACKUnanswered
}

// recover notes that a server which failed before has accepted a connection: a client that tries again, each time from
// another port, makes another attempt each time.
func (p *textPrinter) recover(a *diagnose.Attempt) {
	began := !neverBegan(a.Verdict) && a.Verdict != diagnose.OneSided && a.Verdict != diagnose.Midstream
	if g := p.byHost[a.Server()]; g != nil && g.key.protocol == a.Protocol() && began && a.First().After(g.first) {
		g.later++
	}
}

func (p *textPrinter) close(stats diagnose.Stats) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", p.file, p.summary(stats))
	slices.SortStableFunc(p.order, func(a, b *group) int { return cmp.Compare(rank(a), rank(b)) })
	for _, g := range p.order {
		g.write(&b)
	}
	if p.more > 0 {
		fmt.Fprintf(&b, "\n  and %d more to other servers: --host, --port and --verdict narrow it down\n", p.more)
	}
	_, err := io.WriteString(p.out, b.String())
	return err
}

// rank puts failures before what is merely odd.
func rank(g *group) int {
	if g.key.verdict.Failed() || g.key.ending.Failed() {
		return 0
	}
	return 1
}

func (p *textPrinter) summary(stats diagnose.Stats) string {
	switch {
	case p.tally.total() == 0 && stats.TCP+stats.Echoes == 0:
		return withoutTraffic(stats)
	case p.tally.total() == 0 && stats.Echoes == 0:
		return fmt.Sprintf("no connection that was asked for in %s", counted(stats.Packets, "packet"))
	case p.tally.total() == 0:
		return fmt.Sprintf("no connection or ping that was asked for in %s", counted(stats.Packets, "packet"))
	case p.tally.failed() == 0:
		return fmt.Sprintf("%s in %s, none failed (%s)", p.tally, counted(stats.Packets, "packet"), p.verdicts())
	}
	return fmt.Sprintf("%s failed (%s)", p.tally.failures(), p.verdicts())
}

// withoutTraffic is what a capture says in which there is nothing to diagnose. It is an answer: a program that captures at
// a place that a packet never reaches writes the head of its file and nothing else.
func withoutTraffic(stats diagnose.Stats) string {
	const meaning = "reached here, if the capture ran at the time"
	if stats.Packets == 0 {
		return "holds no packet: nothing of this " + meaning
	}
	return fmt.Sprintf("no TCP and no ping in %s: none %s", counted(stats.Packets, "packet"), meaning)
}

// verdicts counts them: "12 ok, 2 refused".
func (p *textPrinter) verdicts() string {
	var parts []string
	for _, v := range diagnose.Verdicts() {
		if n := p.counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(parts, ", ")
}

func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// write tells of a group: what was seen, where, what it may be, and what to do.
func (g *group) write(b *strings.Builder) {
	name := string(g.key.verdict)
	if g.key.ending != "" {
		name += ", " + string(g.key.ending)
	}
	fmt.Fprintf(b, "\n  %s: %s%s\n", name, g.who(), endText(g.key.server))
	fmt.Fprintf(b, "    %s\n", g.Summary)
	for _, note := range g.Notes {
		fmt.Fprintf(b, "    note: %s\n", note)
	}
	if g.later > 0 {
		accepted := "the server accepted " + counted(int64(g.later), "connection")
		if g.key.protocol == diagnose.ICMP {
			accepted = "the host answered " + counted(int64(g.later), "ping")
		}
		fmt.Fprintf(b, "    note: after %s %s\n", counted(int64(g.count), "failure"), accepted)
	}
	fmt.Fprintf(b, "    since %s; frames %s\n", g.first.Format("2006-01-02 15:04:05.000000"), g.frames())
	if len(g.Rivals) > 0 {
		fmt.Fprintf(b, "    cannot tell apart: %s\n", strings.Join(g.Rivals, "; "))
	}
	for _, next := range g.Next {
		fmt.Fprintf(b, "    next: %s\n", next)
	}
}

func (g *group) who() string {
	if g.count == 1 {
		return g.clients[0] + " -> "
	}
	return fmt.Sprintf("%s (%s%s) -> ", counted(int64(g.count), nounOf(g.key.protocol)), strings.Join(g.clients, ", "), g.others())
}

func (g *group) others() string {
	if g.more {
		return ", ..."
	}
	return ""
}

// endText leaves out the port where there is none.
func endText(end netip.AddrPort) string {
	if end.Port() == 0 {
		return end.Addr().String()
	}
	return end.String()
}

// frames names the evidence of the first of the group: "1 SYN, 2 RST of the server".
func (g *group) frames() string {
	var parts []string
	for _, e := range g.Evidence {
		parts = append(parts, fmt.Sprintf("%d (%s)", e.Frame, e.What))
	}
	return strings.Join(parts, ", ")
}
