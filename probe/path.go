package probe

import (
	"fmt"
	"net/netip"

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

// onlineText says whether this machine is online, and how that is known.
func (r *Probed) onlineText() lang.Message {
	online := pathWords[r.Path.Online]
	switch {
	case r.Route.Error != "":
		return lang.Tell(lang.Text{English: "%s: no route (%s)", Korean: "%s: 경로 없음(%s)"}, online, r.Route.Error)
	case r.Route.Local:
		return lang.Tell(lang.Text{English: "%s: the target is this machine", Korean: "%s: 대상이 이 머신이다"}, pathWords[yes])
	}
	text := lang.Tell(lang.Text{English: "%s: from %s on %s", Korean: "%s: 출발지 %s, 인터페이스 %s"}, online, r.Route.From, r.Route.Interface)
	if r.Route.Via.IsValid() {
		text = lang.Tell(lang.Text{English: "%s by way of %s", Korean: "%s, 다음 홉 %s"}, text, r.Route.Via)
	}
	switch n := r.Neighbour; {
	case n.Silent():
		return lang.Tell(lang.Text{English: "%s; nobody on the link answers for %s (%s)", Korean: "%s; 링크에서 %s 주소에 응답하는 것이 없다(%s)"}, text, n.Addr, n.State)
	case n.State == lab.Permanent:
		return lang.Tell(lang.Text{English: "%s; %s is pinned to %s, which proves nothing", Korean: "%s; %s 주소가 %s 주소에 고정되어 있어 아무것도 증명하지 않는다"}, text, n.Addr, n.MAC)
	case n.MAC != "":
		return lang.Tell(lang.Text{English: "%s; %s is at %s (%s)", Korean: "%s; %s 주소를 가진 장비: %s (%s)"}, text, n.Addr, n.MAC, n.State)
	}
	return text
}

// hostText says whether the host answers ping.
func (r *Probed) hostText() lang.Message {
	if r.Route.Error != "" {
		return lang.Tell(lang.Text{English: "%s: no ping could leave", Korean: "%s: ping이 나갈 수 없었다"}, pathWords[unknown])
	}
	return r.Ping.text()
}

// portText says what became of the connection attempt.
func (r *Probed) portText() lang.Message {
	if r.Route.Error != "" {
		return lang.Tell(lang.Text{English: "%s: no SYN could leave", Korean: "%s: SYN이 나갈 수 없었다"}, pathWords[unknown])
	}
	text := lang.Tell(lang.Same("%s: %s"), pathWords[r.Path.Port], r.told.summary)
	if r.Captured && r.Error != "" {
		return lang.Tell(lang.Same("%s; connect: %s"), text, r.Error)
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
		r.note(lang.Text{English: "the host answers ping, so it is up and reachable: it is this port that is silent", Korean: "호스트가 ping에 응답하므로 살아 있고 닿을 수 있다: 무응답은 이 포트다"})
	case r.Verdict == diagnose.NoAnswer && r.Path.Host == silent:
		r.bothSilent(f.server.Addr())
	case r.Path.Host == silent && (r.Path.Port == "open" || r.Verdict == diagnose.Refused):
		r.note(lang.Text{English: "the port answers and ping does not: ICMP is filtered on the way or at the host, which is no sign of a failure", Korean: "포트는 응답하고 ping은 응답이 없다: ICMP가 경로상이나 호스트에서 걸러지는데, 이것은 장애의 표시가 아니다"})
	}
}

// bothSilent is where the practitioner's three reasons for an unanswered ping meet a silent port.
func (r *Probed) bothSilent(server netip.Addr) {
	r.note(lang.Text{English: "ping is unanswered because this machine is offline, because ICMP is filtered, or because the host is down: it does not say which", Korean: "ping에 응답이 없는 까닭은 이 머신이 오프라인이거나, ICMP가 걸러지거나, 호스트가 꺼져 있어서다: 어느 쪽인지는 알 수 없다"})
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
		r.unseen(lang.Text{English: "whether the host answers ping: %s", Korean: "호스트가 ping에 응답하는지: %s"}, r.Ping.Error)
	}
}
