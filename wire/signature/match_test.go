package signature

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// refused is the article's first case: the SYN is answered by a RST at once.
func (f family) refused(after float64) wire.Attempt {
	return attempt(at(0, f.syn()), at(after, f.refusal()))
}

// unanswered is a SYN and its retransmissions at these times.
func (f family) unanswered(times ...float64) wire.Attempt {
	packets := []wire.Packet{at(0, f.syn())}
	for _, t := range times {
		packets = append(packets, at(t, f.syn()))
	}
	return attempt(packets...)
}

// established is a handshake, a request, and the server's close.
func (f family) established() wire.Attempt {
	request := f.segment(true, wire.PSH|wire.ACK, 0, serverISN+1, 502)
	request.TCP.Payload = 78
	return attempt(at(0, f.syn()), at(0.0001, f.synAck()), at(0.0002, f.ack()), at(0.001, request),
		at(0.002, f.segment(false, wire.ACK, serverISN+1, 78, 509)),
		at(0.003, f.segment(false, wire.FIN|wire.ACK, serverISN+1, 78, 509)))
}

// resent is established, with data whose second half is sent again.
func (f family) resent() wire.Attempt {
	data := func(seq uint32, n int) wire.Packet {
		p := f.segment(true, wire.ACK, seq, serverISN+1, 502)
		p.TCP.Payload = n
		return p
	}
	return attempt(at(0, f.syn()), at(0.0001, f.synAck()), at(0.0002, f.ack()), at(0.001, data(0, 100)), at(0.002, data(100, 100)), at(0.003, data(50, 50)))
}

// ping is two requests and their replies.
func (f family) ping() wire.Attempt {
	return ping(at(0, f.echo(true, 1)), at(0.001, f.echo(false, 1)), at(1.001, f.echo(true, 2)), at(1.002, f.echo(false, 2)))
}

// A RST after the orderly end answers what was sent once more. Before that it ends the connection.
func TestARSTAfterTheOrderlyEnd(t *testing.T) {
	never, err := Parse("never * R*")
	require.NoError(t, err)
	for _, f := range []family{v4, v6} {
		clientFIN, serverACK := f.segment(true, wire.FIN|wire.ACK, 78, serverISN+2, 502), f.segment(false, wire.ACK, serverISN+2, 79, 509)
		reset := f.segment(true, wire.RST, 79, 0, 0)
		whole := f.established()
		whole.Packets = append(whole.Packets, at(0.004, clientFIN), at(0.005, serverACK), at(0.006, clientFIN), at(0.007, serverACK), at(0.008, reset))
		assert.Nil(t, never.Match(whole, Options{}))
		for _, missing := range []int{5, 6, 7} { // the server's FIN, the client's, the acknowledgment of that
			part := whole
			part.Packets = slices.DeleteFunc(slices.Clone(whole.Packets[:8]), func(p wire.Packet) bool { return p.Time.Equal(whole.Packets[missing].Time) })
			part.Packets = append(part.Packets, at(0.008, reset))
			assert.NotNil(t, never.Match(part, Options{}), "without packet %d", missing+1)
		}
	}
}

func TestMatch(t *testing.T) {
	for name, c := range map[string]struct {
		want string
		of   func(family) wire.Attempt
	}{
		"refused":              {"+0 > S seq 0 win !0 <mss 1460,...>\n+0..0.05 < R. seq 0 ack 1 win 0", func(f family) wire.Attempt { return f.refused(0.001) }},
		"every option":         {"+0 > S <mss 1460,sackOK,TS val !0 ecr 0,nop,wscale 0..14>\n+0 < R. <>", func(f family) wire.Attempt { return f.refused(0.001) }},
		"retransmissions":      {"+0 > S\n+rto > S seq 0\n+rto > S seq 0", func(f family) wire.Attempt { return f.unanswered(1.01, 3.05) }},
		"plain gaps":           {"+0 > S\n+1 > S\n+2.0 > S\nnever * R*", func(f family) wire.Attempt { return f.unanswered(1.01, 3.05) }},
		"nothing":              {"none", func(family) wire.Attempt { return wire.Attempt{} }},
		"all optional":         {"? +0 > S\n...", func(family) wire.Attempt { return wire.Attempt{} }},
		"never only":           {"never < S.\nnever * R*", func(f family) wire.Attempt { return f.unanswered(1, 3) }},
		"optional absent":      {"+0 > S\n? +0..0.1 < icmp unreachable\n+rto > S", func(f family) wire.Attempt { return f.unanswered(1) }},
		"optional, both alike": {"+0 > S\n? +rto > S\n? +rto > S\n+any > S", func(f family) wire.Attempt { return f.unanswered(1) }},
		"gap of none":          {"+0 > S\n...\n+rto > S", func(f family) wire.Attempt { return f.unanswered(1) }},
		"gaps": {"+0 > S seq 0\n+0 < S. seq 0 ack 1\n...\n+any > P. seq 1 ack 1 len 78\n...\n+0..0.01 < F. seq 1 ack 79\n...",
			func(f family) wire.Attempt { return f.established() }},
		"sent again":        {"+0 > S sent 0\n...\n+any > . len 100 sent 1\n+any > . len 100 sent 1\n+any > . seq 51 len 50 sent !1", func(f family) wire.Attempt { return f.resent() }},
		"time across a gap": {"+0 > S\n...\n+0.003..0.003 < F.", func(f family) wire.Attempt { return f.established() }},
		"gap first":         {"...\n+0 < F.", func(f family) wire.Attempt { return f.established() }},
		"at least":          {"+0 > S*\n+0 < .*\n+0 > *\n+0 > .* len !0\n...", func(f family) wire.Attempt { return f.established() }},
		"icmp": {"+0 > S\n+0..0.1 < icmp unreachable port", func(f family) wire.Attempt {
			return attempt(at(0, f.syn()), at(0.01, f.unreachable()))
		}},
		"icmp, less said": {"+0 > S\n+0..0.1 < icmp unreachable\n+0 < icmp", func(f family) wire.Attempt {
			return attempt(at(0, f.syn()), at(0.01, f.unreachable()), at(0.02, f.unreachable()))
		}},
		"icmp to the server": {"+0 > S\n+0 < S.\n+0 > icmp too-big mtu 1280..1499", func(f family) wire.Attempt {
			return attempt(at(0, f.syn()), at(0, f.synAck()), at(0.01, f.tooBig()))
		}},
		"ping": {"+0 > icmp echo-request\n+0..0.25 < icmp echo-reply seq 1\n+1 > icmp echo-request seq 2\n+0..0.25 < icmp echo-reply",
			func(f family) wire.Attempt { return f.ping() }},
		"ping, some of it": {"+0 > icmp echo-request seq 1\n...\n+any < icmp echo-reply seq 2..3\nnever * icmp\nnever * *",
			func(f family) wire.Attempt { return f.ping() }},
		"ping, unreachable": {"+0 > icmp echo-request\n+0..4 < icmp unreachable host\n+any > icmp echo-request seq !1\nnever < icmp echo-reply\nnever > icmp",
			func(f family) wire.Attempt {
				return ping(at(0, f.echo(true, 1)), at(3, f.noHost(1)), at(3, f.echo(true, 2)))
			}},
		"rto past an ICMP error": {"+0 > S\n+0..1 < icmp\n+rto > S\n+0..1 < icmp\n+rto > S", func(f family) wire.Attempt {
			return attempt(at(0, f.syn()), at(0.9, f.unreachable()), at(1, f.syn()), at(1.9, f.unreachable()), at(3, f.syn()))
		}},
		"rto without an original": {"+0 < S.\n+rto > .", func(f family) wire.Attempt {
			return attempt(at(0, f.synAck()), at(1, f.ack()))
		}},
	} {
		for _, f := range []family{v4, v6} {
			if m := MustParse(c.want).Match(c.of(f), options()); m != nil {
				t.Errorf("%s (v6 %v):\n%s", name, f.v6, m)
			}
		}
	}
	assert.Nil(t, Signature{}.Match(v4.refused(1), Options{}), "the zero signature expects nothing in particular")
}

func TestMatchICMPSender(t *testing.T) {
	a := attempt(at(0, v6.syn()), at(0.01, v6.unreachable()))
	assert.Nil(t, MustParse("+0 > S\n+0 < icmp unreachable port from 2001:db8:1::1").Match(a, options()))
	m := MustParse("+0 > S\n+0 < icmp unreachable port from 2001:db8:2::10").Match(a, options())
	require.NotNil(t, m)
	assert.Equal(t, "packet 2 is an ICMP error (unreachable port) from 2001:db8:1::1 to the client, "+
		"an ICMP error (unreachable port) from 2001:db8:2::10 to the client was expected", m.Reason)
}

// "unreachable host" is an error of its own, and not the beginning of "unreachable host-prohibited".
func TestMatchICMPName(t *testing.T) {
	prohibited := v4.unreachable()
	prohibited.ICMP.Code = 10
	a := attempt(at(0, v4.syn()), at(0.01, prohibited))
	for text, want := range map[string]int{
		"< icmp": 1, "< icmp unreachable": 1, "< icmp unreachable host-prohibited": 1, "< icmp unreachable host": 0,
		"< icmp unreachable port": 0, "> icmp": 0, "* icmp": 1,
	} {
		assert.Equal(t, want, MustParsePacket(text).Count(a), text)
	}
}

func TestTolerance(t *testing.T) {
	second := MustParse("+0 > S\n+rto > S")
	within := MustParse("+0 > S\n+0.5..0.6 > S")
	for _, c := range []struct {
		want  Signature
		gap   float64
		scale float64
		ok    bool
	}{
		{second, 0.9799, 1, false}, {second, 0.98, 1, true}, {second, 1.275, 1, true}, {second, 1.2751, 1, false},
		{second, 1.55, 2, true}, {second, 1.5501, 2, false}, {second, 0.9799, 9, false}, {second, 1.275, 0, true},
		{within, 0.4999, 1, false}, {within, 0.5, 1, true}, {within, 0.6, 1, true}, {within, 0.6001, 1, false},
		{within, 1.2, 2, true}, {within, 1.2001, 2, false}, {within, 0.4999, 2, false},
	} {
		o := options()
		o.Tolerance.Scale = c.scale
		m := c.want.Match(v4.unanswered(c.gap), o)
		assert.Equal(t, c.ok, m == nil, "%s: gap %v, scale %v: %v", c.want, c.gap, c.scale, m)
	}
	least, most := DefaultTolerance().Window(32 * time.Second)
	assert.Equal(t, 31670*time.Millisecond, least)
	assert.Equal(t, 36150*time.Millisecond, most)
	least, most = DefaultTolerance().Window(-time.Second)
	assert.Equal(t, -1020*time.Millisecond, least)
	assert.Equal(t, -725*time.Millisecond, most)
}

// The first line has no time to count from, wherever the capture begins.
func TestFirstLineIsNotTimed(t *testing.T) {
	for _, when := range []string{"+0", "+5", "+3..4", "+rto", "+any"} {
		assert.Nil(t, MustParse(when+" > S").Match(v4.unanswered(), options()), when)
	}
}

func TestPacketMatcherCounts(t *testing.T) {
	a, b := v4.unanswered(1, 3), v6.established()
	for text, want := range map[string]int{
		"> S": 4, "* S": 4, "< S": 0, "< S.": 1, "* S*": 5, "* *": 9, "> .*": 2, "> P. len 78": 1, "< icmp": 0,
		"> S <mss 1460,...>": 4, "> S <mss 1460>": 0, "> S <mss 1460,sackOK,TS,nop,wscale,nop>": 0, "> S win 1": 0, "> S seq 1": 0, "< S. ack 2": 0,
	} {
		assert.Equal(t, want, MustParsePacket(text).Count(a, b), text)
	}
	assert.Zero(t, MustParsePacket("> S").Count())
	exchange := ping(at(0, v6.echo(true, 1)), at(0, v6.echo(true, 2)), at(0, v6.echo(false, 2)), at(0, v6.noHost(1)))
	for text, want := range map[string]int{
		"> icmp echo-request": 2, "* icmp echo-reply": 1, "> icmp echo-reply": 0, "* icmp": 1, "< icmp unreachable host from 2001:db8:1::1": 1,
		"> icmp echo-request seq 1": 1, "* *": 0,
	} {
		assert.Equal(t, want, MustParsePacket(text).Count(exchange), text)
	}
	assert.False(t, PacketMatcher{}.Matches(a, &a.Packets[0]))
}

// Many ways to read the packets, none of which fits: without its memory the search would not end.
func TestMatchIsPolynomial(t *testing.T) {
	var times []float64
	for i := range 100 {
		times = append(times, float64(i+1)/1000)
	}
	want := MustParse(strings.Repeat("? +0..1 > S\n...\n", 20) + "+0..1 < R.")
	begin := time.Now()
	assert.NotNil(t, want.Match(v4.unanswered(times...), options()))
	assert.Less(t, time.Since(begin), 10*time.Second)
}

// The matcher against the plainest definition of a match, on short random signatures and attempts.
func TestMatchAgreesWithBruteForce(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	lines := []string{"+any > S", "+any < R.", "? +any > S", "? +any < R.", "..."}
	matched := 0
	for range 5000 {
		var text []string
		for range 1 + random.IntN(5) {
			text = append(text, lines[random.IntN(len(lines))])
		}
		var packets []wire.Packet
		kinds := ""
		for i := range 1 + random.IntN(5) {
			p, kind := v4.syn(), "S"
			if random.IntN(2) == 0 {
				p, kind = v4.refusal(), "R"
			}
			packets = append(packets, at(float64(i), p))
			kinds += kind
		}
		list := wire.Trace{Packets: packets}.Attempts(8080)
		if len(list) != 1 {
			continue
		}
		got := MustParse(strings.Join(text, "\n")).Match(list[0], options())
		require.Equal(t, fits(text, kinds), got == nil, "%v\n%s", text, kinds)
		if got == nil {
			matched++
		}
	}
	assert.Greater(t, matched, 100)
}

// fits is the definition: each line takes the packets that it may, in order, to the end.
func fits(lines []string, kinds string) bool {
	if len(lines) == 0 {
		return kinds == ""
	}
	if lines[0] == "..." {
		return fits(lines[1:], kinds) || kinds != "" && fits(lines, kinds[1:])
	}
	like := kinds != "" && strings.Contains(lines[0], " "+kinds[:1])
	return like && fits(lines[1:], kinds[1:]) || lines[0][0] == '?' && fits(lines[1:], kinds)
}

// A resolver's timer may begin before its question is sent, a kernel's never.
func TestTheGapAfterALateQuestionMayBeShorter(t *testing.T) {
	begin := time.Unix(1000, 0)
	question := wire.Packet{Kind: wire.KindDNS, Time: begin, Src: v4.client.Addr(), SrcPort: v4.client.Port(), Dst: v4.server.Addr(), DstPort: 53}
	again := question
	again.Time = begin.Add(960 * time.Millisecond)
	lookup := wire.Attempt{Client: v4.client, Server: netip.AddrPortFrom(v4.server.Addr(), 53), Lookup: true, Packets: []wire.Packet{question, again}}
	want := MustParse("+0 > dns\n+1 > dns")
	options := Options{Tolerance: DefaultTolerance()}
	assert.NotNil(t, want.Match(lookup, options))
	options.Waited = func(from, to time.Time) time.Duration {
		assert.Equal(t, begin, to, "what is after the question does not make its timer end sooner")
		return 30 * time.Millisecond
	}
	assert.Nil(t, want.Match(lookup, options))
	options.Waited = func(time.Time, time.Time) time.Duration { return 15 * time.Millisecond }
	assert.NotNil(t, want.Match(lookup, options))
	options.Waited = func(time.Time, time.Time) time.Duration { return 30 * time.Millisecond }
	assert.NotNil(t, MustParse("+0 > S\n+1 > S").Match(v4.unanswered(0.96), options))
}

func TestAGapMayBeLaterByWhatWasWitnessedInIt(t *testing.T) {
	syn := func(ms int) wire.Packet {
		return wire.Packet{Kind: wire.KindTCP, Time: time.Unix(0, 0).Add(time.Duration(ms) * time.Millisecond), TCP: wire.TCP{Flags: wire.SYN}}
	}
	attempt := wire.Attempt{HasSYN: true, Packets: []wire.Packet{syn(0), syn(400)}}
	want := MustParse("+0 > S\n+0..0.1 > S")
	var asked []time.Duration
	options := Options{Tolerance: DefaultTolerance(), Late: func(from, to time.Time) time.Duration {
		asked = append(asked, to.Sub(from))
		return 250 * time.Millisecond
	}}
	assert.NotNil(t, want.Match(attempt, options), "250 ms of lateness do not excuse 300")
	assert.Equal(t, []time.Duration{400 * time.Millisecond}, asked)
	options.Late = func(time.Time, time.Time) time.Duration { return 300 * time.Millisecond }
	assert.Nil(t, want.Match(attempt, options))
	options.Late = nil
	assert.NotNil(t, want.Match(attempt, options))
}
