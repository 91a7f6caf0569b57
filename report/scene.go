package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire/diagnose"
	"github.com/tcplab/tcplab/wire/ladder"
)

// sceneHost is a host in the picture at the top of a page: who it is, what it is, and what is broken there.
type sceneHost struct {
	Name, Role string
	Addrs      []string
	// Port is what the service there listens on, "" where there is none.
	Port string
	// Fault is what is broken there.
	Fault string
}

// scene is the way from the client to whom it asks, in the addresses of the run's family.
func (r *RunRecord) scene() []sceneHost {
	var list []sceneHost
	at := r.faultAt()
	columns := LabPath(r.Topology, r.Family, clientHost, r.Target, nil, nil, r.Also...).Hosts
	if name := r.impostor(); name != "" {
		columns = withImpostor(columns, r.Topology, name, nil)
	}
	for _, c := range columns {
		h := sceneHost{Name: c.Name, Role: r.roleOf(c.Name)}
		for _, a := range c.Addrs {
			if a.Is4() == (r.Family == lab.IPv4) {
				h.Addrs = append(h.Addrs, a.String())
			}
		}
		if standsFor(c.Name, harness.ServedBy(r.Topology, orElse(r.Target, serverHost))) {
			h.Port = fmt.Sprintf("TCP port %d", lab.Port)
		}
		if standsFor(c.Name, at) {
			h.Fault = r.Fault
		}
		list = append(list, h)
	}
	return list
}

// standsFor reports whether a column is that of a host: several that are asked in turn have one, "server (off), second".
func standsFor(column, host string) bool {
	return slices.ContainsFunc(strings.Split(column, ", "), func(name string) bool { return strings.TrimSuffix(name, " (off)") == host })
}

// boxes are what a host may be besides a router, as fixtures and faults call it: "NAT on the router".
var boxes = regexp.MustCompile(`^(?:the )?(NAT|WAF|SYN proxy|load balancer|security group|network acl)\b.* on the ([\w-]+)`)

// roleOf is what a host on the way is: "NAT", "load balancer", "firewall". It is empty where that is no more than its name.
func (r *RunRecord) roleOf(host string) string {
	for _, text := range append(slices.Clone(r.Fixtures), r.Fault) {
		if parts := boxes.FindStringSubmatch(text); parts != nil && parts[2] == host {
			return strings.Replace(parts[1], "acl", "ACL", 1)
		}
	}
	if host != clientHost && host != serverHost && strings.HasPrefix(r.Fault, "firewall rule on the "+host+":") {
		return "firewall"
	}
	return ""
}

// faultAt is the host at which something is broken, "" where nothing is: the first one that the fault's words name. A service that is
// not said to be elsewhere is on the server.
func (r *RunRecord) faultAt() string {
	if r.Fault == (harness.NoFault{}).String() {
		return ""
	}
	found, place := serverHost, len(r.Fault)
	for _, h := range r.Topology.Hosts {
		for _, words := range []string{"the " + h.Name, h.Name + " between"} {
			if i := strings.Index(r.Fault, words); i >= 0 && i < place {
				found, place = h.Name, i
			}
		}
	}
	return found
}

// moral is the sentence at the end of a drawing: what it shows. It is good news where the client got what it wanted.
type moral struct {
	Text string
	Good bool
}

// moralOf tells what the drawing of a phase shows: where packets were lost, who answered in another's place, or else what ended the attempt.
func (r *RunRecord) moralOf(p *PhaseRecord, l *ladder.Ladder) moral {
	losses := strings.Join(english(l.Losses()), "; ")
	for _, line := range l.Lifelines {
		if line.Role != "" { // the column is called so
			losses = strings.ReplaceAll(losses, "the "+line.Name, "the "+line.Role)
		}
	}
	switch ok := p.Client != nil && p.Client.OK(); {
	case ok && losses != "":
		return moral{losses + "; the client has its reply all the same", true}
	case ok:
		return moral{"the client has its reply", true}
	case losses != "" && spared(l):
		return moral{Text: losses + "; the " + l.Lifelines[len(l.Lifelines)-1].Name + " saw nothing"}
	case losses != "":
		return moral{Text: losses}
	case p.Name != harness.Observe || r.Diagnosis == nil:
		return moral{Text: ended(p.clientOutcome()).English}
	case len(l.Arrows) == 0:
		return moral{Text: "no packet left the client: " + r.Fault}
	case r.Verdict == string(diagnose.OK):
		return moral{Text: ended(p.clientOutcome()).English}
	}
	return moral{Text: r.Diagnosis.Summary + ": " + r.Fault}
}

// clientOutcome is the zero one where no client acted in the phase.
func (p *PhaseRecord) clientOutcome() lab.Outcome {
	if p.Client == nil {
		return lab.Outcome{}
	}
	return p.Client.Outcome
}

// spared reports whether the last host on the way had a capture, and saw none of the packets.
func spared(l *ladder.Ladder) bool {
	last := len(l.Lifelines) - 1
	if last < 1 || l.Lifelines[last].Blind || l.Lifelines[last].Off {
		return false
	}
	for i := range l.Arrows {
		for _, s := range l.Arrows[i].Seen {
			if s.At.Host() == last {
				return false
			}
		}
	}
	return true
}

// longestLine is how much of the first line of a segment's data a drawing has room for, in bytes.
const longestLine = 24

// firstLine is the first line of data, where it is words that people can read: "GET / HTTP/1.1"; else "".
func firstLine(data []byte) string {
	line, _, _ := strings.Cut(string(data), "\n")
	line = strings.TrimSuffix(line, "\r")
	if len(line) < 3 || !strings.Contains(line, " ") || strings.ContainsFunc(line, func(c rune) bool { return c < ' ' || c > '~' }) {
		return ""
	}
	if len(line) > longestLine {
		line = line[:longestLine-1] + "…"
	}
	return line
}

// quote names the segments of a drawing by the first line of their data, as Wireshark does.
func (p *PhaseRecord) quote(l *ladder.Ladder) {
	for i := range l.Arrows {
		a := &l.Arrows[i]
		if a.Class != "data" || a.Again > 0 {
			continue
		}
		for _, t := range p.traces {
			if t.Point != a.Seen[0].Point {
				continue
			}
			if line := firstLine(t.Payloads[a.Seen[0].Frame]); line != "" {
				a.Quote = line
			}
		}
	}
}
