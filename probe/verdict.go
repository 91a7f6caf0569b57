package probe

import (
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
	notes := d.Notes
	if r.Route.Local { // every packet passes the loopback interface twice, out and in
		notes = slices.DeleteFunc(slices.Clone(notes), func(note lang.Message) bool { return strings.HasSuffix(note.String(), "captured twice") })
	}
	r.told.summary, r.Summary, r.told.evidence = d.Summary, d.Summary.String(), d.Evidence
	r.addNotes(notes...)
	for _, e := range d.Evidence {
		r.Evidence = append(r.Evidence, PacketSeen{e.Frame, e.What.String()})
	}
	switch d.Verdict {
	case diagnose.HalfClosed, diagnose.ResetByClient:
		r.Verdict = diagnose.Open
		r.say(lang.Text{English: "established; the server had not closed its side when the probe ended", Korean: "연결되었다; 확인이 끝날 때 서버는 아직 제 쪽을 닫지 않았다"})
	case diagnose.ClosedEarly: // whose FIN was first is a race
		r.Verdict = diagnose.OK
		r.note(lang.Text{English: "the server closed without being asked anything: so does a proxy that has lost its backend, or an access list", Korean: "서버가 아무것도 묻기 전에 닫았다: 백엔드를 잃은 프록시나 접근 목록이 그렇게 한다"})
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
		r.say(lang.Text{English: "no local port is free (%s), so nothing was sent", Korean: "남은 로컬 포트가 없어(%s) 아무것도 보내지 않았다"}, r.Error)
		r.diagnosis.Rivals = []diagnose.Rival{diagnose.NewRival(diagnose.CauseNoLocalPort)}
		r.diagnosis.Next = []diagnose.Step{{ID: diagnose.StepClientSockets, Command: "ss -s; sysctl net.ipv4.ip_local_port_range", Comment: onClient}}
	case !tapped || len(f.packets) > 0 || r.Verdict == diagnose.NoNeighbour:
		// Without a capture nothing is known of packets; and a neighbour that was asked for once has not had its time: the kernel's own
		// table decided.
	case r.Verdict == diagnose.NoAnswer:
		r.Verdict = diagnose.NotSent
		r.say(lang.Text{English: "no SYN left this machine by %s within %s", Korean: "%[2]s 안에 %[1]s 인터페이스로 나간 SYN이 없다"}, r.Route.Interface, span(r.ElapsedMS))
		r.diagnosis = diagnose.Unseen(diagnose.NotSent, client, f.server)
		r.diagnosis.Rivals = []diagnose.Rival{own, {Cause: diagnose.CauseMissingRoute, Text: lang.Text{English: "it leaves by another interface (ip rule)", Korean: "다른 인터페이스로 나간다(ip rule)"}}}
		r.diagnosis.Next = rulesHere
	case r.Verdict == diagnose.Refused || r.Verdict == diagnose.Rejected:
		r.say(lang.Text{English: "refused by this machine itself (%s): nothing passed %s", Korean: "이 머신 자신이 거부했다(%s): %s 인터페이스를 지난 것이 없다"}, r.Error, r.Route.Interface)
		r.diagnosis.Rivals = []diagnose.Rival{{Cause: diagnose.CauseOwnFirewall, Text: lang.Text{English: "a rule of this machine's own firewall rejects it", Korean: "이 머신 자체의 방화벽 규칙이 거절한다"}}}
		r.diagnosis.Next = rulesHere
	default:
		r.unseen(lang.Text{English: "the packets that decided it: they did not pass %s, where the capture was", Korean: "판정을 가른 패킷: 캡처한 %s 인터페이스를 지나지 않았다"}, r.Route.Interface)
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
		r.say(lang.Text{English: "connected after %s", Korean: "%s 뒤 연결되었다"}, after)
	case r.Verdict == diagnose.NoAnswer || r.Verdict == diagnose.NoNeighbour:
		r.say(lang.Text{English: "no answer in %s", Korean: "%s 동안 응답이 없다"}, after)
	default:
		r.say(lang.Text{English: "connect failed after %s: %s", Korean: "%s 뒤 connect 실패: %s"}, after, r.Error)
	}
	if r.Verdict.Failed() {
		server := netip.AddrPortFrom(f.server.Addr().WithZone(""), f.server.Port())
		if r.Verdict == diagnose.NoNeighbour {
			server = netip.AddrPortFrom(f.hop, 0)
		}
		r.diagnosis = diagnose.Unseen(r.Verdict, f.client(), server)
	}
}
