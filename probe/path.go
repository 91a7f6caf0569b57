package probe

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// The answers of a [DecisionPath] that have several askers.
const (
	yes     = "yes"
	no      = "no"
	unknown = "unknown"
	answers = "answers"
	silent  = "silent"
)

// answerPath fills in the path by what all the looks together show.
func (r *Probed) answerPath() {
	r.Path = DecisionPath{Online: r.online(), Host: r.Ping.host(), Port: r.port()}
}

func (p PingResult) host() string {
	switch {
	case p.Received > 0:
		return answers
	case p.ICMP != "":
		return "unreachable"
	case p.Sent > 0:
		return silent
	}
	return unknown
}

func (r *Probed) port() string {
	switch r.Verdict {
	case diagnose.Refused:
		return "refused"
	case diagnose.Rejected:
		return "rejected"
	case diagnose.NoAnswer, diagnose.SYNACKUnanswered, diagnose.Blackhole:
		return silent
	case diagnose.NoNeighbour, diagnose.NotSent, "":
		return unknown
	}
	return "open"
}

// online: anything that came back proves it. Of a next hop that is silent, only a router says something about more than
// itself.
func (r *Probed) online() string {
	port := r.port()
	switch {
	case r.Route.Local, r.Ping.Received > 0, r.Ping.ICMP != "", port == "open", port == "refused", port == "rejected" && r.Captured:
		return yes
	case r.Verdict == diagnose.NoNeighbour || r.Neighbour.Silent():
		if r.Route.Via.IsValid() {
			return no
		}
		return unknown
	case r.Neighbour.MAC != "" && r.Neighbour.State != lab.Permanent:
		return yes
	}
	return unknown
}

// OnlineText says whether this machine is online, and how that is known.
func (r *Probed) OnlineText() string {
	switch {
	case r.Route.Error != "":
		return r.Path.Online + ": no route (" + r.Route.Error + ")"
	case r.Route.Local:
		return yes + ": the target is this machine"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: from %s on %s", r.Path.Online, r.Route.From, r.Route.Interface)
	if r.Route.Via.IsValid() {
		fmt.Fprintf(&b, " by way of %s", r.Route.Via)
	}
	switch n := r.Neighbour; {
	case n.Silent():
		fmt.Fprintf(&b, "; nobody on the link answers for %s (%s)", n.Addr, n.State)
	case n.State == lab.Permanent:
		fmt.Fprintf(&b, "; %s is pinned to %s, which proves nothing", n.Addr, n.MAC)
	case n.MAC != "":
		fmt.Fprintf(&b, "; %s is at %s (%s)", n.Addr, n.MAC, n.State)
	}
	return b.String()
}

// HostText says whether the host answers ping.
func (r *Probed) HostText() string {
	if r.Route.Error != "" {
		return unknown + ": no ping could leave"
	}
	return r.Ping.text()
}

// PortText says what became of the connection attempt.
func (r *Probed) PortText() string {
	if r.Route.Error != "" {
		return unknown + ": no SYN could leave"
	}
	text := r.Path.Port + ": " + r.Summary
	if r.Captured && r.Error != "" {
		text += "; connect: " + r.Error
	}
	return text
}

// weigh holds the answers against each other: each of them alone has more causes than all of them together.
func (r *Probed) weigh(f *flow) {
	if r.Ping.Sent > 0 {
		r.diagnosis.Done(diagnose.StepPing)
	}
	switch {
	case r.Verdict == diagnose.NoAnswer && r.Path.Host == answers:
		r.diagnosis.Without(diagnose.CauseDeadHost)
		r.note("the host answers ping, so it is up and reachable: it is this port that is silent")
	case r.Verdict == diagnose.NoAnswer && r.Path.Host == silent:
		r.bothSilent(f.server.Addr())
	case r.Path.Host == silent && (r.Path.Port == "open" || r.Verdict == diagnose.Refused):
		r.note("the port answers and ping does not: ICMP is filtered on the way or at the host, which is no sign of a failure")
	}
}

// bothSilent is where the practitioner's three reasons for an unanswered ping meet a silent port.
func (r *Probed) bothSilent(server netip.Addr) {
	r.note("ping is unanswered because this machine is offline, because ICMP is filtered, or because the host is down: it does not say which")
	d := &r.diagnosis
	if r.Path.Online != yes {
		d.Rivals = append(d.Rivals, diagnose.NewRival(diagnose.CauseOffline))
	}
	if via := r.Route.Via; via.IsValid() {
		d.Without(diagnose.CausePathBroken)
		d.Rivals = append(d.Rivals, diagnose.Rival{Cause: diagnose.CausePathBroken, Text: lang.Text{English: "the path is broken beyond %s", Korean: "%s 너머에서 경로가 끊겼다"}.With(via)})
		d.Next = append(d.Next, diagnose.Step{ID: diagnose.StepPing, Command: fmt.Sprintf("ping -c 3 %s", via),
			Comment: lang.Text{English: "on the client: the next hop", Korean: "클라이언트에서: 다음 홉"}})
	}
	d.Next = append(d.Next, diagnose.Step{ID: diagnose.StepPathMTU, Command: fmt.Sprintf("tracepath -n %s", server),
		Comment: lang.Text{English: "on the client: how far it comes", Korean: "클라이언트에서: 어디까지 가는가"}})
}

// pingError tells of a ping that could not be sent.
func (r *Probed) pingError() {
	if r.Ping.Error != "" && r.Ping.Sent == 0 {
		r.unseen("whether the host answers ping: %s", r.Ping.Error)
	}
}
