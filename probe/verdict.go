package probe

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// diagnosed returns what the packets say of the connection, or, when none of it left, of the next hop.
func diagnosed(packets []wire.Packet) *diagnose.Diagnosis {
	var connection, neighbour *diagnose.Diagnosis
	diagnose.Each(packets, func(a *diagnose.Judged) {
		d := a.Diagnosis()
		switch {
		case a.Verdict == diagnose.NoNeighbour:
			neighbour = &d
		case connection == nil:
			connection = &d
		}
	})
	if connection == nil {
		return neighbour
	}
	return connection
}

// conclude puts together what was seen, where there was a capture, and what was felt.
func (r *Probed) conclude(f *flow, felt feeling, tapped bool) {
	if f.port.Load() != 0 {
		r.Client = netip.AddrPortFrom(f.local, uint16(f.port.Load())).String()
	}
	r.ElapsedMS, r.Error = milliseconds(felt.elapsed), felt.cause()
	switch d := diagnosed(f.packets); {
	case d != nil && felt.err == nil && !f.isHeard():
		r.unheard(d)
	case d != nil && felt.agrees(d.Verdict):
		r.fromPackets(d)
	default:
		r.fromFeeling(f, felt)
		r.notSeen(f, felt, tapped)
	}
	if r.Verdict == diagnose.Refused && r.Route.Local {
		r.lookForListeners(f.server)
	}
	r.pingError()
	r.answerPath()
	r.weigh(f)
	r.tell()
}

// tell takes over rivals and next steps, once all that was seen is weighed.
func (r *Probed) tell() {
	r.Rivals, r.Next = r.diagnosis.RivalTexts(lang.English), r.diagnosis.Commands(lang.English)
	r.Causes = []diagnose.Cause{}
	for _, rival := range r.diagnosis.Rivals {
		r.Causes = append(r.Causes, rival.Cause)
	}
}

// fromPackets takes over what the packets say. That this end closed at once, asked for nothing, and did not wait long for
// the server to close, is no finding.
func (r *Probed) fromPackets(d *diagnose.Diagnosis) {
	r.Captured, r.Verdict, r.Inconclusive, r.Packets = true, d.Verdict, d.Inconclusive, d.Packets
	r.Summary, r.Notes = d.Summary.String(), append(r.Notes, lang.InEach(lang.English, d.Notes)...)
	if r.Route.Local { // every packet passes the loopback interface twice, out and in
		r.Notes = slices.DeleteFunc(r.Notes, func(note string) bool { return strings.HasSuffix(note, "captured twice") })
	}
	for _, e := range d.Evidence {
		r.Evidence = append(r.Evidence, PacketSeen{e.Frame, e.What.String()})
	}
	switch d.Verdict {
	case diagnose.HalfClosed, diagnose.ResetByClient:
		r.Verdict, r.Summary = diagnose.Open, "established; the server had not closed its side when the probe ended"
	case diagnose.ClosedEarly: // whose FIN was first is a race
		r.Verdict = diagnose.OK
		r.note("the server closed without being asked anything: so does a proxy that has lost its backend, or an access list")
	}
	if r.Verdict.Failed() {
		r.diagnosis = *d
	}
}

// unheard is for a handshake that this end believes complete, and of which the server acknowledges nothing: neither the last step
// nor the FIN. Between the two something lets SYN and SYN-ACK pass, and not what follows.
func (r *Probed) unheard(d *diagnose.Diagnosis) {
	d.Verdict, d.Failed = diagnose.SYNACKUnanswered, true
	other := diagnose.Unseen(d.Verdict, d.Client, d.Server)
	d.Rivals, d.Next = other.Rivals, other.Next
	d.Without(diagnose.CauseSYNACKLost, diagnose.CauseForeignSource)
	d.Summary = lang.Tell(lang.Text{English: "the server answered the SYN, and acknowledged neither the handshake's last step nor the FIN",
		Korean: "서버가 SYN에 응답하고는 핸드셰이크의 마지막 단계도 FIN도 확인 응답하지 않았다"})
	r.fromPackets(d)
}

// notSeen weighs that the capture holds no packet of the attempt.
func (r *Probed) notSeen(f *flow, felt feeling, tapped bool) {
	own := diagnose.NewRival(diagnose.CauseOwnFirewall)
	client := f.client()
	switch {
	case felt.lacksPort():
		r.Summary = fmt.Sprintf("no local port is free (%s), so nothing was sent", r.Error)
		r.diagnosis.Rivals = []diagnose.Rival{diagnose.NewRival(diagnose.CauseNoLocalPort)}
		r.diagnosis.Next = []diagnose.Step{{ID: diagnose.StepClientSockets, Command: "ss -s; sysctl net.ipv4.ip_local_port_range", Comment: onClient}}
	case !tapped || len(f.packets) > 0 || r.Verdict == diagnose.NoNeighbour:
		// Without a capture nothing is known of packets; and a neighbour that was asked for once has not had its time: the kernel's own
		// table decided.
	case r.Verdict == diagnose.NoAnswer:
		r.Verdict = diagnose.NotSent
		r.Summary = fmt.Sprintf("no SYN left this machine by %s within %s", r.Route.Interface, span(r.ElapsedMS))
		r.diagnosis = diagnose.Unseen(diagnose.NotSent, client, f.server)
		r.diagnosis.Rivals = []diagnose.Rival{own, {Cause: diagnose.CauseMissingRoute, Text: lang.Text{English: "it leaves by another interface (ip rule)", Korean: "다른 인터페이스로 나간다(ip rule)"}}}
		r.diagnosis.Next = rulesHere
	case r.Verdict == diagnose.Refused || r.Verdict == diagnose.Rejected:
		r.Summary = fmt.Sprintf("refused by this machine itself (%s): nothing passed %s", r.Error, r.Route.Interface)
		r.diagnosis.Rivals = []diagnose.Rival{{Cause: diagnose.CauseOwnFirewall, Text: lang.Text{English: "a rule of this machine's own firewall rejects it", Korean: "이 머신 자체의 방화벽 규칙이 거절한다"}}}
		r.diagnosis.Next = rulesHere
	default:
		r.unseen("the packets that decided it: they did not pass %s, where the capture was", r.Route.Interface)
	}
}

var onClient = lang.Text{English: "on the client", Korean: "클라이언트에서"}

var rulesHere = []diagnose.Step{
	{ID: diagnose.StepClientRules, Command: "sudo nft list ruleset; sudo iptables -vnL OUTPUT", Comment: onClient},
	{ID: diagnose.StepClientRoute, Command: "ip rule; ip route show table all", Comment: onClient},
}

// fromFeeling is for an attempt that no packet was seen of.
func (r *Probed) fromFeeling(f *flow, felt feeling) {
	r.Verdict = felt.verdict(r.Neighbour)
	after := span(r.ElapsedMS)
	switch {
	case felt.err == nil:
		r.Summary = fmt.Sprintf("connected after %s", after)
	case r.Verdict == diagnose.NoAnswer || r.Verdict == diagnose.NoNeighbour:
		r.Summary = fmt.Sprintf("no answer in %s", after)
	default:
		r.Summary = fmt.Sprintf("connect failed after %s: %s", after, r.Error)
	}
	if r.Verdict.Failed() {
		server := netip.AddrPortFrom(f.server.Addr().WithZone(""), f.server.Port())
		if r.Verdict == diagnose.NoNeighbour {
			server = netip.AddrPortFrom(f.hop, 0)
		}
		r.diagnosis = diagnose.Unseen(r.Verdict, f.client(), server)
	}
}
