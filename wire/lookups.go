package wire

import "net/netip"

// NameLookup is one question to name servers, for records of one type: the queries of a client, however often and of whichever server it asks, the
// answers, and the ICMP errors that quote one of them. Where an answer did not fit into its datagram, the connection on which the client asks
// again (RFC 7766) is a part of it.
type NameLookup struct {
	Attempt
	Name string
	Type DNSType
}

// Lookups returns what was asked of name servers, in the order of the first queries.
func (t Trace) Lookups() []NameLookup {
	g := lookupGrouper{trace: t, known: map[lookupKey]int{}, asked: map[netip.AddrPort]int{}, cut: map[flow][]int{}, streams: map[flow]int{}}
	for i := range t.Packets {
		if at, ok := g.lookupOf(&t.Packets[i]); ok {
			g.list[at].Packets = append(g.list[at].Packets, t.Packets[i])
		}
	}
	return g.list
}

type lookupKey struct {
	client netip.Addr
	name   string
	kind   DNSType
}

type lookupGrouper struct {
	trace   Trace
	list    []NameLookup
	known   map[lookupKey]int
	asked   map[netip.AddrPort]int // by the client's address and port of a query
	cut     map[flow][]int         // by the two hosts, with port 0: those whose answer did not fit, and are not asked again yet
	streams map[flow]int           // by the ends of the connection on which it is asked again
}

// lookupOf is the index of the lookup that a packet belongs to; it reports false when the packet belongs to none.
func (g *lookupGrouper) lookupOf(p *Packet) (at int, ok bool) {
	switch q := &p.ICMP.Quote; {
	case p.Kind == KindDNS:
		return g.messages(p)
	case p.Kind == KindTCP:
		return g.segments(p)
	case p.Kind != KindICMP || !p.ICMP.HasQuote:
		return 0, false
	case q.Protocol == protocolTCP:
		at, ok = g.streams[flowOf(q.Src, q.Dst)]
	case q.Protocol == protocolUDP && q.Dst.Port() == portDNS:
		at, ok = g.asked[q.Src]
	case q.Protocol == protocolUDP && q.Src.Port() == portDNS:
		at, ok = g.asked[q.Dst]
	}
	return at, ok
}

func (g *lookupGrouper) messages(p *Packet) (at int, ok bool) {
	m, read := ParseDNS(g.trace.Payloads[p.Frame])
	if !read || !m.HasQuestion {
		return 0, false
	}
	client, server := p.SrcAddrPort(), p.DstAddrPort()
	if p.DNS.Response {
		client, server = server, client
	}
	key := lookupKey{client.Addr(), m.Name, m.Type}
	at, known := g.known[key]
	if !known {
		at = len(g.list)
		g.known[key] = at
		g.list = append(g.list, NameLookup{Name: m.Name, Type: m.Type,
			Attempt: Attempt{Client: netip.AddrPortFrom(client.Addr(), 0), Server: server, Lookup: true}})
	}
	g.asked[client] = at
	if p.DNS.Response && p.DNS.Truncated {
		hosts := hostsOf(client, server)
		g.cut[hosts] = append(g.cut[hosts], at)
	}
	return at, true
}

func (g *lookupGrouper) segments(p *Packet) (at int, ok bool) {
	src, dst := p.SrcAddrPort(), p.DstAddrPort()
	key := flowOf(src, dst)
	hosts := hostsOf(src, dst)
	at, ok = g.streams[key]
	if waiting := g.cut[hosts]; !ok && isSYN(p) && dst.Port() == portDNS && len(waiting) > 0 {
		at, ok = waiting[0], true // what it is to ask, a SYN does not say
		g.streams[key], g.cut[hosts] = at, waiting[1:]
	}
	return at, ok
}

// hostsOf is a pair of hosts, whatever their ports.
func hostsOf(a, b netip.AddrPort) flow {
	return flowOf(netip.AddrPortFrom(a.Addr(), 0), netip.AddrPortFrom(b.Addr(), 0))
}
