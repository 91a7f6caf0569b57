package diagnose

import "github.com/tcplab/tcplab/wire"

// Many captures are made by a filter that takes some kinds of segments only. What it left out is not missing on the wire.

// filter is the kinds of segments that a capture holds nothing but.
type filter string

const (
	takesAll      filter = ""
	takesSYN      filter = "only SYNs"
	takesSYNACKs  filter = "only SYN-ACKs"
	takesRSTs     filter = "only RSTs"
	takesOpenings filter = "only SYNs and SYN-ACKs"
	takesNoACK    filter = "no pure acknowledgments"
)

// kinds counts the segments of a capture by kind.
type kinds struct {
	syns, synacks, pureACKs, resets int64
	established                     int64 // segments with data or FIN
	foreign                         int64 // packets that are no TCP: a filter by flags takes none
	attempts                        int64
}

func (k *kinds) add(t *wire.TCP) {
	const kind = wire.SYN | wire.ACK | wire.FIN | wire.RST
	switch flags := t.Flags & kind; {
	case flags == wire.SYN:
		k.syns++
	case flags == wire.SYN|wire.ACK:
		k.synacks++
	case flags.Has(wire.RST):
		k.resets++
	case flags == wire.ACK && t.Payload == 0:
		k.pureACKs++
	default:
		k.established++
	}
}

// fewestFiltered is how many connections, or segments, must lack what a filter would have left out: of fewer it may be chance.
const fewestFiltered = 2

// filter guesses by which filter the capture was made.
func (k *kinds) filter() filter {
	switch {
	case k.attempts < fewestFiltered || k.foreign > 0 || k.pureACKs > 0:
		return takesAll
	case k.established > 0:
		if k.synacks >= fewestFiltered {
			return takesNoACK
		}
	case k.resets > 0:
		if k.syns+k.synacks == 0 {
			return takesRSTs
		}
	case k.synacks >= fewestFiltered && k.syns == 0:
		return takesSYNACKs
	case k.synacks >= fewestFiltered:
		return takesOpenings
	case k.synacks == 0:
		return takesSYN
	}
	return takesAll
}

// filterNote says what the filter means for a connection.
func (e *explainer) filterNote(a *Judged) {
	switch f := e.view.kinds.filter(); {
	case f == takesSYN && a.Verdict == OneSided:
		e.note("the capture holds %s: a filter took the answers, if there were any", f)
	case (f == takesRSTs || f == takesSYNACKs) && a.Verdict == OneSided:
		e.note("the capture holds %s: a filter took the rest", f)
	case f == takesSYN && a.Verdict == NoAnswer:
		e.note("the capture holds %s: a filter may have taken other answers than the SYN-ACK, after which no SYN would be sent again", f)
	case f == takesOpenings && a.Verdict == Open:
		e.note("the capture holds %s: a filter took what followed", f)
	case f == takesNoACK && a.Failed():
		e.note("the capture holds %s: a filter took them, so that it does not show what was received", f)
	}
}

// isFiltered reports whether a filter explains that nothing follows the only SYN: nobody sends a SYN just once and waits.
func (c *conn) isFiltered(v *view) bool {
	return c.isLoneSYN() && !c.rejection.seen() && v.last-c.first.at >= longestThought && v.kinds.filter() == takesSYN
}

// isLoneSYN reports whether one SYN is all that there is of a connection, but for ICMP errors.
func (c *conn) isLoneSYN() bool {
	return c.hasSYN && c.syns.count == 1 && c.side[client].packets == 1 && c.side[server].packets == 0
}
