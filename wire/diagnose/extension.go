package diagnose

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// What extensions of TCP put into a connection: data on the SYN (Fast Open, RFC 7413), and connections that are parts of one (Multipath
// TCP, RFC 8684).

// fastOpen is a SYN with data, and what became of it.
type fastOpen struct {
	carrying series // SYNs with data
	plain    mark   // the first SYN after them without data
	bytes    uint32 // on the first
	taken    uint32 // of these, acknowledged by the SYN-ACK
}

// openFast takes in a SYN of the client.
func (c *conn) openFast(p *wire.Packet, m mark) {
	switch {
	case p.TCP.Payload > 0:
		if c.fast == nil {
			c.fast = &fastOpen{bytes: uint32(p.TCP.Payload)}
		}
		c.fast.carrying.add(m)
	case c.fast != nil && !c.fast.plain.seen():
		c.fast.plain = m
	}
}

// fastOpened tells of data on the SYN.
func (e *explainer) fastOpened(v Verdict) {
	c, f := e.c, e.c.fast
	if f == nil {
		return
	}
	data := count(int64(f.bytes), "%d byte", lang.Text{English: "%d bytes", Korean: "%d바이트"})
	answer := c.synacks.marks[0]
	switch {
	case answer.seen() && f.taken >= f.bytes:
		e.note(lang.Text{English: "the SYN carried %s (TCP Fast Open), and the server took them", Korean: "SYN에 데이터가 %s 실려 있었고(TCP Fast Open) 서버가 받았다"}, data)
	case answer.seen() && f.taken > 0:
		e.note(lang.Text{English: "the SYN carried %s (TCP Fast Open), and the server took %d of them",
			Korean: "SYN에 데이터가 %s 실려 있었고(TCP Fast Open) 서버는 그 가운데 %d바이트를 받았다"}, data, f.taken)
	case answer.seen() && f.plain.seen() && f.plain.isBefore(answer) && f.plain.at-f.carrying.last.at >= shortestGap:
		e.frame(f.carrying.marks[0], lang.Text{English: "SYN with %s", Korean: "데이터가 %s 실린 SYN"}, data)
		e.frame(f.plain, lang.Text{English: "SYN without data", Korean: "데이터 없는 SYN"})
		e.note(lang.Text{English: "%s with %s was not answered, and the SYN without data was (TCP Fast Open): a middlebox drops SYNs with data, or just %s lost",
			Korean: "데이터가 %[2]s 실린 %[1]s에는 응답이 없고 데이터 없는 SYN에는 있었다(TCP Fast Open): 미들박스가 데이터가 실린 SYN을 드롭하거나, 우연히 %[3]s 유실되었다"},
			syns(f.carrying.count), data, count(f.carrying.count, "that %d was", lang.Text{English: "those %d were", Korean: "그 %d개가"}))
	case answer.seen():
		e.note(lang.Text{English: "the SYN carried %s (TCP Fast Open), and the server did not take them: the client has to send them again",
			Korean: "SYN에 데이터가 %s 실려 있었지만(TCP Fast Open) 서버가 받지 않았다: 클라이언트가 다시 보내야 한다"}, data)
	case v == NoAnswer && !f.plain.seen():
		e.note(lang.Text{English: "every SYN carried data (TCP Fast Open): some middleboxes drop such SYNs and let others pass",
			Korean: "SYN마다 데이터가 실려 있었다(TCP Fast Open): 일부 미들박스는 그런 SYN만 드롭한다"})
	}
}

// The subtypes of the option of Multipath TCP, RFC 8684 section 8.2, that open and end connections.
const (
	multipathJoin      = 1
	multipathFastClose = 7
	multipathReset     = 8
)

// multipathEnd is an option of Multipath TCP that ends connections.
type multipathEnd struct {
	mark
	dir     int
	subtype uint8
	reason  uint8
}

// multipathReasons are those of MP_TCPRST, RFC 8684 section 3.6.
var multipathReasons = [...]lang.Text{
	{English: "no reason given", Korean: "이유를 말하지 않음"},
	{English: "an error of Multipath TCP", Korean: "Multipath TCP의 오류"},
	{English: "lack of resources", Korean: "자원 부족"},
	{English: "forbidden by its administrator", Korean: "관리자가 금지함"},
	{English: "too much outstanding data", Korean: "확인 응답을 기다리는 데이터가 너무 많음"},
	{English: "this path performs badly", Korean: "이 경로의 성능이 나쁨"},
	{English: "a middlebox interferes", Korean: "미들박스가 간섭함"},
}

// endMultipath looks for an option that ends a connection of Multipath TCP; the first one counts.
func (c *conn) endMultipath(dir int, p *wire.Packet, m mark) {
	for o := range p.TCP.Options() {
		if o.Malformed || o.Kind != optionMultipath || len(o.Data) < 2 || c.ended != nil {
			continue
		}
		if subtype := o.Data[0] >> 4; subtype == multipathFastClose || subtype == multipathReset {
			c.ended = &multipathEnd{m, dir, subtype, o.Data[1]}
		}
	}
}

// multipath tells of Multipath TCP.
func (e *explainer) multipath() {
	c := e.c
	if c.side[client].subflow {
		e.note(lang.Text{English: "a subflow of Multipath TCP (MP_JOIN): other connections carry the rest of the same conversation",
			Korean: "Multipath TCP의 서브플로다(MP_JOIN): 같은 대화의 나머지는 다른 연결에 실린다"})
	}
	if c.ended == nil {
		return
	}
	who := sides[c.ended.dir]
	if c.ended.subtype == multipathFastClose {
		e.frame(c.ended.mark, lang.Text{English: "MP_FASTCLOSE of the %s", Korean: "%s의 MP_FASTCLOSE"}, who)
		e.note(lang.Text{English: "the %s aborts the whole Multipath TCP connection with all its subflows (MP_FASTCLOSE)",
			Korean: "%s가 Multipath TCP 연결 전체를 모든 서브플로와 함께 중단한다(MP_FASTCLOSE)"}, who)
		return
	}
	reason := lang.Text{English: "reason %d", Korean: "이유 %d"}.With(c.ended.reason)
	if int(c.ended.reason) < len(multipathReasons) {
		reason = multipathReasons[c.ended.reason]
	}
	e.frame(c.ended.mark, lang.Text{English: "MP_TCPRST of the %s", Korean: "%s의 MP_TCPRST"}, who)
	e.note(lang.Text{English: "the RST of the %s ends this subflow of Multipath TCP and says why (MP_TCPRST): %s; other subflows may go on",
		Korean: "%s의 RST가 Multipath TCP의 이 서브플로를 끝내며 이유를 말한다(MP_TCPRST): %s; 다른 서브플로는 계속될 수 있다"}, who, reason)
}
