package diagnose

import (
	"fmt"

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
	data := plural(int64(f.bytes), "byte")
	answer := c.synacks.marks[0]
	switch {
	case answer.seen() && f.taken >= f.bytes:
		e.note("the SYN carried %s (TCP Fast Open), and the server took them", data)
	case answer.seen() && f.taken > 0:
		e.note("the SYN carried %s (TCP Fast Open), and the server took %d of them", data, f.taken)
	case answer.seen() && f.plain.seen() && f.plain.isBefore(answer) && f.plain.at-f.carrying.last.at >= shortestGap:
		e.frame(f.carrying.marks[0], "SYN with %s", data)
		e.frame(f.plain, "SYN without data")
		e.note("%s with %s was not answered, and the SYN without data was (TCP Fast Open): a middlebox drops SYNs with data, or just %s lost",
			count(f.carrying.count, "%d SYN", "%d SYNs"), data, count(f.carrying.count, "that %d was", "those %d were"))
	case answer.seen():
		e.note("the SYN carried %s (TCP Fast Open), and the server did not take them: the client has to send them again", data)
	case v == NoAnswer && !f.plain.seen():
		e.note("every SYN carried data (TCP Fast Open): some middleboxes drop such SYNs and let others pass")
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
var multipathReasons = [...]string{"no reason given", "an error of Multipath TCP", "lack of resources", "forbidden by its administrator",
	"too much outstanding data", "this path performs badly", "a middlebox interferes"}

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
		e.note("a subflow of Multipath TCP (MP_JOIN): other connections carry the rest of the same conversation")
	}
	if c.ended == nil {
		return
	}
	who := sides[c.ended.dir]
	if c.ended.subtype == multipathFastClose {
		e.frame(c.ended.mark, "MP_FASTCLOSE of the %s", who)
		e.note("the %s aborts the whole Multipath TCP connection with all its subflows (MP_FASTCLOSE)", who)
		return
	}
	reason := fmt.Sprintf("reason %d", c.ended.reason)
	if int(c.ended.reason) < len(multipathReasons) {
		reason = multipathReasons[c.ended.reason]
	}
	e.frame(c.ended.mark, "MP_TCPRST of the %s", who)
	e.note("the RST of the %s ends this subflow of Multipath TCP and says why (MP_TCPRST): %s; other subflows may go on", who, reason)
}
