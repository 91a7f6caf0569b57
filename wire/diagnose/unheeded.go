package diagnose

import "github.com/tcplab/tcplab/lang"

// Data that is sent again although its acknowledgment is in the capture: the acknowledgments do not reach the TCP of the sender, so that the way to
// it is broken beyond this vantage point.

const (
	fewestUnheeded   = 3   // one or two cross a late acknowledgment
	shortestUnheeded = 3e9 // ns from the first to the last: longer than an acknowledgment is under way
)

// sendAgain takes in data that was acknowledged before it was sent again.
func (s *side) sendAgain(seq uint32, size int, m mark) {
	if s.unheeded == nil || s.unheeded.seq != seq {
		s.unheeded = &stuck{seq: seq, size: int32(size), first: m}
	}
	s.unheeded.count, s.unheeded.last = s.unheeded.count+1, m
}

// hears forgets what this side sent again: it goes on, or acknowledges what the other side sent since, and so is heard and hears.
func (s *side) hears() { s.unheeded = nil }

// isUnheeded reports whether this side sent the same data again and again, although the other side had acknowledged it.
func (s *side) isUnheeded(other *side) bool {
	u := s.unheeded
	return u != nil && u.count >= fewestUnheeded && u.last.at-u.first.at >= shortestUnheeded && !other.rst.seen()
}

// unheeded is for data that is sent again although it was acknowledged: its receiver lives, and what it sends is lost.
var unheeded = circumstance{
	lead:     []candidate{{CauseACKsLost, 0, false}},
	excluded: []Cause{CauseHostDied, CauseReplyLostBefore, CauseFINLost},
}

// describeUnheeded tells of data that a side sent again although it was acknowledged.
func (e *explainer) describeUnheeded(dir int, x *side) {
	u := x.unheeded
	who, other := sides[dir], sides[1-dir]
	e.frame(u.first, lang.Text{English: "data of the %s, sent again although it was acknowledged", Korean: "확인 응답을 받고도 다시 보낸 %s의 데이터"}, who)
	e.frame(u.last, lang.Text{English: "sent again, for the %s time", Korean: "다시 보냄, %s"}, ordinal(u.count))
	e.say(lang.Text{English: "%d bytes of the %s were retransmitted %s in %s, although the %s had acknowledged them",
		Korean: "%[5]s가 확인 응답했는데도 %[2]s는 %[1]d바이트를 %[4]s 동안 %[3]s 재전송했다"}, u.size, who,
		times(int64(u.count)), span(u.last.at-u.first.at), other)
}

// weighUnheeded tells which way is broken.
func (e *explainer) weighUnheeded() {
	for dir, who := range sides {
		if e.c.side[dir].isUnheeded(&e.c.side[1-dir]) {
			e.note(lang.Text{English: "the acknowledgments of the %s pass here, and the %s sends on as if there were none: they are lost between here and the TCP of the %s (the way, a firewall, its own rules)",
				Korean: "%[1]s의 확인 응답은 여기를 지나지만 %[2]s는 받지 못한 듯 계속 보낸다: 여기와 %[3]s의 TCP 사이에서 유실된다(경로, 방화벽, 그 자체의 규칙)"}, sides[1-dir], who, who)
			e.advice.apply(&unheeded)
		}
	}
}
