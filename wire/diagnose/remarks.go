package diagnose

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/lang"
)

// remarks adds what does not decide the verdict but may explain it.
func (e *explainer) remarks(a *Judged) {
	c := e.c
	x, y := &c.side[client], &c.side[server]
	if c.syns.count > 1 {
		e.notes = append(e.notes, c.sentAgain())
	}
	if a.Inconclusive {
		e.note(lang.Text{English: "the capture ends too early to be sure", Korean: "캡처가 너무 일찍 끝나 확실하지 않다"})
	}
	e.turned(a.Verdict)
	if c.isLoneSYN() && a.Verdict == NoAnswer && !a.Inconclusive && c.turnedTo() == nil {
		e.note(lang.Text{English: "the SYN was not sent again, although the capture goes on for %s: the client gave up before its next try (after 1 s, or 3 s on older systems), or sends each SYN once",
			Korean: "캡처가 %s 더 이어지는데 SYN을 다시 보내지 않았다: 클라이언트가 다음 시도(1초 뒤, 옛 시스템은 3초 뒤) 전에 포기했거나, SYN을 한 번씩만 보낸다"}, span(a.view.last-c.first.at))
	}
	if a.Verdict == SYNACKUnanswered && c.isLeftOpen() && !a.Inconclusive {
		e.note(lang.Text{English: "neither the SYN nor the SYN-ACK was sent again in %s: the acknowledgment may not have been captured; scanners and SYN proxies send nothing again, either",
			Korean: "%s 동안 SYN도 SYN-ACK도 다시 보내지 않았다: 확인 응답이 캡처되지 않았을 수 있다; 스캐너와 SYN 프록시도 다시 보내지 않는다"}, span(a.view.last-c.synacks.last.at))
	}
	if c.refusals.count > 0 && a.Verdict != Refused {
		e.note(lang.Text{English: "succeeded after %s", Korean: "%s 뒤 성공했다"}, count(c.refusals.count, "%d refusal", lang.Text{English: "%d refusals", Korean: "거부 %d번"}))
	}
	if c.isBadRefusal() && a.Verdict == Refused {
		e.badRefusal()
	}
	e.fragmented(a.Verdict)
	e.fastOpened(a.Verdict)
	e.multipath()
	e.accepting()
	e.forgery(x, y)
	if c.challenge.seen() {
		e.frame(c.challenge, lang.Text{English: "ACK of an older connection in answer to the SYN", Korean: "SYN에 돌아온 이전 연결의 ACK"})
		e.note(lang.Text{English: "the server still holds an older connection on these ports (challenge ACK, RFC 5961)",
			Korean: "서버가 같은 포트의 이전 연결을 아직 붙들고 있다(challenge ACK, RFC 5961)"})
		e.frame(c.staleRST, lang.Text{English: "RST of the client in answer to that", Korean: "그에 대한 클라이언트의 RST"})
		if c.staleRST.seen() && c.synacks.count == 0 && c.staleRST.isBefore(c.syns.last) {
			e.note(lang.Text{English: "the client's RST in answer had no effect: it does not reach the server", Korean: "그에 대한 클라이언트의 RST는 효과가 없었다: 서버에 닿지 않는다"})
		}
	}
	if c.strange.seen() {
		e.frame(c.strange, lang.Text{English: "SYN-ACK that does not acknowledge the SYN", Korean: "SYN을 확인 응답하지 않는 SYN-ACK"})
		if a.Verdict == NoAnswer {
			e.note(lang.Text{English: "a SYN-ACK came that does not acknowledge the SYN: a client does not take it, and goes on trying",
				Korean: "SYN을 확인 응답하지 않는 SYN-ACK이 왔다: 클라이언트는 받아들이지 않고 계속 시도한다"})
		}
	}
	e.elsewhere(a.Verdict)
	e.complaints()
	e.behindNAT()
	e.spoken()
	e.claimed()
	e.led(outcome(a))
	e.filterNote(a)
	if c.simultaneous {
		e.note(lang.Text{English: "simultaneous open: both sides sent a SYN", Korean: "동시 열기: 양쪽이 SYN을 보냈다"})
	}
	if c.copies > 0 {
		e.note(lang.Text{English: "%s captured twice", Korean: "두 번 캡처되었다: %s"}, packets(c.copies))
	}
	if a.Verdict == OK {
		e.finUnheard(x, y)
	}
	if x.missed || y.missed {
		e.note(lang.Text{English: "the capture lacks packets that were acknowledged", Korean: "확인 응답된 패킷 일부가 캡처에 없다"})
	}
	if c.ignoredRSTs > 0 {
		e.note(lang.Text{English: "%s had no effect: out of the window, or forged",
			Korean: "효과가 없었다: %s, 윈도 밖이거나 위조되었다"}, rsts(c.ignoredRSTs))
	}
}

// finUnheard tells of the last FIN where the capture lacks its acknowledgment, as it does where it ends with the connection. It is no trouble as long as
// the FIN is not sent again.
func (e *explainer) finUnheard(x, y *side) {
	if x.rst.seen() || y.rst.seen() {
		return
	}
	for dir, s := range []*side{x, y} {
		switch {
		case !s.fin.seen() || s.finAcked():
		case s.fins > 1:
			e.note(lang.Text{English: "the FIN of the %s was sent %s, and not seen acknowledged", Korean: "%s의 FIN: 전송 %s, 확인 응답은 보이지 않는다"}, sides[dir], times(int64(s.fins)))
		default:
			e.note(lang.Text{English: "the FIN of the %s was not seen acknowledged; it was not sent again, either", Korean: "%s의 FIN에 대한 확인 응답이 보이지 않지만 다시 보내지도 않았다"}, sides[dir])
		}
	}
}

// forgery points out a RST that has come another way than the rest of what its sender sent.
func (e *explainer) forgery(x, y *side) {
	if e.c.isHalfOpen() {
		return // the scanner makes its SYN, its kernel the RST
	}
	for dir, s := range []*side{x, y} {
		if s.rstFromElsewhere() {
			e.note(lang.Text{English: "the RST has TTL %d, the other packets of that side %d: something on the way may have sent it",
				Korean: "RST의 TTL은 %d, 그쪽의 다른 패킷은 %d이다: 경로상의 무언가가 보냈을 수 있다"}, s.rstTTL, s.ttl)
		}
		if s.goesOn() {
			e.note(lang.Text{English: "the %s went on sending after its RST: something on the way sent that in its name",
				Korean: "%s가 RST 뒤에도 계속 보냈다: 경로상의 무언가가 그 이름으로 RST를 보냈다"}, sides[dir])
		}
	}
}

// complaints adds the ICMP errors that do not decide the verdict.
func (e *explainer) complaints() {
	c := e.c
	if c.tooBig.seen() {
		e.frame(c.tooBig.mark, lang.Text{English: "ICMP too-big from %s, MTU %d", Korean: "%s에서 온 ICMP too-big, MTU %d"}, c.tooBig.sender(), c.tooBig.mtu)
	}
	if c.other.seen() {
		e.frame(c.other.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, c.other.name(), c.other.sender())
		e.note(lang.Text{English: "ICMP %s from %s about this connection", Korean: "이 연결에 대해 %[2]s에서 온 ICMP %[1]s"}, c.other.name(), c.other.sender())
	}
}

// elsewhereOnLink is for an asker of which the capture holds nothing but broadcasts.
var elsewhereOnLink = circumstance{beside: anywhere(CauseUnicastUnseen)}

func (n *neighbour) explain(a *Judged) explanation {
	e := explainer{}
	e.say(lang.Text{English: "%s asked for %s %s in %s, no answer",
		Korean: "%[1]s 호스트가 %[2]s 주소를 %[4]s 동안 %[3]s 찾았지만 응답이 없다"}, n.asker, n.target, times(n.requests.count),
		span(n.requests.last.at-n.requests.marks[0].at))
	e.all(&n.requests, lang.Text{English: "%s request for %s", Korean: "%[2]s 주소에 대한 %[1]s 요청"}, linkProtocol(n.v6), n.target)
	e.advice = adviceTo(advices[NoNeighbour], n.addr(client), n.addr(server), netip.Addr{})
	if !n.visible && a.view.kinds.attempts == 0 {
		e.advice.apply(&elsewhereOnLink)
	}
	return e.explanation
}

// linkProtocol is how hosts of one link ask for each other.
func linkProtocol(v6 bool) lang.Text {
	if v6 {
		return lang.Text{English: "neighbour discovery", Korean: "이웃 탐색"}
	}
	return lang.Same("ARP")
}

func sortEvidence(list []Evidence) {
	slices.SortStableFunc(list, func(a, b Evidence) int { return cmp.Compare(a.Frame, b.Frame) })
}
