package diagnose

import (
	"net/netip"

	"github.com/tcplab/tcplab/wire"
)

// echoKey is what the packets of an echo exchange have in common: who asks, who is asked, and the identifier. Like
// endpoint it holds no pointer.
type echoKey struct {
	ends [2]host // client and server
	id   uint16
}

func echoKeyOf(client, server netip.Addr, id uint16) echoKey {
	return echoKey{[2]host{hostOf(client), hostOf(server)}, id}
}

// asker is who waits for replies: they may come from another address than the one that was asked.
type asker struct {
	client host
	id     uint16
}

func (k *echoKey) asker() asker { return asker{k.ends[client], k.id} }

func (k *echoKey) addr(dir int) netip.Addr { return k.ends[dir].addr() }

// fate is what has become of an echo request.
type fate uint8

const (
	waiting fate = iota
	answered
	rejected
	expired // rejected, because its time to live was over
	forgone // lost
)

// request is an echo request of which an answer may still come.
type request struct {
	mark
	sequence uint16
	fate     fate
}

// The requests that are remembered: few, and more of them while answers take long.
const (
	fewRequests  = 8
	mostRequests = 64
)

// patience is how long an echo request must have waited to count as lost, in ns. Even by satellite the answer comes
// sooner, and ping sends its next request after as long.
const patience = 1e9

// echo is an echo exchange as far as it was seen: the requests of one ping, the replies, and the errors about them.
type echo struct {
	key     echoKey
	place   int   // in the table
	lives   uint8 // how often the table's hand may pass before the exchange is given up
	told    bool  // it was reported, and goes on
	packets int64
	copies  int64
	first   mark
	last    mark
	numbers Frames

	few    [fewRequests]request
	ring   []request // the latest requests: number n, counted from 0, is at n % len; after it grew, some have no mark
	asked  series
	ttl    [2]uint8   // the least and the most of the requests
	heard  series     // replies
	early  [4]request // the latest that are not in the capture, or not yet: the times are those of the answers
	earlyN uint8
	alien  int64    // replies to what is not in the capture
	extra  int64    // replies beyond the first one to a request
	others int64    // replies from another address than the one that was asked
	other  host     // the first of these
	span   [2]int64 // the least and the most time that an answered request took, in ns

	answered int64
	rejected int64 // expired ones included
	expired  int64
	lost     series // those that are not remembered any longer, and at the end all

	latest int64 // how many requests there had been by the latest one that was answered
	run    int64 // the most unanswered ones in a row before that
	silent mark  // the first request after it, where that is not remembered any longer
	fated  int64 // like latest, of the latest request that was rejected

	rejection icmpError // the first about a request
	expiry    icmpError // the first that says the time to live was over
	returned  icmpError // the first about a reply
	heardSeq  uint16    // of the first reply
	samples   [fewSamples]wire.EchoMark
}

// begin makes an exchange ready for its first packet.
func (x *echo) begin(key echoKey, m mark) {
	*x = echo{key: key, first: m, last: m}
	x.ring = x.few[:]
}

// note counts a packet that belongs to the exchange, copies included.
func (x *echo) note(m mark) {
	x.packets++
	x.numbers.take(m.frame)
	if m.at < x.first.at {
		x.first.at = m.at // the capture is out of order
	}
	x.last.at, x.last.frame = max(x.last.at, m.at), m.frame
}

// isBoth reports whether both directions are in the capture.
func (x *echo) isBoth() bool { return x.asked.count > 0 && x.heard.count > 0 }

// isLone reports whether replies answer what is not in the capture.
func (x *echo) isLone() bool { return x.asked.count == 0 && x.heard.count > 0 }

// ask takes in a request.
func (x *echo) ask(p *wire.Packet, m mark) {
	size := int64(len(x.ring))
	if n := x.asked.count; n >= size {
		switch oldest := &x.ring[n%size]; {
		case !oldest.seen() || oldest.fate != waiting:
		case m.at-oldest.at < patience && size < mostRequests:
			x.grow()
		default:
			x.lose(n-size+1, oldest.mark)
		}
	}
	if x.asked.count == 0 {
		x.ttl = [2]uint8{p.TTL, p.TTL}
	}
	x.ttl = [2]uint8{min(x.ttl[0], p.TTL), max(x.ttl[1], p.TTL)}
	if x.asked.count < fewSamples {
		x.samples[x.asked.count] = p.EchoMark()
	}
	r := &x.ring[x.asked.count%int64(len(x.ring))]
	*r = request{m, p.ICMP.Sequence, waiting}
	x.asked.add(m)
	x.answeredBefore(r)
}

// expect keeps an answer to a request that is not in the capture, or not yet.
func (x *echo) expect(m mark, sequence uint16, f fate) {
	x.early[x.earlyN%uint8(len(x.early))] = request{m, sequence, f}
	x.earlyN++
}

// answeredBefore is for a request that the capture holds after its answer: it is out of order.
func (x *echo) answeredBefore(r *request) {
	for i := range x.early {
		early := x.early[i]
		if !early.seen() || early.sequence != r.sequence || r.at-early.at > copyWithin {
			continue
		}
		x.early[i] = request{}
		if early.fate == answered {
			x.alien--
			x.settle(r, x.asked.count, early.mark)
		} else if r.fate == waiting {
			r.fate, x.fated = early.fate, x.asked.count
		}
		return
	}
}

// grow doubles the number of requests that are remembered.
func (x *echo) grow() {
	old := x.ring
	x.ring = make([]request, 2*len(old))
	for n := x.asked.count - int64(len(old)); n < x.asked.count; n++ {
		x.ring[n%int64(len(x.ring))] = old[n%int64(len(old))]
	}
}

// lose counts the request with this number, counted from 1, as lost.
func (x *echo) lose(number int64, m mark) {
	x.lost.add(m)
	if number == x.latest+1 {
		x.silent = m
	}
}

// find returns the latest request with the sequence number and its number, counted from 1; nil when none is
// remembered.
func (x *echo) find(sequence uint16) (*request, int64) {
	size := int64(len(x.ring))
	for n := x.asked.count - 1; n >= 0 && n >= x.asked.count-size; n-- {
		if r := &x.ring[n%size]; r.seen() && r.sequence == sequence {
			return r, n + 1
		}
	}
	return nil, 0
}

// answer takes in a reply.
func (x *echo) answer(p *wire.Packet, m mark) {
	if x.heard.count == 0 {
		x.heardSeq = p.ICMP.Sequence
	}
	x.heard.add(m)
	r, number := x.find(p.ICMP.Sequence)
	switch {
	case r == nil && x.lost.count > 0: // a very late one
		x.recall()
		x.answered++
		x.latest, x.silent = x.asked.count, mark{} // which one it answers is not known: the host is heard now
	case r == nil:
		x.expect(m, p.ICMP.Sequence, answered)
		x.alien++
	case r.fate == answered:
		x.extra++
	default:
		x.settle(r, number, m)
	}
}

// recall takes back that a request is lost which is not remembered any longer.
func (x *echo) recall() {
	if x.lost.count--; x.lost.count == 0 {
		x.lost = series{}
	}
}

// settle takes in the first answer to a request.
func (x *echo) settle(r *request, number int64, m mark) {
	x.forgive(r)
	r.fate = answered
	took := max(0, m.at-r.at)
	if x.answered == 0 {
		x.span = [2]int64{took, took}
	}
	x.span = [2]int64{min(x.span[0], took), max(x.span[1], took)}
	x.answered++
	if number > x.latest {
		x.run = max(x.run, number-x.latest-1)
		x.latest, x.silent = number, mark{}
	}
}

// forgive takes back that a request was rejected: it was answered all the same.
func (x *echo) forgive(r *request) {
	switch r.fate {
	case expired:
		x.expired--
		x.rejected--
	case rejected:
		x.rejected--
	}
}

// complain takes in an ICMP error that quotes a request or a reply.
func (x *echo) complain(p *wire.Packet, m mark) {
	q := &p.ICMP.Quote
	if isNotice(&p.ICMP) {
		return
	}
	report := icmpError{m, hostOf(p.Src), p.ICMP.V6, p.ICMP.Type, p.ICMP.Code, p.ICMP.MTU, client}
	fated := rejected
	switch {
	case q.EchoReply:
		keepFirst(&x.returned, report)
	case report.isExpiry():
		fated = expired
		keepFirst(&x.expiry, report)
	default:
		keepFirst(&x.rejection, report)
	}
	r, number := x.find(q.Sequence)
	switch {
	case r == nil && q.EchoReply && x.answered > 0:
		x.answered--
	case r == nil && x.lost.count > 0:
		x.recall()
	case r == nil:
		x.expect(m, q.Sequence, fated)
	case r.fate == answered && q.EchoReply: // it left, and did not arrive
		x.answered--
		r.fate = fated
	case r.fate == waiting:
		r.fate = fated
	default:
		return // it has been counted
	}
	x.fated = max(x.fated, number)
	x.rejected++
	if fated == expired {
		x.expired++
	}
}

func keepFirst(e *icmpError, report icmpError) {
	if !e.seen() {
		*e = report
	}
}

// isExpiry reports whether a router says that the time to live was over, or the hop limit.
func (i *icmpError) isExpiry() bool { return i.name() == "time-exceeded" }

// isTraced reports whether the requests differ in their time to live: so traceroute and mtr find the routers of a path,
// which answer by errors.
func (x *echo) isTraced() bool { return x.ttl[0] != x.ttl[1] }
