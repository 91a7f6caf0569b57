package probe

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// The answers of a [Path] that have several askers.
const (
	yes     = "yes"
	no      = "no"
	unknown = "unknown"
	answers = "answers"
	silent  = "silent"
)

// answerPath fills in the path by what all the looks together show.
func (r *Result) answerPath() {
	r.Path = Path{Online: r.online(), Host: r.Ping.host(), Port: r.port()}
}

func (p Ping) host() string {
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

func (r *Result) port() string {
	switch r.Verdict {
	case diagnose.Refused:
		return "refused"
	case diagnose.Rejected:
		return "rejected"
	case diagnose.NoAnswer:
		return silent
	case diagnose.NoNeighbour, "":
		return unknown
	}
	return "open"
}

// online: anything that came back proves it. Of a next hop that is silent, only a router says something about more than
// itself.
func (r *Result) online() string {
	port := r.port()
	switch {
	case r.Route.Local, r.Ping.Received > 0, r.Ping.ICMP != "", port == "open", port == "refused", port == "rejected" && r.Captured:
		return yes
	case r.Verdict == diagnose.NoNeighbour || r.Neighbour.Silent():
		if r.Route.Via.IsValid() {
			return no
		}
		return unknown
	case r.Neighbour.MAC != "" && r.Neighbour.State != harness.Permanent:
		return yes
	}
	return unknown
}

// OnlineText says whether this machine is online, and how that is known.
func (r *Result) OnlineText() string {
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
	case n.State == harness.Permanent:
		fmt.Fprintf(&b, "; %s is pinned to %s, which proves nothing", n.Addr, n.MAC)
	case n.MAC != "":
		fmt.Fprintf(&b, "; %s is at %s (%s)", n.Addr, n.MAC, n.State)
	}
	return b.String()
}

// HostText says whether the host answers ping.
func (r *Result) HostText() string {
	if r.Route.Error != "" {
		return unknown + ": no ping could leave"
	}
	return r.Ping.text()
}

// PortText says what became of the connection attempt.
func (r *Result) PortText() string {
	if r.Route.Error != "" {
		return unknown + ": no SYN could leave"
	}
	text := r.Path.Port + ": " + r.Summary
	if r.Captured && r.Error != "" {
		text += "; connect: " + r.Error
	}
	return text
}

// What the path excludes of package diagnose's causes, which knows nothing of a ping.
const (
	rivalDeadHost = "dead host"
	pingCommand   = "ping -c "
)

// weigh holds the answers against each other: each of them alone has more causes than all of them together.
func (r *Result) weigh(f *flow) {
	// What has been done need not be done again.
	r.Next = slices.DeleteFunc(r.Next, func(s string) bool { return r.Ping.Sent > 0 && strings.HasPrefix(s, pingCommand) })
	switch {
	case r.Verdict == diagnose.NoAnswer && r.Path.Host == answers:
		r.Rivals = slices.DeleteFunc(r.Rivals, func(s string) bool { return s == rivalDeadHost })
		r.note("the host answers ping, so it is up and reachable: it is this port that is silent")
	case r.Verdict == diagnose.NoAnswer && r.Path.Host == silent:
		r.bothSilent(f.server.Addr())
	case r.Path.Host == silent && (r.Path.Port == "open" || r.Verdict == diagnose.Refused):
		r.note("the port answers and ping does not: ICMP is filtered on the way or at the host, which is no sign of a failure")
	}
}

// bothSilent is where the practitioner's three reasons for an unanswered ping meet a silent port.
func (r *Result) bothSilent(server netip.Addr) {
	r.note("ping is unanswered because this machine is offline, because ICMP is filtered, or because the host is down: it does not say which")
	if r.Path.Online != yes {
		r.Rivals = append(r.Rivals, "this machine is offline")
	}
	if r.Route.Via.IsValid() {
		r.Rivals = append(r.Rivals, fmt.Sprintf("the path is broken beyond %s", r.Route.Via))
		r.Next = append(r.Next, fmt.Sprintf("ping -c 3 %s  # on the client: the next hop", r.Route.Via))
	}
	r.Next = append(r.Next, fmt.Sprintf("tracepath -n %s  # on the client: how far it comes", server))
}

// pingError tells of a ping that could not be sent.
func (r *Result) pingError() {
	if r.Ping.Error != "" && r.Ping.Sent == 0 {
		r.unseen("whether the host answers ping: %s", r.Ping.Error)
	}
}
