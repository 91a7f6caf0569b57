package diagnose

import (
	"cmp"
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// idleAfter is how long an echo exchange must have been silent to be over, in ns: ping asks every second.
const idleAfter = 60e9

// echoTable holds the echo exchanges that were not yet reported.
type echoTable struct {
	index  map[echoKey]*echo
	askers map[asker]*echo // the latest exchange of each
	all    []*echo
	hand   int   // of the clock that looks for one to give up
	spare  *echo // one that was reported, to be filled in anew
}

func (t *echoTable) insert(x *echo) {
	if t.index == nil {
		t.index, t.askers = map[echoKey]*echo{}, map[asker]*echo{}
	}
	t.index[x.key] = x
	t.askers[x.key.asker()] = x
	x.place = len(t.all)
	t.all = append(t.all, x)
}

func (t *echoTable) remove(x *echo) {
	delete(t.index, x.key)
	if a := x.key.asker(); t.askers[a] == x {
		delete(t.askers, a)
	}
	last := t.all[len(t.all)-1]
	t.all[x.place], last.place = last, x.place
	t.all = t.all[:len(t.all)-1]
}

// leastActive returns an exchange to give up, and whether it may not be over: one that has been silent for long, that
// nobody answers, or that is without a packet since the hand passed it several times.
func (t *echoTable) leastActive(now int64) (x *echo, early bool) {
	for {
		t.hand = (t.hand + 1) % len(t.all)
		switch x = t.all[t.hand]; {
		case now-x.last.at >= idleAfter:
			return x, false
		case x.lives == 0:
			return x, true
		}
		x.lives--
	}
}

// inOrder sorts the exchanges by their first packets.
func (t *echoTable) inOrder() []*echo {
	return slices.SortedFunc(slices.Values(t.all), func(a, b *echo) int { return cmp.Compare(a.first.frame, b.first.frame) })
}

// echo takes in an echo request or reply.
func (e *Diagnoser) echo(p *wire.Packet, m mark) {
	e.stats.Echoes++
	dir, key := client, echoKey{}
	if p.ICMP.IsEchoRequest() {
		key = echoKeyOf(p.Src, p.Dst, p.ICMP.ID)
	} else {
		dir, key = server, echoKeyOf(p.Dst, p.Src, p.ICMP.ID)
	}
	x := e.echoes.index[key]
	if x == nil && dir == server {
		x = e.answersAnother(key, p)
	}
	if x == nil {
		x = e.openEcho(key, m)
	}
	x.note(m)
	if e.duplicates.seenEcho(p, key, m.at) {
		e.stats.Copies++
		x.copies++
		return
	}
	wasBoth := x.isBoth()
	if dir == client {
		x.ask(p, m)
	} else {
		x.answer(p, m)
	}
	if x.key != key {
		x.answeredBy(key)
	}
	if x.isBoth() {
		x.lives = livesAnswered
	}
	if !wasBoth && x.isBoth() {
		e.view.both++
	}
}

// answersAnother returns the exchange in which the reply answers a request to another address, else nil: many hosts
// answer a request to a group, and a host of several addresses may answer by another than the one that was asked.
func (e *Diagnoser) answersAnother(key echoKey, p *wire.Packet) *echo {
	x := e.echoes.askers[key.asker()]
	if x == nil {
		return nil
	}
	if r, _ := x.find(p.ICMP.Sequence); r == nil {
		return nil
	}
	return x
}

// answeredBy notes that a reply came from another address.
func (x *echo) answeredBy(key echoKey) {
	if x.others++; x.others == 1 {
		x.other = key.ends[server]
	}
}

// openEcho begins an exchange.
func (e *Diagnoser) openEcho(key echoKey, m mark) *echo {
	for len(e.echoes.all) >= e.options.MaxTracked {
		x, early := e.echoes.leastActive(e.view.last)
		if early {
			e.stats.Evicted++
		}
		e.echoes.remove(x)
		e.view.countEcho(x)
		e.report(x)
		e.echoes.spare = x
	}
	x := e.echoes.spare
	if e.echoes.spare = nil; x == nil {
		x = new(echo)
	}
	x.begin(key, m)
	e.echoes.insert(x)
	e.neighbours.see(key.addr(client))
	e.neighbours.see(key.addr(server))
	return x
}

// echoError takes in an ICMP error that quotes an echo request or reply. The quote says all that is needed, so the
// exchange is known even where the capture does not hold what is quoted: a host tells itself by an error that the next
// hop does not answer, and the request never leaves.
func (e *Diagnoser) echoError(p *wire.Packet, m mark) {
	q := &p.ICMP.Quote
	key := echoKeyOf(q.Src.Addr(), q.Dst.Addr(), q.ID)
	if q.EchoReply {
		key = echoKeyOf(q.Dst.Addr(), q.Src.Addr(), q.ID)
	}
	x := e.echoes.index[key]
	if x == nil && isNotice(&p.ICMP) {
		return
	}
	if x == nil {
		x = e.openEcho(key, m)
	}
	x.note(m)
	if e.duplicates.seenEcho(p, key, m.at) {
		e.stats.Copies++
		x.copies++
		return
	}
	x.complain(p, m)
}
