package diagnose

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// A host that applies IPsec shows a capture the packets that come in twice, encrypted and plain, and those that leave encrypted
// only. So a SYN without an answer may have one, which is in the ESP packet that leaves the other way right after it.

// protocolESP is IANA's number of the Encapsulating Security Payload (RFC 4303).
const protocolESP = 50

// How close in time packets are that belong together, in ns.
const (
	veiledWithin = 50e6 // a SYN, and its answer
	plainWithin  = 5e6  // an ESP packet, and what was in it
	busyWithin   = 4e8  // so many ESP packets as are remembered: chance would put one after each SYN
)

// veil is an ESP packet.
type veil struct {
	mark
	from, to host
}

// veils are the latest SYNs without an answer, and the latest ESP packets.
type veils struct {
	asked  [16]question
	asks   int
	latest [8]veil
	n      int
}

// question is the latest SYN of a connection; nil once something has answered it.
type question struct {
	mark
	c *conn
}

// veiled is the ESP packets that may be the answers to an attempt's SYNs.
type veiled struct {
	series
	veil // the latest
}

// ask notes a SYN.
func (v *veils) ask(c *conn, m mark) {
	v.asked[v.asks%len(v.asked)] = question{m, c}
	v.asks++
}

// pass takes in an ESP packet.
func (v *veils) pass(p *wire.Packet, m mark) {
	passed := veil{m, hostOf(p.Src), hostOf(p.Dst)}
	oldest := &v.latest[v.n%len(v.latest)]
	busy := oldest.seen() && m.at-oldest.at < busyWithin
	for i := range v.asked {
		q := &v.asked[i]
		if q.c == nil || q.c.gone || q.c.syns.last != q.mark || m.at-q.at > veiledWithin {
			q.c = nil
			continue
		}
		if !busy && v.isWayBack(q, &passed) {
			q.c.veil(passed)
			q.c = nil
		}
	}
	*oldest = passed
	v.n++
}

// isWayBack reports whether an ESP packet goes from the server or to the client, or the other way than one that came just before the
// SYN, and may have carried it.
func (v *veils) isWayBack(q *question, p *veil) bool {
	if p.from == q.c.flow[1-q.c.clientAt].host || p.to == q.c.flow[q.c.clientAt].host {
		return true
	}
	for _, came := range v.latest[:min(v.n, len(v.latest))] {
		if came.from == p.to && came.to == p.from && came.isBefore(q.mark) && q.at-came.at < plainWithin {
			return true
		}
	}
	return false
}

func (c *conn) veil(p veil) {
	if c.veiled == nil {
		c.veiled = new(veiled)
	}
	c.veiled.add(p.mark)
	c.veiled.veil = p
}

// isVeiled reports whether each SYN may have been answered by an ESP packet.
func (c *conn) isVeiled() bool {
	return c.veiled != nil && c.veiled.count >= c.syns.count && c.side[server].packets == 0 && !c.rejection.seen()
}

// behindIPsec is for answers that leave encrypted.
var behindIPsec = circumstance{lead: anywhere(CauseEncrypted), excluded: []Cause{CauseOneDirection, CauseAsymmetric}}

// unveil tells of ESP packets that may be the answers.
func (e *explainer) unveil() {
	v := e.c.veiled
	e.all(&v.series, lang.Text{English: "ESP packet the other way", Korean: "반대 방향의 ESP 패킷"})
	e.note(lang.Text{English: "right after each SYN an ESP packet went from %s to %s: the answer may be within it; capture where IPsec is not applied yet, behind the gateway or on its inner interface",
		Korean: "SYN마다 바로 뒤에 ESP 패킷이 %s에서 %s 쪽으로 갔다: 그 안에 응답이 있을 수 있다; 아직 IPsec이 적용되지 않은 곳, 게이트웨이 뒤나 그 안쪽 인터페이스에서 캡처한다"},
		v.from.addr(), v.to.addr())
	e.advice.apply(&behindIPsec)
}
