package wire

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func withData(p Packet, n int) Packet {
	p.TCP.Payload = n
	return p
}

// TestASegmentBelongsToTheAttemptWhoseNumbersFit has two attempts on the same ports, each with a handshake and data: the segment
// that comes last belongs to one of them.
func TestASegmentBelongsToTheAttemptWhoseNumbersFit(t *testing.T) {
	const far = 1 << 28 // from the first attempt's numbers
	attempt := func(c, s uint32) []Packet {
		return []Packet{up(SYN, c, 0), down(SYN|ACK, s, c+1), up(ACK, c+1, s+1), withData(up(ACK, c+1, s+1), 100), down(ACK, s+1, c+101)}
	}
	for name, c := range map[string]struct {
		late  Packet
		first bool
	}{
		"an ACK of the older":             {up(ACK, 101+4, 9001), true},
		"data of the older":               {withData(down(ACK, 9001, 105), 50), true},
		"a RST of the older":              {up(RST, 105, 0), true},
		"a FIN of the older":              {down(FIN|ACK, 9001, 105), true},
		"an ACK of the newer":             {up(ACK, far+101, far+1), false},
		"a RST of the newer":              {down(RST, far+1, 0), false},
		"of neither":                      {up(ACK, 3*far, 3*far), false},
		"its SYN again":                   {up(SYN, 4, 0), true},
		"its SYN-ACK again":               {down(SYN|ACK, 9000, 5), true},
		"an ICMP error about older data":  {quoting(Quote{Src: client, Dst: server, HasSeq: true, Seq: 5}), true},
		"an ICMP error about newer data":  {quoting(Quote{Src: client, Dst: server, HasSeq: true, Seq: far + 1}), false},
		"an ICMP error about its SYN":     {quoting(Quote{Src: client, Dst: server, HasSeq: true, Seq: 4}), true},
		"an ICMP error about its answer":  {quoting(Quote{Src: server, Dst: client, HasSeq: true, Seq: 9001}), true},
		"an ICMP error without a number":  {quoting(Quote{Src: client, Dst: server}), false},
		"an ICMP error about nobody's":    {quoting(Quote{Src: client, Dst: server, HasSeq: true, Seq: 3 * far}), false},
		"a SYN-ACK for the newer's SYN":   {down(SYN|ACK, 1, far+1), false},
		"a RST in answer to the newer":    {down(RST|ACK, 0, far+1), false},
		"a late answer to the older SYN":  {down(RST|ACK, 0, 5), true},
		"a segment just after the older":  {withData(up(ACK, 105, 9001), 9), true},
		"a segment that fits both a bit":  {withData(up(ACK, far+101, far+1), 9), false},
		"one that has lost its older ACK": {up(FIN|ACK, 105+1400, 9001), true},
	} {
		list := attemptsOf(0, append(append(attempt(4, 9000), attempt(far, far)...), c.late)...)
		want := []int{5, 6}
		if c.first {
			want = []int{6, 5}
		}
		var got []int
		for _, a := range list {
			got = append(got, len(a.Packets))
		}
		assert.Equal(t, want, got, name)
	}
}

// TestANumberThatIsUsedAgainBeginsAnotherAttempt: after the end, and some time.
func TestANumberThatIsUsedAgainBeginsAnotherAttempt(t *testing.T) {
	handshake := []Packet{up(SYN, 5, 0), down(SYN|ACK, 70, 6), up(ACK, 6, 71)}
	closed := append(handshake, up(FIN|ACK, 6, 71), down(FIN|ACK, 71, 7), up(ACK, 7, 72))
	again := up(SYN, 5, 0)
	wait := up(ACK, 7, 72)
	assert.Len(t, attemptsOf(0, append(handshake, again)...), 1, "not closed")
	assert.Len(t, attemptsOf(0, append(closed, again)...), 1, "a second later it may be late")
	late := append(append([]Packet{}, closed...), segment(router2, server, ACK, 1, 1), again)
	assert.Equal(t, [][]int{{1, 2, 3, 4, 5, 6}, {7}, {8}}, frames(attemptsOf(0, late...)))
	assert.Len(t, attemptsOf(0, append(append(closed, wait), again)...), 1, "it went on in between")
	reset := append(handshake, down(RST, 71, 0), segment(router2, server, ACK, 1, 1), again)
	assert.Equal(t, [][]int{{1, 2, 3, 4}, {5}, {6}}, frames(attemptsOf(0, reset...)))
}

var router2 = netipPort("198.51.100.1:7")

// TestManyAttemptsOnTheSamePorts: the latest ones are known, and time does not grow with the square of their number.
func TestManyAttemptsOnTheSamePorts(t *testing.T) {
	var packets []Packet
	for n := range uint32(100_000) {
		packets = append(packets, up(SYN, n<<8, 0))
	}
	packets = append(packets, down(RST|ACK, 0, 99_998<<8+1), down(RST|ACK, 0, 1))
	list := attemptsOf(0, packets...)
	assert.Len(t, list, 100_000)
	assert.Len(t, list[99_998].Packets, 2)
	assert.Len(t, list[0].Packets, 1, "long forgotten")
}
