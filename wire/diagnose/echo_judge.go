package diagnose

// fewestSilent is how many requests in a row must be without an answer for a host that answered before to have fallen
// silent. Single losses are no failure.
const fewestSilent = 3

// judge names what happened. Loss does not make a ping fail as long as answers come: the host was reached, and both
// networks and hosts limit the rate of ICMP. It is told beside the verdict.
func (x *echo) judge(v *view) (verdict, ending Verdict, inconclusive bool) {
	verdict, inconclusive = x.verdict(v)
	return verdict, "", inconclusive
}

func (x *echo) verdict(v *view) (Verdict, bool) {
	x.conclude(v)
	switch {
	case x.isLone():
		return OneSided, false
	case x.answered+x.alien > 0:
		verdict := x.lastly()
		return verdict, verdict == OK && x.answered == 0
	case x.refused() > 0:
		return Rejected, false
	case v.both == 0 && v.lone > 0 && x.expired == 0:
		return OneSided, false
	}
	return NoAnswer, x.lost.count == 0
}

// conclude counts those as lost that have waited for long when the capture ends.
func (x *echo) conclude(v *view) {
	size := int64(len(x.ring))
	for n := max(0, x.asked.count-size); n < x.asked.count; n++ {
		r := &x.ring[n%size]
		if r.seen() && r.fate == waiting && v.last-r.at >= patience {
			x.lose(n+1, r.mark)
			r.fate = forgone
		}
		if n == x.latest && r.seen() {
			x.silent = r.mark
		}
	}
}

// refused is how many requests were rejected. A router that lets the time to live of a traced path run out does what it
// is asked for.
func (x *echo) refused() int64 {
	if x.isTraced() {
		return x.rejected - x.expired
	}
	return x.rejected
}

// lastly is for a host that has answered: does it still, at the end?
func (x *echo) lastly() Verdict {
	silence := x.silence()
	switch {
	case silence < fewestSilent || silence <= x.run || x.isTraced():
		return OK
	case x.fated > x.latest:
		return Rejected
	}
	return Blackhole
}

// silence is how many requests were sent after the latest that was answered, and are not pending.
func (x *echo) silence() int64 { return max(0, x.asked.count-x.latest-x.outcome().Pending) }

// outcome counts the requests by what became of them.
func (x *echo) outcome() Echo {
	o := Echo{ID: x.key.id, Requests: x.asked.count, Answered: x.answered, Rejected: x.rejected, Lost: x.lost.count}
	o.Pending = max(0, o.Requests-o.Answered-o.Rejected-o.Lost)
	return o
}
