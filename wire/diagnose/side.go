package diagnose

import (
	"encoding/binary"

	"github.com/tcplab/tcplab/wire"
)

// mark is a packet's place in the capture.
type mark struct {
	at    int64 // nanoseconds since 1970
	frame int64 // 0: no packet
}

func (m mark) seen() bool { return m.frame != 0 }

// isBefore compares places: by time as far as order in the file may be off, else by frame, because clocks are set.
func (m mark) isBefore(o mark) bool {
	if apart := m.at - o.at; apart != 0 && apart < disorder && apart > -disorder {
		return apart < 0
	}
	return m.frame < o.frame
}

// stuck is data that was sent again and that nothing acknowledged since.
type stuck struct {
	seq         uint32
	size        int32 // of the smallest of its retransmissions in bytes: senders first try large, then small
	count       int32 // retransmissions
	first, last mark  // of the retransmissions
}

// unheard is the keep-alives and the probes of a closed window that one side sent since the other was heard last.
type unheard struct {
	count       int32
	first, last mark
}

func (u *unheard) add(m mark) {
	if u.count == 0 {
		u.first = m
	}
	u.count, u.last = u.count+1, m
}

// side is what one end of a connection has sent, and how far the other has acknowledged it. First comes what nearly every segment reads
// or changes, as in [conn].
type side struct {
	packets    int64
	last       mark
	isn        uint32
	base       uint32 // the first sequence number of data that is known of
	next       uint32 // one past the highest sequence number sent
	acked      uint32 // the highest acknowledgment number that the other side sent
	hasISN     bool
	hasNext    bool
	hasAcked   bool // the other side acknowledged something
	progressed bool // the other side acknowledged more than the first acknowledgment did
	missed     bool // the other side acknowledged what is not in the capture
	multipath  bool // its SYN has the option of Multipath TCP
	subflow    bool // its SYN joins a connection of Multipath TCP
	deaf       bool // it had received nothing when it sent its FIN, or its RST without one

	ttl     uint8 // of the first packet
	shift   uint8 // window scale
	mss     uint16
	window  uint32
	zero    mark  // its window has been 0 since
	bytes   int64 // of data, each counted once
	una     mark  // the first sending of the oldest unacknowledged segment, where known
	gap     mark  // the segment after the skipped ones
	unheard unheard
	stuck   stuck
	fin     mark
	proven  mark // the acknowledgment of a FIN that is not in the capture
	rst     mark

	lastData   mark
	largest    int32 // data of the largest segment that was acknowledged, in bytes
	pending    int32 // the same of the largest one not yet acknowledged, which ends at pendingEnd
	pendingEnd uint32
	behind     int32 // data that was acknowledged behind what was not (SACK, RFC 2018), the least seen of it, in bytes; 0: none
	bursts     int32 // times that data followed a pause
	probes     int32
	finSeq     uint32
	fins       int32 // sendings of the FIN
	lastFIN    mark

	firstData mark
	hole      uint32     // where numbers were skipped, when gap is set
	resumed   uint32     // with which that segment begins
	fragments *fragments // nil: nothing was sent in fragments
	unheeded  *stuck     // the same as stuck, of data that was acknowledged; nil: nearly always
	probe     mark       // the latest probe of its closed window
	afterFIN  int64      // bytes that the other side sent after this side's FIN
	rsts      int32
	rstSeq    uint32
	rstAck    uint32 // 0: its RST acknowledged nothing
	rstTTL    uint8
	beyond    bool // it sent data behind the number of its RST
	unknown   bool // its RST is that of a stack which knows nothing of the connection
	afterRST  bool // it went on sending as if it had not sent the RST
}

// unacknowledged is how many of the numbers sent the other side has not acknowledged.
func (s *side) unacknowledged() uint32 {
	if !s.hasNext || !s.hasAcked || !before(s.acked, s.next) {
		return 0
	}
	return s.next - s.acked
}

func (s *side) finAcked() bool {
	return s.fin.seen() && s.hasAcked && before(s.finSeq, s.acked) || s.proven.seen()
}

// finished is where this side's FIN is, or what proves it; no place if there was none.
func (s *side) finished() mark {
	if s.fin.seen() {
		return s.fin
	}
	return s.proven
}

// sent is how many bytes of data the sequence numbers tell of, in the capture or not.
func (s *side) sent() int64 { return int64(s.end() - s.base) }

// end is the number after the last byte of data.
func (s *side) end() uint32 {
	if s.next != s.base && (s.proven.seen() || s.fin.seen() && s.next == s.finSeq+1) {
		return s.next - 1
	}
	return s.next
}

// allAcked reports whether there was data, and the other side acknowledged all of it.
func (s *side) allAcked() bool {
	return s.hasAcked && before(s.base, s.acked) && !before(s.acked, s.end())
}

// know notes the first sequence number that is known of this side.
func (s *side) know(seq uint32) {
	if !s.hasNext {
		s.hasNext, s.next, s.base = true, seq, seq
	}
}

// widest is the largest window that TCP has (RFC 7323 section 2.3): no acknowledgment is farther ahead.
const widest = 1 << 30

// skip moves on to a number that was acknowledged and is not in the capture. One number alone is that of a FIN, as long as
// no data follows. Where the first number that is known may be that of a keep-alive, one below the next, it proves nothing.
func (s *side) skip(ack uint32, m mark) {
	s.proven = mark{}
	switch {
	case ack-s.next > 1, s.fragments.isCut():
		s.missed = true
	case s.hasISN || s.bytes > 0:
		s.proven = m
	default:
		s.base = ack
	}
	s.next = ack
}

// acknowledge takes in an acknowledgment number that the other side sent, and reports whether it was news.
func (s *side) acknowledge(ack uint32, m mark) bool {
	switch {
	case s.hasAcked && !before(s.acked, ack), s.hasNext && before(s.next, ack) && ack-s.next > widest:
		return false
	case s.hasNext && before(s.next, ack):
		s.skip(ack, m)
	}
	s.know(ack)
	news := s.hasAcked
	s.hasAcked, s.acked = true, ack
	s.progressed = s.progressed || news
	if s.stuck.count > 0 && before(s.stuck.seq, ack) {
		s.stuck = stuck{}
	}
	if s.pending > 0 && !before(ack, s.pendingEnd) {
		s.largest, s.pending = max(s.largest, s.pending), 0
	}
	if s.gap.seen() && before(s.hole, ack) {
		s.gap = mark{}
	}
	s.una = mark{}
	return news
}

// acknowledgeBehind takes in what the other side has got behind what it lacks.
func (s *side) acknowledgeBehind(p *wire.Packet) {
	if len(p.TCP.RawOptions()) == 0 || s.unacknowledged() == 0 {
		return
	}
	for o := range p.TCP.Options() {
		if o.Kind != wire.OptionSACK || len(o.Data) < 8 {
			continue
		}
		begin, end := binary.BigEndian.Uint32(o.Data), binary.BigEndian.Uint32(o.Data[4:])
		if before(s.acked, begin) && before(begin, end) && !before(s.next, end) && (s.behind == 0 || int32(end-begin) < s.behind) {
			s.behind = int32(end - begin)
		}
	}
}

// pauseForBurst is how long a sender must have been silent for its next data to count as another burst.
const pauseForBurst = 1e9

// send takes in the data of a segment; closed says that the receiver's window is closed.
func (s *side) send(p *wire.Packet, m mark, closed bool) {
	seq, size := p.TCP.Seq, p.TCP.Payload
	end := seq + uint32(size)
	s.know(seq)
	if p.MoreFragments || s.fragments != nil {
		s.takePiece(p, m)
	}
	switch {
	case s.isKeepAlive(seq, size):
		s.unheard.add(m)
		return
	case closed && size <= 1:
		return // a probe of the window, counted by the caller
	case before(seq, s.next) && !before(s.next, end):
		s.resend(seq, size, m)
		return
	case before(s.next, seq) && !s.gap.seen():
		s.hole, s.gap, s.resumed = s.next, m, seq
	}
	s.extend(seq, end, size, m)
}

// isKeepAlive: no data, or one byte of what has long been acknowledged (RFC 9293 section 3.8.4).
func (s *side) isKeepAlive(seq uint32, size int) bool {
	return size <= 1 && s.hasAcked && s.next == s.acked && seq == s.next-1
}

// extend takes in data beyond what was sent before.
func (s *side) extend(seq, end uint32, size int, m mark) {
	fresh := int64(end - s.next)
	s.proven = mark{}
	s.hears()
	if s.unacknowledged() == 0 {
		s.una = m
	}
	if !s.lastData.seen() || m.at-s.lastData.at > pauseForBurst {
		s.bursts++
	}
	if !s.firstData.seen() {
		s.firstData = m
	}
	if s.mss != 0 { // segmentation offload: what went over the wire was cut into segments
		size = min(size, int(s.mss))
	}
	if int32(size) > s.pending { // an equal one would put off until later what the earlier one proves
		s.pending, s.pendingEnd = int32(size), seq+uint32(size)
	}
	s.lastData = m
	s.bytes += fresh
	s.next = end
}

// resend takes in data that was sent before.
func (s *side) resend(seq uint32, size int, m mark) {
	if seq+uint32(size) == s.next {
		s.proven = mark{} // what was taken for a FIN is data
	}
	if s.hasAcked && !before(s.acked, seq+uint32(size)) {
		s.sendAgain(seq, size, m) // or the acknowledgment crossed it
		return
	}
	if s.gap.seen() && !before(seq+uint32(size)-1, s.hole) {
		if !before(s.hole, seq) {
			s.gap = mark{} // the skipped numbers came late, or were sent again
		}
		return
	}
	u := &s.stuck
	switch {
	case u.count == 0 || before(seq, u.seq):
		*u = stuck{seq: seq, size: int32(size), count: 1, first: m, last: m}
	case u.seq == seq:
		u.count, u.last, u.size = u.count+1, m, min(u.size, int32(size))
	}
}
