package report

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Diagnosis is what was found in a capture, or in two of the same connections, for a page. It is bounded: of failures that
// look alike some are drawn and the others are listed, and of what is healthy no more is kept than a page can show.
type Diagnosis struct {
	// File is the capture, Server the one from the server's side, empty where there is none.
	File, Server string
	// Packets is how many the capture has.
	Packets int64
	// Notes are sentences on the captures as a whole: damage, clocks that differ.
	Notes []string

	connections, pings tally
	counts             map[diagnose.Verdict]int
	groups             []*connectionGroup
	byKey              map[connectionKey]*connectionGroup
	healthy            connectionGroup
	more               int // failures that no group could be made for
}

// tally counts attempts of a kind.
type tally struct{ total, failed int }

// failures is "1 of 3 connections", empty where there was none.
func (t tally) failures(what string) string {
	if t.total == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %s", t.failed, counted(t.total, what))
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

// Connection is one attempt at a connection, or one ping, as it was diagnosed.
type Connection struct {
	Protocol        diagnose.Protocol
	Client, Server  netip.AddrPort
	EchoID          uint16 // of a ping
	First           time.Time
	Packets         int64
	Verdict, Ending diagnose.Verdict
	Failed          bool
	Explanation     diagnose.Explanation
	// Where says where it was lost, by the help of the server's capture; Lost is the same as a name.
	Where string
	Lost  diagnose.Loss
	// Behind is how the server's capture knows it; the zero value where it is not there.
	Behind FlowID
	// Missing says that the server's capture would hold it, had it reached the server.
	Missing bool

	front, behind *wire.Trace
}

// connectionKey is what failures have in common that are told as one.
type connectionKey struct {
	protocol        diagnose.Protocol
	verdict, ending diagnose.Verdict
	server          netip.AddrPort
	lost            diagnose.Loss
}

// connectionGroup is connections that look alike.
type connectionGroup struct {
	count         int
	drawn, listed []*Connection
}

// Add takes in a connection. It is explained only where the explanation is kept: most are healthy.
func (d *Diagnosis) Add(c Connection, explain func() diagnose.Explanation) {
	if d.byKey == nil {
		d.byKey, d.counts = map[connectionKey]*connectionGroup{}, map[diagnose.Verdict]int{}
	}
	kind := &d.connections
	if c.Protocol == diagnose.ICMP {
		kind = &d.pings
	}
	kind.total++
	d.counts[c.Verdict]++
	if !c.Failed {
		d.healthy.add(c, explain, drawnHealthy, listedHealthy)
		return
	}
	kind.failed++
	key := connectionKey{c.Protocol, c.Verdict, c.Ending, c.Server, c.Lost}
	g := d.byKey[key]
	switch {
	case g == nil && len(d.groups) == mostGroups:
		d.more++
		return
	case g == nil:
		g = &connectionGroup{}
		d.byKey[key] = g
		d.groups = append(d.groups, g)
	}
	g.add(c, explain, drawnPerGroup, listedPerGroup)
}

func (g *connectionGroup) add(c Connection, explain func() diagnose.Explanation, drawn, listed int) {
	g.count++
	list := &g.drawn
	if len(g.drawn) == drawn {
		list = &g.listed
	}
	if len(g.drawn) < drawn || len(g.listed) < listed {
		c.Explanation = explain()
		*list = append(*list, &c)
	}
}

// Drawn are the connections that the page draws: their packets are wanted.
func (d *Diagnosis) drawn() []*Connection {
	var list []*Connection
	for _, g := range d.groups {
		list = append(list, g.drawn...)
	}
	return append(list, d.healthy.drawn...)
}

// Collectors return what gathers the packets of the connections that are drawn, one for each capture: give every packet
// to [Collector.Add], in the order of the capture. The clock of the server's capture is ahead by offset.
func (d *Diagnosis) Collectors(offset time.Duration) (client, server *Collector) {
	client, server = newCollector("client", 0), newCollector("server", offset)
	for _, c := range d.drawn() {
		client.want(FlowID{c.Client, c.Server, c.Protocol == diagnose.ICMP, c.EchoID}, c.First, func(t *wire.Trace) { c.front = t })
		switch {
		case c.Behind != FlowID{}:
			server.want(c.Behind, time.Time{}, func(t *wire.Trace) { c.behind = t })
		case c.Missing:
			c.behind = &wire.Trace{Point: "server"}
		}
	}
	return client, server
}

// HTML writes the page.
func (d *Diagnosis) HTML(w io.Writer) error { return execute(w, "diagnosis.html.tmpl", d.page()) }

// diagnosisPage is what the template needs.
type diagnosisPage struct {
	*Diagnosis
	Headline, Verdicts string
	Groups             []groupView
	Healthy            groupView
	More               int
}

type groupView struct {
	ID, Verdict, Heading string
	Count                int
	Drawn                []connectionView
	Listed               []connectionView
	Unlisted             int
}

type connectionView struct {
	*Connection
	Name, ClientText, ServerText, VerdictText, FirstText string
	Frames                                               string
	Drawing                                              *drawing
	Losses                                               []string
}

func (d *Diagnosis) page() diagnosisPage {
	kinds := []string{d.connections.failures("connection"), d.pings.failures("ping")}
	kinds = slices.DeleteFunc(kinds, func(s string) bool { return s == "" })
	p := diagnosisPage{Diagnosis: d, More: d.more, Headline: "no connection and no ping"}
	if len(kinds) > 0 {
		p.Headline = strings.Join(kinds, " and ") + " failed"
	}
	var verdicts []string
	for _, v := range diagnose.Verdicts() {
		if n := d.counts[v]; n > 0 {
			verdicts = append(verdicts, fmt.Sprintf("%d %s", n, v))
		}
	}
	p.Verdicts = strings.Join(verdicts, ", ")
	for i, g := range d.groups {
		p.Groups = append(p.Groups, g.view(fmt.Sprintf("group%d", i)))
	}
	p.Healthy = d.healthy.view("healthy")
	return p
}

func (g *connectionGroup) view(id string) groupView {
	v := groupView{ID: id, Count: g.count, Unlisted: g.count - len(g.drawn) - len(g.listed)}
	for i, c := range g.drawn {
		v.Drawn = append(v.Drawn, c.view(fmt.Sprintf("%s-%d", id, i)))
	}
	for _, c := range g.listed {
		v.Listed = append(v.Listed, c.view(""))
	}
	if len(v.Drawn) > 0 {
		v.Verdict, v.Heading = v.Drawn[0].VerdictText, v.Drawn[0].ServerText
	}
	return v
}

// view is the connection as the page shows it, with a drawing where it has an id.
func (c *Connection) view(id string) connectionView {
	v := connectionView{Connection: c, ClientText: endText(c.Client), ServerText: endText(c.Server), VerdictText: string(c.Verdict),
		FirstText: c.First.Format("2006-01-02 15:04:05.000000")}
	v.Name = v.ClientText + " → " + v.ServerText
	if c.Ending != "" {
		v.VerdictText += ", " + string(c.Ending)
	}
	var frames []string
	for _, e := range c.Explanation.Evidence {
		frames = append(frames, fmt.Sprintf("%d (%s)", e.Frame, e.What))
	}
	v.Frames = strings.Join(frames, ", ")
	if id != "" && c.front != nil {
		l := NewLadder(c.path())
		d := l.Brief(mostAlikeArrows).draw(id, v.VerdictText+": "+v.Name)
		v.Drawing, v.Losses = &d, l.Losses()
	}
	return v
}

// endText leaves out the port where there is none.
func endText(a netip.AddrPort) string {
	if a.Port() == 0 {
		return a.Addr().String()
	}
	return a.String()
}

// path is the way of the connection: with one capture, it stands where the TTL of the packets says that it was made.
func (c *Connection) path() Path {
	client := PathHost{Name: "client", Addr: brief(c.Client.Addr().String()), Addrs: []netip.Addr{c.Client.Addr()}}
	server := PathHost{Name: "server", Addr: brief(c.Server.Addr().String()), Addrs: []netip.Addr{c.Server.Addr()}}
	if c.behind != nil {
		client.Right, server.Left = c.front, c.behind
		if c.Behind != (FlowID{}) {
			server.Addrs = append(server.Addrs, c.Behind.Server.Addr())
			client.Addrs = append(client.Addrs, c.Behind.Client.Addr())
		}
		return Path{Hosts: []PathHost{client, server}}
	}
	switch near := c.nearest(); near {
	case "client":
		client.Right = c.front
	case "server":
		server.Left = c.front
	default:
		return Path{Hosts: []PathHost{client, {Name: "capture", Here: c.front}, server}}
	}
	return Path{Hosts: []PathHost{client, server}}
}

// nearest is the end at which the capture was made: what it sends has passed no router. It is empty where that is
// neither.
func (c *Connection) nearest() string {
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
