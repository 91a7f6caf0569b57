package diagnose

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// Many captures are made by a filter that takes some kinds of segments only. What it left out is not missing on the wire.

// filter is the kinds of segments that a capture holds nothing but.
type filter string

// words are the filter in a sentence.
func (f filter) words() lang.Text { return lang.Text{English: string(f), Korean: filtersInKorean[f]} }

const (
	takesAll      filter = ""
	takesSYN      filter = "only SYNs"
	takesSYNACKs  filter = "only SYN-ACKs"
	takesRSTs     filter = "only RSTs"
	takesOpenings filter = "only SYNs and SYN-ACKs"
	takesNoACK    filter = "no pure acknowledgments"
)

var filtersInKorean = map[filter]string{
	takesSYN:      "SYN만",
	takesSYNACKs:  "SYN-ACK만",
	takesRSTs:     "RST만",
	takesOpenings: "SYN과 SYN-ACK만",
	takesNoACK:    "순수한 확인 응답을 뺀 것만",
}

// kinds counts the segments of a capture by kind.
type kinds struct {
	syns, synacks, pureACKs, resets int64
	established                     int64 // segments with data or FIN
	foreign                         int64 // packets that are no TCP: a filter by flags takes none
	attempts                        int64
	skipped                         int64 // RSTs whose numbers tell of data, of which the connection has no segment
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

// fewestWithoutACK is how many segments with data or FIN show that a capture without a pure acknowledgment lacks them: no two ends talk for
// so long without one.
const fewestWithoutACK = 20

// filter guesses by which filter the capture was made.
func (k *kinds) filter() filter {
	switch {
	case k.foreign > 0 || k.pureACKs > 0:
		return takesAll
	case k.established >= fewestWithoutACK: // of one connection, too
		return takesNoACK
	case k.attempts < fewestFiltered:
		return takesAll
	case k.established > 0:
		if k.synacks >= fewestFiltered {
			return takesNoACK
		}
	case k.resets > 0:
		switch {
		case k.syns+k.synacks == 0:
			return takesRSTs
		case k.synacks >= fewestFiltered && k.skipped > 0: // a filter on SYN, FIN and RST
			return takesNoACK
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

// skip notes that a RST of the connection tells of data that the capture lacks.
func (k *kinds) skip(c *conn) {
	if c.hasSYN && c.side[client].bytes+c.side[server].bytes == 0 && c.carried(client)+c.carried(server) > 0 {
		k.skipped++
	}
}

// filterNote says what the filter means for a connection.
func (e *explainer) filterNote(a *Judged) {
	switch f := e.view.kinds.filter(); {
	case f == takesSYN && a.Verdict == OneSided:
		e.note(lang.Text{English: "the capture holds %s: a filter took the answers, if there were any", Korean: "캡처에 %s 있다: 응답이 있었더라도 필터가 걸러 냈다"}, f.words())
	case (f == takesRSTs || f == takesSYNACKs) && a.Verdict == OneSided:
		e.note(lang.Text{English: "the capture holds %s: a filter took the rest", Korean: "캡처에 %s 있다: 나머지는 필터가 걸러 냈다"}, f.words())
	case f == takesSYN && a.Verdict == NoAnswer:
		e.note(lang.Text{English: "the capture holds %s: a filter may have taken other answers than the SYN-ACK, after which no SYN would be sent again",
			Korean: "캡처에 %s 있다: SYN-ACK이 왔다면 SYN을 다시 보내지 않았을 테니, 필터가 걸러 냈을 수 있는 것은 다른 응답이다"}, f.words())
	case f == takesOpenings && a.Verdict == Open:
		e.note(lang.Text{English: "the capture holds %s: a filter took what followed", Korean: "캡처에 %s 있다: 그 뒤의 것은 필터가 걸러 냈다"}, f.words())
	case f == takesNoACK && (a.Failed() || a.Verdict == Open && e.c.isLeftOpen()):
		e.note(lang.Text{English: "the capture holds %s: a filter took them, so that it does not show what was received",
			Korean: "캡처에 %s 있다: 확인 응답은 필터가 걸러 내 무엇을 받았는지 보이지 않는다"}, f.words())
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
