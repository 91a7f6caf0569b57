package diagnose

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// A segment that is sent in several fragments of IP comes as several segments ([wire.Packet.MoreFragments]). Firewalls often drop all but the
// first, which alone has the ports; filters of captures do so, too. Which of the two it was, the capture does not tell.

// fragments are the data that one side sent in fragments.
type fragments struct {
	begun uint32 // with which number the latest packet of several fragments begins
	next  uint32 // with which its next fragment does
	open  bool   // which has not come yet
	cut   int32  // packets of which a fragment has not come, the latest included
	last  mark   // of these
}

// takePiece takes in data of a side that sends fragments.
func (s *side) takePiece(p *wire.Packet, m mark) {
	if s.fragments == nil {
		s.fragments = new(fragments)
	}
	f := s.fragments
	goesOn := f.open && p.TCP.Seq == f.next
	switch {
	case goesOn:
		f.cut--
	case p.MoreFragments:
		f.begun = p.TCP.Seq
	}
	f.open = p.MoreFragments
	if f.open {
		f.cut++
		f.next, f.last = p.TCP.Seq+uint32(p.TCP.Payload), m
	}
}

// isCut reports whether a fragment of the latest data has not come.
func (f *fragments) isCut() bool { return f != nil && f.open }

// begins reports whether the data with this number was sent in fragments.
func (f *fragments) begins(seq uint32) bool { return f != nil && f.begun == seq }

// isFollowedBy reports whether the number is that of a fragment which has not come.
func (f *fragments) isFollowedBy(seq uint32) bool { return f != nil && f.cut > 0 && f.next == seq }

// fragmented tells of data in fragments that nothing acknowledged.
func (e *explainer) fragmented(v Verdict) {
	for dir, who := range sides {
		s := &e.c.side[dir]
		f := s.fragments
		if f == nil || v != Blackhole && v != MTUBlackhole {
			continue
		}
		switch {
		case f.cut > 0:
			e.frame(f.last, lang.Text{English: "fragment of IP that others should follow", Korean: "뒤에 다른 조각이 이어져야 할 IP 조각"})
			e.note(lang.Text{English: "the %s sent the data in fragments of IP, and %s came without the rest: something before this place dropped it, as many firewalls do with fragments, or the capture's filter on ports left it out",
				Korean: "%s가 데이터를 IP 조각으로 나누어 보냈고 나머지 없이 온 것: %s; 많은 방화벽이 그러듯 이곳 앞에서 무언가가 나머지를 드롭했거나, 캡처의 포트 필터가 그것을 빠뜨렸다"},
				who, count(int64(f.cut), "%d packet", lang.Text{English: "%d packets", Korean: "패킷 %d개"}))
		case f.begins(s.stuck.seq):
			e.note(lang.Text{English: "what the %s sent in vain are fragments of IP, all of which passed here: many firewalls drop fragments",
				Korean: "%s가 보냈지만 허사였던 것은 IP 조각들이고 모두 이곳을 지나갔다: 많은 방화벽이 조각을 드롭한다"}, who)
		}
	}
}
