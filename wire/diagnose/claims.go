package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// claim is who answers for an address on the link.
type claim struct {
	mark
	mac [6]byte
	// rival is another that answered nearly at the same time: two machines have one address (RFC 5227).
	rival   mark
	another [6]byte
}

// sameQuestion is how far apart, in ns, two answers may be for neither to be news: a machine that takes an address over (VRRP, a
// cluster) says so later.
const sameQuestion = 1e9

// claim takes in an answer of ARP or Neighbour Discovery.
func (v *view) claim(p *wire.Packet, m mark) {
	mac := p.Neighbour.MAC
	if mac == [6]byte{} {
		return
	}
	c, known := v.claims[p.Neighbour.Target]
	switch {
	case !known && len(v.claims) >= maxNeighbours, c.rival.seen():
		return
	case v.claims == nil:
		v.claims = map[netip.Addr]claim{}
	}
	if known && c.mac != mac && m.at-c.at < sameQuestion {
		c.rival, c.another = m, mac
	} else {
		c.mark, c.mac = m, mac
	}
	v.claims[p.Neighbour.Target] = c
}

// claimed tells of an address of the connection that two machines have.
func (e *explainer) claimed() {
	for dir, who := range sides {
		address := e.c.addr(dir).Addr()
		c := e.view.claims[address]
		if !c.rival.seen() {
			continue
		}
		e.frame(c.mark, lang.Text{English: "answer for %s by %s", Korean: "%s 주소에 대한 %s의 응답"}, address, hardware(c.mac))
		e.frame(c.rival, lang.Text{English: "answer for %s by %s", Korean: "%s 주소에 대한 %s의 응답"}, address, hardware(c.another))
		e.note(lang.Text{English: "two machines claim the address of the %s: %s and %s (a duplicate address)",
			Korean: "두 장비가 %s의 주소를 자기 것이라고 한다: %s, %s(주소 중복)"}, who, hardware(c.mac), hardware(c.another))
	}
	if e.c.second.seen() {
		e.frame(e.c.second, lang.Text{English: "SYN-ACK with another number", Korean: "번호가 다른 SYN-ACK"})
		e.note(lang.Text{English: "two SYN-ACKs with different numbers came at once: two machines answer for the server's address",
			Korean: "번호가 다른 SYN-ACK 두 개가 동시에 왔다: 두 장비가 서버의 주소로 응답한다"})
	}
}

func hardware(mac [6]byte) string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5])
}
