package diagnose

import (
	"strings"

	"github.com/tcplab/tcplab/wire"
)

// query is one of a lookup's queries.
type query struct {
	mark
	key queryKey
}

// fewQueries is how many of a lookup's latest queries may be answered. Resolvers ask two or three times.
const fewQueries = 4

// lookup is a question that a client asked a name server, until it is answered.
type lookup struct {
	key            lookupKey
	client, server endpoint
	message        wire.DNSMessage // the question, and the answer where there is one
	queries        [fewQueries]query
	asked          series
	stream         bool // it is asked by TCP
	answer         mark
	partial        mark      // an answer, the latest, that came in fragments of IP
	took           int64     // from the first query to the answer, in ns
	rejection      icmpError // of a query
	found          sibling   // the same name in another domain, which exists
	byStream       mark      // the client's SYN to the same server, after a truncated answer
	other          lookupEnd // another server that answered the same question
	meanwhile      mark      // the server's answer to another lookup, after this one was asked
	told           bool
	packets        int64
	copies         int64
	first, last    mark
	numbers        Frames
}

// sibling is another name that was found.
type sibling struct {
	mark
	name string
}

// lookupEnd is a packet of another host.
type lookupEnd struct {
	mark
	from host
}

// dns takes in a DNS message of a datagram.
func (e *Diagnoser) dns(p *wire.Packet, payload []byte, m mark) {
	message, ok := wire.ParseDNS(payload)
	if !ok { // the payload is not at hand: the header was decoded
		message.DNS = p.DNS
	}
	from, to := endpointOf(p.Src, p.SrcPort), endpointOf(p.Dst, p.DstPort)
	copied := e.duplicates.seenDNS(p, from, to, m.at)
	if copied {
		e.stats.Copies++
	}
	if !message.Response && !copied {
		e.lookups.asked[queryKey{from, to.host, message.ID, false}].doubt()
	}
	if x := e.lookUp(&message, from, to, m, copied, false); p.MoreFragments && x != nil && x.answer == m {
		x.partial = m
	}
}

// doubt takes back an answer that came in fragments of IP, because the client sends the same query again: it has not got all of them, and
// so none of the answer.
func (x *lookup) doubt() {
	if x == nil || !x.answer.seen() || x.answer != x.partial {
		return
	}
	known := &x.message
	*known = wire.DNSMessage{DNS: wire.DNS{ID: known.ID}, HasQuestion: known.HasQuestion, Name: known.Name, Type: known.Type}
	x.answer, x.took = mark{}, 0
}

// isToNameServer reports whether the connection is to the port of name servers.
func (c *conn) isToNameServer() bool { return c.flow[1-c.clientAt].port == portDNS }

// dnsStream finds the messages in a segment of a connection to a name server.
func (e *Diagnoser) dnsStream(c *conn, p *wire.Packet, dir int, payload []byte, m mark) {
	if c.names == nil {
		c.names = new(nameStreams)
	}
	s := &c.names.messages[dir]
	if c.side[dir].hasISN {
		s.Begin(c.side[dir].isn + 1)
	}
	s.Add(p.TCP.Seq, payload, p.TCP.Payload, func(b []byte) {
		if message, ok := wire.ParseDNS(b); ok && message.Response == (dir == server) {
			x := e.lookUp(&message, c.flow[c.clientAt^dir], c.flow[c.clientAt^dir^1], m, false, true)
			c.names.asked[c.names.n%len(c.names.asked)] = x
			c.names.n++
		}
	})
}

// nameStreams is what a connection to a name server carries: messages, and the latest lookups that they belong to.
type nameStreams struct {
	messages [2]wire.DNSStream
	asked    [8]*lookup
	n        int
}

// leaveToConnection keeps lookups from being told on their own that are without an answer because their connection failed, or
// whose answers may not be in the capture.
func (c *conn) leaveToConnection(v *view) {
	if c.names == nil {
		return
	}
	verdict, ending, _ := c.judge(v)
	s := &c.names.messages
	if !verdict.Failed() && !ending.Failed() && verdict != OneSided && !s[client].Lost() && !s[server].Lost() {
		return
	}
	for _, x := range c.names.asked {
		if x != nil && !x.answer.seen() {
			x.told = true
		}
	}
}

// lookUp takes in a message.
func (e *Diagnoser) lookUp(message *wire.DNSMessage, from, to endpoint, m mark, copied, stream bool) *lookup {
	e.stats.Messages++
	e.retire(m.at)
	l := &e.lookups
	if l.index == nil {
		l.index, l.asked = map[lookupKey]*lookup{}, map[queryKey]*lookup{}
	}
	if message.Response {
		return e.answerLookup(message, from, to, m, copied, stream)
	}
	at := queryKey{from, to.host, message.ID, stream}
	x := l.asked[at]
	if x == nil || !copied && x.answer.seen() && m.at-x.answer.at > copyWithin {
		x = l.index[keyOf(message, from, to)]
		if x != nil && (x.isSettled() || x.stream != stream) {
			x = nil
		}
	}
	if x == nil {
		x = e.openLookup(message, from, to, m)
		x.stream = stream
	}
	x.note(m)
	if copied {
		x.copies++
		return x
	}
	l.ask(x, at, m)
	return x
}

// isSettled reports whether the client has what it asked for, or knows that it will not get it.
func (x *lookup) isSettled() bool { return x.answer.seen() }

// note counts a packet of the lookup, copies included.
func (x *lookup) note(m mark) {
	x.packets++
	x.numbers.take(m.frame)
	x.first.at = min(x.first.at, m.at) // the capture is out of order
	x.last.at, x.last.frame = max(x.last.at, m.at), m.frame
}

// answerLookup takes in an answer. Of one whose query is not in the capture, the question is in the answer.
func (e *Diagnoser) answerLookup(message *wire.DNSMessage, from, to endpoint, m mark, copied, stream bool) *lookup {
	l := &e.lookups
	at := queryKey{to, from.host, message.ID, stream}
	x := l.asked[at]
	if x == nil && copied {
		return nil
	}
	if x == nil {
		x = e.openLookup(message, to, from, m)
		x.stream = stream
		l.asked[at] = x
		x.queries[0].key = at
		l.total--
		if m.at-nanoseconds(e.stats.First) > lookupPatience/10 {
			l.lone++
		}
	}
	x.note(m)
	switch {
	case copied:
		x.copies++
		return x
	case x.asked.count > 0 && !x.answer.seen():
		l.both++
	case x.answer.seen() && !isBetter(message, &x.message):
		return x
	}
	x.answered(message, m)
	l.witness(x)
	e.learn(x)
	return x
}

// witness tells lookups of the same two hosts that wait for their answer that the server has answered another.
func (l *lookups) witness(x *lookup) {
	l.near(x.key.ends[client], func(y *lookup) {
		if y.key.ends == x.key.ends && !y.answer.seen() && y.first.at < x.answer.at && x.answer.at-y.last.at < nearby {
			y.meanwhile = x.answer
		}
	})
}

// answered takes in the answer that counts.
func (x *lookup) answered(message *wire.DNSMessage, m mark) {
	question := x.message
	x.message = *message
	if !message.HasQuestion {
		x.message.HasQuestion, x.message.Name, x.message.Type = question.HasQuestion, question.Name, question.Type
	}
	x.answer = m
	if x.asked.count > 0 {
		x.took = max(0, m.at-x.asked.marks[0].at)
	}
}

// isBetter reports whether an answer says more than the one that came before it, which was an error or truncated.
func isBetter(news, known *wire.DNSMessage) bool {
	return news.Code == wire.DNSNoError && !news.Truncated && (known.Code != wire.DNSNoError || known.Truncated)
}

// learn keeps what an answer says of addresses, and of other lookups.
func (e *Diagnoser) learn(x *lookup) {
	l := &e.lookups
	if x.message.Code != wire.DNSNoError || !x.message.HasQuestion {
		return
	}
	if x.message.Type == wire.DNSTypeA || x.message.Type == wire.DNSTypeAAAA {
		for _, a := range x.message.Addrs {
			e.view.name(a, x.message.Name)
		}
	}
	l.near(x.key.ends[client], func(y *lookup) {
		switch {
		case y.key.ends[server] != x.key.ends[server] && y.key.question == x.key.question && (!y.answer.seen() || y.message.Code != wire.DNSNoError):
			y.other = lookupEnd{x.answer, x.key.ends[server]}
		case y.answer.seen() && y.message.Code == wire.DNSNoSuchName && y.message.Type == x.message.Type && x.isSiblingOf(y):
			y.found = sibling{x.answer, x.message.Name}
		case y.answer.seen() && isOddity(y.message.Code) && y != x && y.key == x.key && x.answer.at-y.answer.at < lookupGrace:
			y.found = sibling{x.answer, x.message.Name}
		}
	})
}

// isOddity reports whether a code says that the server does not understand an option of the query: the client asks again without it.
func isOddity(c wire.DNSCode) bool { return c == wire.DNSFormatError || c == wire.DNSNotImplemented }

// nextInList is how soon after one name was not found the next of a search list is asked for, in ns.
const nextInList = 1e9

// isSiblingOf reports whether a resolver completed what somebody asked for in two ways, by a list of domains (resolv.conf, search):
// one name is the beginning of the other, or the next name begins alike and is asked for at once.
func (x *lookup) isSiblingOf(y *lookup) bool {
	a, b := x.message.Name, y.message.Name
	if a == b || x.answer.at-y.answer.at > lookupGrace {
		return false
	}
	if strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".") {
		return true
	}
	firstOfA, _, _ := strings.Cut(a, ".")
	firstOfB, _, _ := strings.Cut(b, ".")
	return firstOfA == firstOfB && x.first.at-y.answer.at < nextInList
}

// askByStream notes that a client opens a connection to a name server, after a truncated answer.
func (e *Diagnoser) askByStream(client, server endpoint, m mark) {
	key := [2]host{client.host, server.host}
	e.lookups.near(key[0], func(x *lookup) {
		if x.key.ends == key && x.message.Truncated && !x.byStream.seen() {
			x.byStream = m
		}
	})
}

// lookupError takes in an ICMP error that quotes a query. Where little of it is quoted, it is about the latest from that port.
func (e *Diagnoser) lookupError(p *wire.Packet, m mark) {
	q := &p.ICMP.Quote
	if isNotice(&p.ICMP) || q.Dst.Port() != portDNS {
		return
	}
	from, to := endpointOf(q.Src.Addr(), q.Src.Port()), endpointOf(q.Dst.Addr(), q.Dst.Port())
	x := e.lookups.asked[queryKey{from, to.host, q.ID, false}]
	if !q.HasDNS {
		x = nil
		e.lookups.near(from.host, func(y *lookup) {
			if x == nil && y.server == to && y.hasAskedFrom(from) {
				x = y
			}
		})
	}
	if x == nil {
		return
	}
	x.note(m)
	keepFirst(&x.rejection, icmpError{m, hostOf(p.Src), p.ICMP.V6, p.ICMP.Type, p.ICMP.Code, p.ICMP.MTU, client})
}

func (x *lookup) hasAskedFrom(client endpoint) bool {
	for i := range x.queries {
		if x.queries[i].key.client == client {
			return true
		}
	}
	return false
}

// portDNS is IANA's.
const portDNS = 53
