package diagnose

import "net/netip"

// What one protocol says of a host helps to judge another: a host that answers TCP is up, and its silence to ping means
// that something filters ICMP; and the other way round.

// pair is two addresses, the lower one first.
type pair [2]host

// proof is what shows that two hosts reach each other: the latest packet from each, in the order of the pair, on the
// connection or in the exchange that is proof for the longest.
type proof struct {
	tcp, ping [2]mark
	port      uint16
	reset     bool // all that came of TCP is RST, which a firewall may have sent in the host's place
}

func pairOf(a, b host) (p pair, first int) {
	if a.isAfter(b) {
		return pair{b, a}, 1
	}
	return pair{a, b}, 0
}

// later replaces marks by newer ones.
func later(have *[2]mark, news [2]mark) {
	if !have[0].seen() || min(have[0].at, have[1].at) < min(news[0].at, news[1].at) {
		*have = news
	}
}

// proveTCP keeps that both sides of a connection were heard.
func (v *view) proveTCP(c *conn) {
	if c.side[client].packets == 0 || c.side[server].packets == 0 {
		return
	}
	key := pair{c.flow[0].host, c.flow[1].host}
	known, ok := v.proofs[key]
	if !ok && len(v.proofs) >= maxServers {
		return
	}
	reset := c.refusals.count > 0 && c.synacks.count == 0
	switch {
	case reset && known.tcp[0].seen() && !known.reset:
		return
	case !reset && known.reset:
		known.tcp = [2]mark{}
	}
	known.reset, known.port = reset, c.addr(server).Port()
	later(&known.tcp, [2]mark{c.side[c.direction(0)].last, c.side[c.direction(1)].last})
	v.proofs[key] = known
}

// countEcho takes in what an echo exchange says of the vantage point, and of the host.
func (v *view) countEcho(x *echo) {
	if x.isLone() {
		v.lone++
	}
	if x.answered == 0 || x.others > 0 {
		return
	}
	key, first := pairOf(x.key.ends[client], x.key.ends[server])
	known, ok := v.proofs[key]
	if !ok && len(v.proofs) >= maxServers {
		return
	}
	var news [2]mark
	news[first], news[1-first] = x.asked.last, x.heard.last
	later(&known.ping, news)
	v.proofs[key] = known
}

// proofOf returns what is known of two hosts, and the index of the second in it.
func (v *view) proofOf(a, b host) (proof, int) {
	key, first := pairOf(a, b)
	return v.proofs[key], 1 - first
}

// pinged is the latest echo reply of the server, if it came after the connection's first packet.
func (v *view) pinged(c *conn) mark {
	client, server := c.flow[c.clientAt], c.flow[1-c.clientAt]
	known, host := v.proofOf(client.host, server.host)
	if m := known.ping[host]; m.at >= c.first.at {
		return m
	}
	return mark{}
}

// spoke is the latest TCP packet of the server on another port, if it came while the SYNs of the connection were sent, or shortly after. A RST is
// none, because a firewall may send it in the server's place.
func (v *view) spoke(c *conn) (mark, uint16) {
	known, host := v.proofOf(c.flow[c.clientAt].host, c.flow[1-c.clientAt].host)
	if m := known.tcp[host]; m.seen() && !known.reset && m.at >= c.first.at && m.at <= c.syns.last.at+nearby {
		return m, known.port
	}
	return mark{}, 0
}

// speaks reports whether there is such a packet.
func (v *view) speaks(c *conn) bool {
	m, port := v.spoke(c)
	return m.seen() && port != c.addr(server).Port()
}

// onLink keeps that an address was answered for on the link.
func (v *view) onLink(target netip.Addr, m mark) {
	if v.links == nil {
		v.links = map[netip.Addr]mark{}
	}
	if _, known := v.links[target]; known || len(v.links) < maxNeighbours {
		v.links[target] = m
	}
}

// life is what else shows that a host which does not answer ping is up.
type life struct {
	tcp    mark // what the host sent by TCP while the requests went unanswered
	reset  bool
	before mark   // the same, before the first request
	port   uint16 // of either
	link   mark   // its answer to ARP or Neighbour Discovery
}

// freshLink is how old an answer to ARP may be and yet tell something of the host's state, in ns.
const freshLink = 5e9

// lifeOf gathers what is known of the asked host.
func (v *view) lifeOf(x *echo) life {
	var l life
	known, host := v.proofOf(x.key.ends[client], x.key.ends[server])
	l.port = known.port
	switch m := known.tcp[host]; {
	case m.seen() && m.at >= x.first.at:
		l.tcp, l.reset = m, known.reset
	case m.seen():
		l.before = m
	}
	if m := v.links[x.key.addr(server)]; m.seen() && m.at >= x.first.at-freshLink {
		l.link = m
	}
	return l
}
