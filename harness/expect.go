package harness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// maximumSegment is the payload in bytes that fits into an Ethernet frame: 1500 less the IP and TCP headers.
var maximumSegment = map[lab.Family]string{lab.IPv4: "1460", lab.IPv6: "1440"}

// repeatedTimeout begins a line that stands for as many "+rto" lines as retransmissions fit into the client's patience.
const repeatedTimeout = "+rto*"

// circumstances are what an expectation depends on beside the scenario.
type circumstances struct {
	topology  lab.Topology
	family    lab.Family
	schedule  signature.Schedule
	patience  time.Duration // the client's
	waited    time.Duration // how long it did wait in the end
	tolerance signature.Tolerance
}

// expected is what the attempts at a vantage point must be: each of them like the one signature, or, where there are two, the last one like the
// second, and each before it, of which there is one at least, like the first.
type expected []signature.Signature

// expectations parses a scenario's text, whose alternatives are separated by a line "or". In an alternative a line "then" stands before
// what the last attempt must be.
func expectations(text string, c circumstances) ([]expected, error) {
	var list []expected
	for alternative := range strings.SplitSeq(strings.Trim(text, "\n")+"\n", "\nor\n") {
		earlier, last, again := strings.Cut(alternative, "\nthen\n")
		parts := []string{earlier}
		if again {
			parts = append(parts, last)
		}
		var want expected
		for _, part := range parts {
			s, err := expectation(part, c)
			if err != nil {
				return nil, err
			}
			want = append(want, s)
		}
		list = append(list, want)
	}
	return list, nil
}

// expectation parses one alternative for the circumstances of a run.
func expectation(text string, c circumstances) (signature.Signature, error) {
	text = strings.ReplaceAll(text, "$MSS", maximumSegment[c.family])
	text = strings.ReplaceAll(text, "+timeout ", fmt.Sprintf("+%g ", c.topology.ResolverOf(lab.ClientHost).Timeout.Seconds()))
	for _, h := range c.topology.Hosts {
		text = strings.ReplaceAll(text, "from $"+h.Name, "from "+c.topology.Addr(h.Name, c.family).String())
	}
	var lines []string
	for line := range strings.Lines(text) {
		rest, repeated := strings.CutPrefix(strings.TrimSpace(line), repeatedTimeout)
		if !repeated {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, retransmissions(rest, c)...)
	}
	return signature.Parse(strings.Join(lines, "\n"))
}

// retransmissions writes a line for each retransmission that comes while the client waits. One that may come just
// before or just after the client's end, as the timers of both have it, may be absent.
func retransmissions(rest string, c circumstances) []string {
	var lines []string
	at := time.Duration(0)
	for _, gap := range c.schedule.Gaps {
		at += gap
		switch dueWithin(at, c.tolerance, c.patience, c.waited) {
		case forSure:
			lines = append(lines, "+rto"+rest)
		case perhaps:
			lines = append(lines, "? +rto"+rest)
		}
	}
	return lines
}

// certainty is how sure it is that a retransmission comes while the client waits.
type certainty int

const (
	never certainty = iota
	perhaps
	forSure
)

// dueWithin holds a retransmission that is due after a time against a client's patience, and against the time for which it did
// wait in the end.
func dueWithin(at time.Duration, t signature.Tolerance, patience, waited time.Duration) certainty {
	t.Scale = 0
	_, latest := t.Window(at)
	switch {
	case latest < patience:
		return forSure
	case at <= max(patience, waited):
		return perhaps
	}
	return never
}

// checker holds traces against expectations.
type checker struct {
	options signature.Options
}

// wireAt holds what one vantage point saw of an act's flows against expectations, of which one must match. The difference
// is that from the first.
func (c checker) wireAt(flows []wire.Attempt, wants ...expected) *signature.Difference {
	var first *signature.Difference
	for _, want := range wants {
		m := c.wireIs(flows, want)
		if m == nil {
			return nil
		}
		if first == nil {
			first = m
		}
	}
	return first
}

func (c checker) wireIs(flows []wire.Attempt, want expected) *signature.Difference {
	for len(flows) < len(want) {
		flows = append(flows[:len(flows):len(flows)], wire.Attempt{}) // of what is missing no packet was seen
	}
	last := len(flows) - 1
	for i, a := range flows {
		part := want[0]
		if i == last {
			part = want[len(want)-1]
		}
		if m := part.Match(a, c.options); m != nil {
			return m
		}
	}
	return nil
}

// lostWhere says between which vantage points on the way the client's packets were lost, "" when they reached the last
// one or when nothing was sent.
func (a act) lostWhere(way []string, traces []wire.Trace) string {
	last := ""
	for _, t := range traces {
		switch {
		case !slices.Contains(way, t.Point):
		case len(a.flowsIn(t)) > 0:
			last = t.Point
		case last != "":
			return fmt.Sprintf("%s saw no packet: it was lost after %s", t.Point, last)
		}
	}
	return ""
}
