package wire

import "net/netip"

// Echoes returns the echo exchanges, in the order of their first packets: requests, replies, and the ICMP errors that
// quote one of them.
func (t Trace) Echoes() []Attempt {
	var exchanges []Attempt
	index := map[exchange]int{}
	for i := range t.Packets {
		p := &t.Packets[i]
		key, ok := exchangeOf(p)
		if !ok {
			continue
		}
		at, known := index[key]
		if !known {
			at = len(exchanges)
			index[key] = at
			exchanges = append(exchanges, key.attempt())
		}
		exchanges[at].Packets = append(exchanges[at].Packets, *p)
	}
	return exchanges
}

// exchange is what the packets of an echo exchange have in common. Both hosts may ask each other at once, with the
// same identifier: who asks is part of it.
type exchange struct {
	client, server netip.Addr
	id             uint16
}

func (e exchange) attempt() Attempt {
	return Attempt{Client: netip.AddrPortFrom(e.client, 0), Server: netip.AddrPortFrom(e.server, 0), Echo: true, EchoID: e.id}
}

// exchangeOf is the exchange that the packet belongs to; it reports false when the packet belongs to none.
func exchangeOf(p *Packet) (exchange, bool) {
	switch m := &p.ICMP; {
	case p.Kind != KindICMP:
		return exchange{}, false
	case m.IsEchoRequest():
		return exchange{p.Src, p.Dst, m.ID}, true
	case m.IsEchoReply():
		return exchange{p.Dst, p.Src, m.ID}, true
	case !m.Quote.HasEcho:
		return exchange{}, false
	case m.Quote.EchoReply:
		return exchange{m.Quote.Dst.Addr(), m.Quote.Src.Addr(), m.Quote.ID}, true
	default:
		return exchange{m.Quote.Src.Addr(), m.Quote.Dst.Addr(), m.Quote.ID}, true
	}
}
