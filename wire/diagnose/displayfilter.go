package diagnose

import (
	"fmt"
	"net/netip"
)

// Frames is the first and the last frame of an attempt, as the capture numbers them; 0 where no packet was seen.
type Frames struct{ First, Last int64 }

// take widens the range by a frame.
func (f *Frames) take(frame int64) {
	if f.First == 0 || frame < f.First {
		f.First = frame
	}
	f.Last = max(f.Last, frame)
}

func (f Frames) filter() string {
	if f.First == f.Last {
		return fmt.Sprintf("frame.number == %d", f.First)
	}
	return fmt.Sprintf("frame.number in {%d..%d}", f.First, f.Last)
}

func (c *conn) frames() Frames { return c.numbers }
func (x *echo) frames() Frames { return x.numbers }

func (n *neighbour) frames() Frames {
	return Frames{n.requests.marks[0].frame, n.requests.last.frame}
}

// exchanged is a display filter for what two ends exchange: TCP segments, and ICMP errors that quote these.
func exchanged(a, b netip.AddrPort) string {
	ip := ipOf(a.Addr())
	addresses := fmt.Sprintf("%s.addr == %s && %s.addr == %s", ip, a.Addr(), ip, b.Addr())
	if a.Addr() == b.Addr() { // on one machine: not what it exchanges with others
		addresses = fmt.Sprintf("%s.src == %s && %s.dst == %s", ip, a.Addr(), ip, b.Addr())
	}
	ports := fmt.Sprintf("tcp.port == %d && tcp.port == %d", a.Port(), b.Port())
	if a.Port() == b.Port() {
		ports = fmt.Sprintf("tcp.srcport == %d && tcp.dstport == %d", a.Port(), b.Port())
	}
	return addresses + " && " + ports
}

func ipOf(a netip.Addr) string {
	if a.Is4() {
		return "ip"
	}
	return "ipv6"
}

// displayFilter includes what the attempt is under other addresses, in the same capture: behind NAT, or where another address answered.
func (c *conn) displayFilter() string {
	text := exchanged(c.addr(client), c.addr(server))
	var others string
	if r := c.related; r != nil && r.twinEnds != [2]endpoint{} {
		others += " || " + exchanged(r.twinEnds[client].addrPort(), r.twinEnds[server].addrPort())
	}
	if r := c.related; r != nil && r.foreignEnd != (endpoint{}) {
		others += " || " + exchanged(c.addr(client), r.foreignEnd.addrPort())
	}
	if others != "" {
		text = "(" + text + others + ")"
	}
	return text
}

// displayFilter names one end alone where replies came from another address than the one that was asked.
func (x *echo) displayFilter() string {
	from, to := x.addr(client).Addr(), x.addr(server).Addr()
	ip, id := ipOf(from), "icmp.ident"
	if !from.Is4() {
		id = "icmpv6.echo.identifier"
	}
	text := fmt.Sprintf("%s.addr == %s", ip, from)
	if x.others == 0 {
		text += fmt.Sprintf(" && %s.addr == %s", ip, to)
	}
	return fmt.Sprintf("%s && %s == %d", text, id, x.key.id)
}

func (n *neighbour) displayFilter() string {
	if n.v6 {
		return fmt.Sprintf("ipv6.src == %s && icmpv6.nd.ns.target_address == %s", n.asker, n.target)
	}
	return fmt.Sprintf("arp.src.proto_ipv4 == %s && arp.dst.proto_ipv4 == %s", n.asker, n.target)
}

// DisplayFilter is what Wireshark and tshark (-Y) take to show the frames of the attempt and no others; empty where no packet was seen.
func (d *Diagnosis) DisplayFilter() string {
	if d.Frames.First == 0 {
		return ""
	}
	return d.Frames.filter() + " && " + d.selects
}
