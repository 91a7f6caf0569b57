package diagnose

import (
	"strconv"

	"github.com/tcplab/tcplab/lang"
)

// Other addresses of an attempt, and interfaces that it passed: where it was still seen.

// cameInOnly reports whether the SYNs were seen coming in to the capturing host, and never going out.
func (t *path) cameInOnly() bool {
	if t == nil || t.n == 0 {
		return false
	}
	for _, h := range t.hops[:t.n] {
		if h.outgoing || h.index == 0 { // without an index, the direction is not known either
			return false
		}
	}
	return true
}

// elsewhere tells under which other addresses, and at which interfaces, the attempt was seen.
func (e *explainer) elsewhere(v Verdict) {
	c := e.c
	if r := c.related; r != nil && r.synacks.count > 0 {
		e.all(&r.synacks, lang.Text{English: "SYN-ACK from %s", Korean: "%s에서 온 SYN-ACK"}, r.foreignEnd.addrPort())
		e.frame(r.resets.last, lang.Text{English: "RST of the client in answer to that", Korean: "그에 대한 클라이언트의 RST"})
	}
	if r := c.related; r != nil && r.twinEnds != [2]endpoint{} {
		from, to := r.twinEnds[client].addrPort(), r.twinEnds[server].addrPort()
		e.note(lang.Text{English: "behind this host's NAT the attempt is known as %s -> %s", Korean: "이 호스트의 NAT 뒤에서 이 시도의 주소: %s -> %s"}, from, to)
		if r.twinSynacks.count > 0 && c.synacks.count == 0 {
			e.frame(r.twinSynacks.marks[0], lang.Text{English: "SYN-ACK to %s", Korean: "%s 앞으로 간 SYN-ACK"}, from)
			e.note(lang.Text{English: "it was answered there: the answer is lost within this host, on its way back to %s",
				Korean: "그곳에는 응답이 왔다: 응답은 %s 쪽으로 돌아가다가 이 호스트 안에서 유실된다"}, c.addr(client))
		}
	}
	if v == NoAnswer && c.path != nil && (c.path.n > 1 || c.path.cameInOnly()) {
		e.notes = append(e.notes, c.path.sentence())
	}
}

// sentence says at which interfaces the SYNs were seen.
func (t *path) sentence() lang.Message {
	var in, out []string
	and := lang.Text{English: " and ", Korean: " 및 "}
	for _, h := range t.hops[:t.n] {
		name := h.name
		if name == "" {
			name = strconv.Itoa(int(h.index))
		}
		if h.outgoing {
			out = append(out, name)
		} else {
			in = append(in, name)
		}
	}
	switch {
	case t.cameInOnly():
		return lang.Tell(lang.Text{English: "the SYNs came in on interface %s and left on none", Korean: "SYN이 %s 인터페이스로 들어와 어디로도 나가지 않았다"}, inSequence(in, and))
	case len(out) == 0:
		then := lang.Text{English: ", then ", Korean: ", 그다음 "}
		return lang.Tell(lang.Text{English: "the SYNs were seen at interface %s", Korean: "SYN이 보인 인터페이스: %s"}, inSequence(in, then))
	case len(in) == 0:
		return lang.Tell(lang.Text{English: "the SYNs left on interface %s", Korean: "SYN이 %s 인터페이스로 나갔다"}, inSequence(out, and))
	}
	return lang.Tell(lang.Text{English: "the SYNs came in on interface %s and left on interface %s", Korean: "SYN이 %s 인터페이스로 들어와 %s 인터페이스로 나갔다"},
		inSequence(in, and), inSequence(out, and))
}
