package diagnose

import "time"

// How long a live capture waits until an attempt is told, in ns.
const (
	// lateGrace is for packets that follow the end of a connection.
	lateGrace = 1e9
	// shortestQuiet is longer than the first timer of a SYN, shortestThought as long as a server may think about its answer.
	shortestQuiet, shortestThought = 3e9, 30e9
	// longestQuiet bounds the wait for a retransmission, which may come after two minutes.
	longestQuiet = 60e9
	// backoff is by how much the wait before a retransmission may exceed the one before: the double, and a late timer.
	backoff = 2.5
	// echoQuiet ends a ping, which asks every second; echoPatience is how long one must have failed to be told while it goes on.
	echoQuiet, echoPatience = 10e9, 5e9
	// forgetAfter is how long an attempt that was told is remembered, so that it is not told again.
	forgetAfter = 300e9
)

// Settle is for a live capture: it hands out, each once, the attempts of which nothing more is to be expected by the time now, and
// those that have failed for so long that waiting for more would tell nothing. What rests without having failed is kept.
func (e *Diagnoser) Settle(now time.Time) {
	at := now.UnixNano()
	for e.order.len() > 0 && e.order.queue[e.order.head].at < at-disorder {
		e.next()
	}
	e.view.last = max(e.view.last, at)
	for _, c := range e.table.inOrder() {
		e.settle(c, at)
	}
	for _, x := range e.echoes.inOrder() {
		e.settleEcho(x, at)
	}
	e.settleLookups(at)
	for _, n := range e.neighbours.unanswered() {
		if !n.told && at-n.requests.last.at >= shortestQuiet {
			n.told = true
			e.report(n)
		}
	}
	e.neighbours.forget(at - forgetAfter)
}

func (e *Diagnoser) settle(c *conn, at int64) {
	quiet := at - c.last.at
	switch {
	case c.over() && quiet >= lateGrace, c.told && quiet >= forgetAfter:
		e.finish(c)
	case !c.told && c.owner == nil && quiet >= c.patience() && e.hasFailed(c, quiet):
		c.told = true
		e.report(c)
	}
}

// patience is how long the next packet of the attempt may be away.
func (c *conn) patience() int64 {
	return min(max(shortestQuiet, int64(backoff*float64(c.gap))), longestQuiet)
}

// hasFailed reports whether the attempt would be told as a failure, were the capture to end now.
func (e *Diagnoser) hasFailed(c *conn, quiet int64) bool {
	verdict, ending, inconclusive := c.judge(&e.view)
	if verdict == NoReply && quiet < shortestThought {
		return false
	}
	return !inconclusive && (verdict.Failed() || ending.Failed())
}

func (e *Diagnoser) settleEcho(x *echo, at int64) {
	switch {
	case at-x.last.at >= echoQuiet:
		e.echoes.remove(x)
		e.view.countEcho(x)
		if !x.told {
			e.report(x)
		}
	case !x.told && at-x.first.at >= echoPatience:
		if verdict, _, inconclusive := x.judge(&e.view); verdict.Failed() && !inconclusive {
			x.told = true
			e.report(x)
		}
	}
}

// settleLookups hands out lookups that are over, and those that have failed for so long that waiting for more would tell nothing.
func (e *Diagnoser) settleLookups(at int64) {
	l := &e.lookups
	for range len(l.queue) {
		x := l.queue[0]
		quiet := at - x.last.at
		if quiet >= lookupPatience || x.isSettled() && quiet >= lookupGrace {
			e.finishLookup()
			continue
		}
		l.queue = append(l.queue[1:], x)
		if x.told || quiet < shortestQuiet || x.isSettled() {
			continue
		}
		if verdict, _, inconclusive := x.judge(&e.view); verdict.Failed() && !inconclusive {
			x.told = true
			e.report(x)
		}
	}
}

// forget drops what was asked for in vain, and told, before the time.
func (n *neighbours) forget(before int64) {
	for target, askers := range n.pending {
		if last := askers[len(askers)-1]; last.told && last.requests.last.at < before {
			delete(n.pending, target)
		}
	}
}
