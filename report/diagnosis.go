package report

import (
	"net/netip"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
	"github.com/tcplab/tcplab/wire/ladder"
)

// DiagnosisPage is what was found in a capture, or in two of the same connections, for a page. It is bounded: of failures
// that look alike some are drawn and the others are listed, and of what is healthy no more is kept than a page can show.
type DiagnosisPage struct {
	// File is the capture, Server the one from the server's side, empty where there is none.
	File, Server string
	// Pieces are the files with what follows of the same capture.
	Pieces []string
	// Counts have the filter, and count what [DiagnosisPage.Add] takes in.
	Counts Counts
	// Packets is how many the capture has.
	Packets int64
	// Notes are sentences on the captures as a whole: damage, clocks that differ.
	Notes []lang.Message
	// Language is that of the page; the zero value is English.
	Language lang.Tag

	groups  []*pageGroup
	byKey   map[alike]*pageGroup
	healthy pageGroup
	more    int // failures that no group could be made for
	offset  time.Duration
}

// The bounds of a page.
const (
	mostGroups      = 60
	drawnPerGroup   = 2
	listedPerGroup  = 100
	drawnHealthy    = 4
	listedHealthy   = 1000
	mostAlikeArrows = 30
)

// pageEntry is a diagnosis on a page, with the packets that are drawn of it.
type pageEntry struct {
	diagnose.Diagnosis
	front, behind *wire.Trace
}

// pageGroup is attempts that look alike.
type pageGroup struct {
	count         int
	drawn, listed []*pageEntry
}

// Add takes in an attempt. Its diagnosis is asked for only where it is kept: most are healthy.
func (d *DiagnosisPage) Add(a *diagnose.Judged) {
	d.Counts.Thorough = true
	if !d.Counts.Add(a) {
		return
	}
	d.add(alike{protocol: a.Protocol(), verdict: a.Verdict, ending: a.Ending, server: a.Server(), like: a.Likeness()}, a.Failed(), a.Diagnosis)
}

// AddJoined takes in what two captures tell.
func (d *DiagnosisPage) AddJoined(j *JoinedAttempt) {
	if j.Clocks.Known {
		d.offset = j.Clocks.Offset
	}
	if text := j.clockText(); !text.IsEmpty() {
		words := text.Words()
		words.English = strings.ToUpper(words.English[:1]) + words.English[1:]
		d.Notes = append(d.Notes, lang.Tell(lang.Same("%s."), words))
	}
	d.Counts = j.Counts
	for _, one := range j.Diagnoses {
		d.add(alike{one.Protocol, one.Verdict, one.Ending, one.Server, one.Place.Lost, one.Likeness}, one.Failed, func() diagnose.Diagnosis { return one })
	}
}

func (d *DiagnosisPage) add(key alike, failed bool, diagnosis func() diagnose.Diagnosis) {
	if d.byKey == nil {
		d.byKey = map[alike]*pageGroup{}
	}
	if !failed {
		d.healthy.add(diagnosis, drawnHealthy, listedHealthy)
		return
	}
	g := d.byKey[key]
	switch {
	case g == nil && len(d.groups) == mostGroups:
		d.more++
		return
	case g == nil:
		g = &pageGroup{}
		d.byKey[key] = g
		d.groups = append(d.groups, g)
	}
	g.add(diagnosis, drawnPerGroup, listedPerGroup)
}

func (g *pageGroup) add(diagnosis func() diagnose.Diagnosis, drawn, listed int) {
	g.count++
	list := &g.drawn
	if len(g.drawn) == drawn {
		list = &g.listed
	}
	if len(g.drawn) < drawn || len(g.listed) < listed {
		*list = append(*list, &pageEntry{Diagnosis: diagnosis()})
	}
}

// drawn are the connections that the page draws: their packets are wanted.
func (d *DiagnosisPage) drawn() []*pageEntry {
	var list []*pageEntry
	for _, g := range d.groups {
		list = append(list, g.drawn...)
	}
	return append(list, d.healthy.drawn...)
}

// Collectors return what gathers the packets of the attempts that are drawn, one for each capture: give every packet to
// [Collector.Add], in the order of the capture.
func (d *DiagnosisPage) Collectors() (client, server *Collector) {
	client, server = newCollector("client", 0), newCollector("server", d.offset)
	for _, c := range d.drawn() {
		if c.Lookup != nil { // told in words
			continue
		}
		client.want(flowOfDiagnosis(&c.Diagnosis), c.First, func(t *wire.Trace) { c.front = t })
		switch p := c.Place; {
		case p != nil && p.Found:
			echo := c.Protocol == diagnose.ICMP
			server.want(FlowID{p.Client, p.Server, echo, p.EchoID}, time.Time{}, func(t *wire.Trace) { c.behind = t })
		case p.Missing():
			c.behind = &wire.Trace{Point: "server"}
		}
	}
	return client, server
}

func flowOfDiagnosis(d *diagnose.Diagnosis) FlowID {
	f := FlowID{Client: d.Client, Server: d.Server}
	if d.Echo != nil {
		f.Echo, f.EchoID = true, d.Echo.ID
	}
	return f
}

// path is the way of the connection: with one capture, it stands where the TTL of the packets says that it was made.
func (c *pageEntry) path() ladder.Columns {
	client := ladder.Column{Name: "client", Addr: brief(c.Client.Addr().String()), Addrs: []netip.Addr{c.Client.Addr()}}
	server := ladder.Column{Name: "server", Addr: brief(c.Server.Addr().String()), Addrs: []netip.Addr{c.Server.Addr()}}
	if c.behind != nil {
		client.Right, server.Left = c.front, c.behind
		if c.Place.Found {
			server.Addrs = append(server.Addrs, c.Place.Server.Addr())
			client.Addrs = append(client.Addrs, c.Place.Client.Addr())
		}
		return ladder.Columns{Hosts: []ladder.Column{client, server}}
	}
	switch near := c.nearest(); near {
	case "client":
		client.Right = c.front
	case "server":
		server.Left = c.front
	default:
		return ladder.Columns{Hosts: []ladder.Column{client, {Name: "capture", Here: c.front}, server}}
	}
	return ladder.Columns{Hosts: []ladder.Column{client, server}}
}

// nearest is the end at which the capture was made: what it sends has passed no router. It is empty where that is
// neither.
func (c *pageEntry) nearest() string {
	local := map[netip.Addr]bool{}
	for i := range c.front.Packets {
		p := &c.front.Packets[i]
		if _, known := local[p.Src]; !known {
			local[p.Src] = !diagnose.Forwarded(p.TTL)
		}
	}
	switch {
	case local[c.Client.Addr()]:
		return "client"
	case local[c.Server.Addr()]:
		return "server"
	}
	return ""
}

// brief shortens an address in the middle, so that two of them stand beside each other on a telephone.
func brief(address string) string {
	const longest = 19
	if len(address) <= longest {
		return address
	}
	return address[:longest/2-1] + "…" + address[len(address)-longest/2:]
}
