package ladder_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lang"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/ladder"
)

func TestAPacketThatCrossesIsOneArrow(t *testing.T) {
	l := ladderOf(t, `
0       > S  100 0 0   id=7 @ clrs
0.00002 < S. 500 0 101      @ srlc
0.00004 > .  101 0 501 id=8 @ clrs
`)
	assert.Equal(t, []string{"SYN: 1 to 7, arrived", "SYN-ACK: 7 to 1, arrived", "ACK: 1 to 7, arrived"}, fates(l))
	assert.Len(t, l.Arrows[0].Seen, 4)
	assert.Equal(t, ladder.Sighting{At: 7, Point: "server", Frame: 1, Time: start.Add(15 * time.Microsecond)}, l.Arrows[0].Seen[3])
	assert.Empty(t, l.Losses())
}

func TestWhereAPacketVanished(t *testing.T) {
	for where, want := range map[string]struct{ arrow, loss string }{
		"c":    {"SYN: 1 to 2, lost-on-link", "1 packet lost between client and router"},
		"cl":   {"SYN: 1 to 4, lost-inside", "1 packet lost in the router"},
		"clr":  {"SYN: 1 to 6, lost-on-link", "1 packet lost between router and server"},
		"clrs": {"SYN: 1 to 8, lost-inside", "1 packet reached the server, and no answer left it"},
	} {
		l := ladderOf(t, "0 > S 100 0 0 id=7 @ "+where)
		assert.Equal(t, []string{want.arrow}, fates(l), where)
		assert.Equal(t, []string{want.loss}, english(l.Losses()), where)
	}
	for where, want := range map[string]struct{ arrow, loss string }{
		"s":    {"SYN-ACK: 7 to 6, lost-on-link", "1 packet lost between router and server"},
		"sr":   {"SYN-ACK: 7 to 4, lost-inside", "1 packet lost in the router"},
		"srl":  {"SYN-ACK: 7 to 2, lost-on-link", "1 packet lost between client and router"},
		"srlc": {"SYN-ACK: 7 to 0, lost-inside", "1 packet reached the client, and no answer left it"},
	} {
		l := ladderOf(t, "0 > S 100 0 0 id=7 @ clrs\n0.001 < S. 500 0 101 @ "+where)
		assert.Equal(t, want.arrow, fates(l)[1], where)
		assert.Equal(t, []string{want.loss}, english(l.Losses()), where)
	}
}

func TestRetransmissionsAreNumberedAndToldApart(t *testing.T) {
	l := ladderOf(t, `
0    > S  100 0 0 id=7 @ cl
1.01 > S  100 0 0 id=8 @ clrs
3.02 > S  100 0 0 id=9 @ clrs
3.03 < S. 500 0 101    @ srlc
3.04 > .  101 0 501    @ clrs
`)
	assert.Equal(t, []string{"SYN: 1 to 4, lost-inside", "SYN, retry 1: 1 to 8, lost-inside", "SYN, retry 2: 1 to 7, arrived",
		"SYN-ACK: 7 to 1, arrived", "ACK: 1 to 7, arrived"}, fates(l))
	assert.Equal(t, []int{0, 1, 2}, []int{l.Arrows[0].Again, l.Arrows[1].Again, l.Arrows[2].Again})
}

// IPv6 has no identification: a copy is one that comes before the next is sent.
func TestRetransmissionsWithoutIdentification(t *testing.T) {
	l := ladderOf(t, "0 > S 100 0 0 @ clr\n1 > S 100 0 0 @ cl\n3 > S 100 0 0 @ clrs")
	assert.Equal(t, []string{"SYN: 1 to 6, lost-on-link", "SYN, retry 1: 1 to 4, lost-inside", "SYN, retry 2: 1 to 8, lost-inside"}, fates(l))
}

// A copy that was made on the way begins there, and is no sign that the first was lost.
func TestCopiesAreNotRetransmissions(t *testing.T) {
	l := ladderOf(t, `
0       > S  100 0 0 id=7 @ clrs
0.00003 > S  100 0 0 id=7 @ s
0.0001  < S. 500 0 101    @ srlc
0.0002  > P. 101 62 501 id=8 @ clrs
0.0003  > P. 101 62 501 id=8 @ s
`)
	assert.Equal(t, []string{"SYN: 1 to 7, arrived", "SYN, copy: 6 to 7, arrived", "SYN-ACK: 7 to 1, arrived",
		"62 bytes: 1 to 7, arrived", "62 bytes, copy: 6 to 7, arrived"}, fates(l))
}

// Packets that are alike follow each other faster than they travel. As many come out as went in.
func TestPacketsThatAreAlikeOnTheWay(t *testing.T) {
	const acks = "0 > . 101 0 501 @ cl\n0.0001 > . 101 0 501 @ cl\n0.0002 > . 101 0 501 @ rs\n"
	l := ladderOf(t, acks+"0.0003 > . 101 0 501 @ rs")
	assert.Equal(t, []string{"ACK: 1 to 7, arrived", "ACK: 1 to 7, arrived"}, fates(l))
	assert.Equal(t, []int{4, 4}, []int{len(l.Arrows[0].Seen), len(l.Arrows[1].Seen)})
	l = ladderOf(t, acks)
	assert.Equal(t, []string{"ACK: 1 to 4, lost-inside", "ACK: 1 to 7, arrived"}, fates(l), "one was lost: the second is nearer in time")
}

func TestDataThatIsSentAgainWasLost(t *testing.T) {
	l := ladderOf(t, `
0   > P. 101 62 501 id=1 @ clrs
0.3 > P. 101 62 501 id=2 @ clrs
`)
	assert.Equal(t, []string{"62 bytes: 1 to 8, lost-inside", "62 bytes, retry 1: 1 to 8, lost-inside"}, fates(l))
	l = ladderOf(t, "0 > P. 101 62 501 id=1 @ clrs\n0.01 > F. 163 0 501 id=2 @ clrs\n0.3 > FP. 101 62 501 id=3 @ clrs")
	assert.Equal(t, []string{"62 bytes: 1 to 8, lost-inside", "FIN: 1 to 7, arrived", "62 bytes, FIN, retry 1: 1 to 8, lost-inside"}, fates(l))
	l = ladderOf(t, "0 > P. 101 62 501 id=1 @ clrs")
	assert.Equal(t, []string{"62 bytes: 1 to 7, arrived"}, fates(l), "it may merely be the last in the capture")
}

// A SYN on the ports of an older connection is answered by an ACK that has nothing to do with its number (RFC 5961 section 4).
func TestASYNIsAnsweredByAnOlderConnection(t *testing.T) {
	for _, ack := range []string{"1000100", "4000000000"} {
		l := ladderOf(t, "0 > S 100 0 0 id=7 @ clrs\n0.0001 < . 900 0 "+ack+" @ srlc\n0.0002 > R "+ack+" 0 0 id=8 @ cl\n0.01 > S 100 0 0 id=9 @ clrs")
		assert.Equal(t, []string{"SYN: 1 to 7, arrived", "ACK: 7 to 1, arrived", "RST: 1 to 4, lost-inside", "SYN, retry 1: 1 to 8, lost-inside"}, fates(l), ack)
	}
}

// A keep-alive has the number before the next, and so has the probe of a closed window. An ACK that comes late has an older one.
func TestProbesAreToldFromACKs(t *testing.T) {
	const begin = "0 > P. 101 62 501 @ clrs\n0.001 < . 501 0 163 @ srlc\n"
	for text, want := range map[string]string{
		begin + "1 > . 162 0 501 @ cl":                                                           "keep-alive: 1 to 4, lost-inside",
		begin + "0.002 < . 501 0 163 win=0 @ srlc\n1 > . 162 0 501 @ clrs":                       "window probe: 1 to 7, arrived",
		begin + "1 > . 163 0 501 @ clrs":                                                         "ACK: 1 to 7, arrived",
		"0 > P. 101 62 501 @ clrs\n1 > . 162 0 501 @ clrs":                                       "ACK: 1 to 7, arrived",
		begin + "0.002 < P. 501 50 163 @ srlc\n0.003 > . 163 0 551 @ clrs\n2 < . 550 0 163 @ sr": "keep-alive: 7 to 4, lost-inside",
	} {
		all := fates(ladderOf(t, text))
		assert.Equal(t, want, all[len(all)-1], text)
	}
}

// The router answers in the server's place: the SYN is lost there, and the message begins there.
func TestAnICMPErrorBeginsWhereItWasSent(t *testing.T) {
	l := ladderOf(t, "0 > S 100 0 0 id=7 @ cl\n0.0001 icmp 3 13 @ lc")
	assert.Equal(t, []string{"SYN: 1 to 4, lost-inside", "ICMP unreachable admin-prohibited: 3 to 1, arrived"}, fates(l))
	assert.Equal(t, "icmp", l.Arrows[1].Class)
}

// A NAT gives a packet another address and port, and leaves the rest as it is.
func TestAPacketIsFollowedThroughNAT(t *testing.T) {
	l := ladderOf(t, `
0       > S  100 0 0   id=7                                               @ cl
0.00001 > S  100 0 0   id=7 src=203.0.113.1:61000                         @ rs
0.00002 < S. 500 0 101      dst=203.0.113.1:61000                         @ sr
0.00003 < S. 500 0 101                                                    @ lc
`)
	assert.Equal(t, []string{"SYN: 1 to 7, arrived", "SYN-ACK: 7 to 0, lost-inside"}, fates(l))
}

// A load balancer ends one connection and makes another: nothing crosses it, and nothing is lost in it.
func TestTwoConnectionsThroughALoadBalancer(t *testing.T) {
	l := ladderOf(t, `
0       > S  100 0 0   id=7 dst=198.51.100.1:8080 @ cl
0.00001 < S. 900 0 101      src=198.51.100.1:8080 @ lc
0.00002 > .  101 0 901      dst=198.51.100.1:8080 @ cl
0.001   > S  300 0 0   id=3 src=203.0.113.1:61000 @ rs
0.00102 < R. 0   0 301      dst=203.0.113.1:61000 @ sr
`)
	assert.Equal(t, []string{"SYN: 1 to 3, arrived", "SYN-ACK: 3 to 1, arrived", "ACK: 1 to 3, arrived",
		"SYN: 5 to 7, arrived", "RST: 7 to 5, arrived"}, fates(l))
	assert.Empty(t, l.Losses())
}

func TestAPacketThatGoesInACircle(t *testing.T) {
	l := ladderOf(t, `
0       > S 100 0 0 id=7 ttl=64 @ cl
0.00001 > S 100 0 0 id=7 ttl=63 @ rs
0.00003 > S 100 0 0 id=7 ttl=62 @ sr
0.00005 > S 100 0 0 id=7 ttl=61 @ rs
0.00007 > S 100 0 0 id=7 ttl=60 @ sr
0.00009 > S 100 0 0 id=7 ttl=59 @ rs
1       > S 100 0 0 id=8 ttl=64 @ cl`)
	assert.Equal(t, []string{"SYN: 1 to 7, arrived", "SYN, TTL 62: 7 to 5, arrived", "SYN, TTL 61: 5 to 7, arrived",
		"SYN, TTL 60: 7 to 5, arrived", "SYN, TTL 59: 5 to 8, lost-inside", "SYN, retry 1: 1 to 4, lost-inside"}, fates(l))

	l = ladderOf(t, "0 > S 100 0 0 id=7 ttl=64 @ cl\n0.00001 > S 100 0 0 id=7 ttl=63 @ rs\n0.00003 > S 100 0 0 id=7 ttl=62 @ rs")
	assert.Equal(t, []string{"SYN: 1 to 8, lost-inside", "SYN, retry 1: 5 to 8, lost-inside"}, fates(l), "captured twice is no circle")
}

func TestSegmentsThatWereCutOnTheWay(t *testing.T) {
	l := ladderOf(t, `
0       > .  101  2800 501 id=1 @ clr
0.00001 > .  101  1400 501 id=1 @ s
0.00002 > .  1501 1400 501 id=2 @ s
0.00003 < .  501  0   2901      @ srlc
`)
	assert.Equal(t, []string{"2800 bytes: 1 to 7, arrived", "ACK: 7 to 1, arrived"}, fates(l))
}

func TestARouterAsksByItsAddressOfTheLink(t *testing.T) {
	traces := tracesOf(t, "0 who @ rs")
	for i := range traces {
		for j := range traces[i].Packets {
			p := &traces[i].Packets[j]
			p.Kind, p.Src = wire.KindND, netip.MustParseAddr("fe80::1")
		}
	}
	assert.Equal(t, []string{"who has 203.0.113.10?: 5 to 8, lost-inside"}, fates(ladder.New(wayOf(traces))))
}

func TestOnlyRequestsThatNobodyAnswersAreShown(t *testing.T) {
	l := ladderOf(t, "0 who @ r\n1 who @ r")
	assert.Equal(t, []string{"who has 203.0.113.10?: 5 to 6, lost-on-link", "who has 203.0.113.10?: 5 to 6, lost-on-link"}, fates(l))
	l = ladderOf(t, "0 who @ rs")
	assert.Equal(t, []string{"who has 203.0.113.10?: 5 to 8, lost-inside"}, fates(l))

	traces := tracesOf(t, "0 who @ rs\n0.001 who @ sr")
	for i := range traces {
		for j := range traces[i].Packets[min(1, len(traces[i].Packets)):] {
			reply := &traces[i].Packets[j+1]
			reply.Src, reply.Dst, reply.Neighbour.Reply = reply.Dst, reply.Src, true
		}
	}
	assert.Empty(t, ladder.New(wayOf(traces)).Arrows)

	// On a switch the server hears the router ask, and not the answer.
	traces = tracesOf(t, "0 who @ r\n0.00001 who @ s\n0.001 who @ r")
	for i := range traces {
		for j := range traces[i].Packets {
			if reply := &traces[i].Packets[j]; j > 0 {
				reply.Src, reply.Dst, reply.Neighbour.Reply = reply.Dst, reply.Src, true
			}
		}
	}
	assert.Empty(t, ladder.New(wayOf(traces)).Arrows)
}

// Where nobody captured, nothing is claimed but what an answer proves.
func TestBeyondTheOnlyVantagePointNothingIsKnown(t *testing.T) {
	ladder := func(text string) ladder.Ladder {
		traces := tracesOf(t, text)
		return ladder.New(ladder.Columns{Hosts: []ladder.Column{{Name: "client", Addrs: []netip.Addr{clientAddr}, Right: &traces[0]},
			{Name: "server", Addrs: []netip.Addr{serverAddr}}}})
	}
	l := ladder("0 > S 100 0 0 id=7 @ c")
	assert.Equal(t, []string{"SYN: 1 to 2, unseen"}, fates(l))
	assert.Equal(t, []string{"1 packet without an answer; nobody captured further on"}, english(l.Losses()))
	l = ladder("0 > S 100 0 0 id=7 @ c\n0.1 < R. 0 0 101 @ c")
	assert.Equal(t, []string{"SYN: 1 to 3, arrived", "RST: 3 to 1, arrived"}, fates(l))
}

// A client with a pool uses a connection that stood before, and then a new one.
func TestAConnectionThatStoodIsShownBesideANewOne(t *testing.T) {
	traces := tracesOf(t, `
0   > P. 100 4 900 id=7 src=127.0.0.1:40000 dst=127.0.0.1:8080 @ c
0.2 > S  200 0 0   id=8 src=127.0.0.1:40002 dst=127.0.0.1:8080 @ c
`)
	local := []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	columns := ladder.Columns{Hosts: []ladder.Column{{Name: "client", Addrs: local, Right: &traces[0]}, {Name: "server", Addrs: local}}}
	assert.Equal(t, []string{"SYN: 1 to 2, unseen"}, fates(ladder.New(columns)))
	columns.Stood = true
	both := fates(ladder.New(columns))
	require.Len(t, both, 2)
	assert.Contains(t, both[0], "4 bytes from :40000: ")
	assert.Equal(t, "SYN from :40002: 1 to 2, unseen", both[1])
}

// On the loopback interface both ends have the same address.
func TestAHostThatTalksToItself(t *testing.T) {
	traces := tracesOf(t, `
0       > S  100 0 0 id=7 src=127.0.0.1:40000 dst=127.0.0.1:8080 @ c
0.00001 < R. 0 0 101      src=127.0.0.1:8080 dst=127.0.0.1:40000 @ c
1       > S  200 0 0 id=8 src=127.0.0.1:40002 dst=127.0.0.1:8080 @ c
`)
	local := []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	l := ladder.New(ladder.Columns{Hosts: []ladder.Column{{Name: "client", Addrs: local, Right: &traces[0]}, {Name: "server", Addrs: local}}})
	assert.Equal(t, []string{"SYN from :40000: 1 to 3, arrived", "RST: 3 to 1, arrived", "SYN from :40002: 1 to 2, unseen"}, fates(l))
}

// What neither host has sent was sent by something on the link between them.
func TestAForgedPacketBeginsOnTheLink(t *testing.T) {
	l := ladderOf(t, "0 > S 100 0 0 id=7 @ clrs\n0.0001 < R. 0 0 101 @ c\n0.0002 > R 101 0 0 @ s")
	assert.Equal(t, []string{"SYN: 1 to 8, lost-inside", "RST: 2 to 1, arrived", "RST: 6 to 7, arrived"}, fates(l))
}

func TestBriefLeavesOutTheMiddle(t *testing.T) {
	var text strings.Builder
	for i := range 50 {
		way := "clrs"
		if i%10 == 9 {
			way = "cl" // lost in the router: four of the five are not drawn
		}
		fmt.Fprintf(&text, "%d > P. %d 1 501 id=%d @ %s\n", i, 101+i, i+1, way)
	}
	l := ladderOf(t, text.String()).Brief(12)
	assert.Len(t, l.Arrows, 12)
	assert.Equal(t, 38, l.Omitted)
	assert.Equal(t, start.Add(7*time.Second), l.Arrows[l.OmittedAfter].Sent())
	assert.Equal(t, start.Add(46*time.Second), l.Arrows[l.OmittedAfter+1].Sent())
	assert.Equal(t, []string{"5 packets lost in the router"}, english(l.Losses()))
}

func TestNoArrowBeginsOrEndsOutsideTheLadder(t *testing.T) {
	for _, points := range []string{"c", "l", "r", "s", "cl", "lr", "rs", "clr", "lrs", "clrs", "cs", "cr"} {
		for _, direction := range []string{">", "<"} {
			way := []rune(points)
			if direction == "<" {
				slices.Reverse(way)
			}
			for _, a := range ladderOf(t, "0 "+direction+" S 100 0 0 @ "+string(way)).Arrows {
				assert.GreaterOrEqual(t, a.From, ladder.Spot(0), points)
				assert.LessOrEqual(t, a.To, ladder.Spot(8), points)
			}
		}
	}
}

// What is refused on its way is not lost: whoever refuses it answers, at once.
func TestAPacketThatIsRefusedOnItsWay(t *testing.T) {
	const stopped, lost = "1 packet stopped by the router, which answered itself", "1 packet lost in the router"
	for answer, want := range map[string]string{
		"0.001 < R. 0 0 101 @ lc":   stopped,
		"0.001 < R. 0 0 101 @ srlc": lost, // the server's
		"0.5 < R. 0 0 101 @ lc":     lost, // of something else
		"0.001 < F. 500 0 101 @ lc": lost, // no refusal
	} {
		l := ladderOf(t, "0 > S 100 0 0 id=7 @ cl\n"+answer)
		assert.Contains(t, english(l.Losses()), want, answer)
	}
}

// What splits a connection answers a refusal of the server by one of its own.
func TestARefusalThatIsReplacedOnItsWay(t *testing.T) {
	const replaced, lost = "1 packet replaced by the router, which sent its own", "1 packet lost in the router"
	for next, want := range map[string]string{
		"0.002 < R. 501 0 101 @ lc": replaced,
		"0.5 < R. 501 0 101 @ lc":   lost, // of something else
		"0.002 < F. 501 0 101 @ lc": lost, // no refusal
		"0.002 < R. 501 0 101 @ c":  lost, // nobody saw where it began
	} {
		l := ladderOf(t, "0.001 < R. 0 0 101 @ sr\n"+next)
		assert.Contains(t, english(l.Losses()), want, next)
	}
}

// A SYN proxy completes the handshake, and changes the server's numbers from then on.
func TestAHandshakeThatIsCompletedOnItsWay(t *testing.T) {
	const exchange = `
0       > S  100 0 0 id=7 @ cl
0.00003 < S. 900 0 101 @ lc
0.00005 > .  101 0 901 id=8 @ cl
0.00006 > S  100 0 0 id=1 @ rs
0.00008 < S. 500 0 101 @ sr
0.00009 > .  101 0 501 id=2 @ rs
0.0002  > P. 101 62 901 id=9 @ cl
0.00021 > P. 101 62 501 id=9 @ rs
0.0003  < P. 501 147 163 @ sr
0.00031 < P. 901 147 163 @ lc
0.0005  > F. 163 0 1048 id=10 @ cl
0.00051 > F. 163 0 648 id=10 @ rs
0.0006  < .  648 0 164 @ sr
0.00061 < .  1048 0 164 @ lc
`
	l := ladderOf(t, exchange)
	assert.Empty(t, english(l.Losses()))
	assert.Equal(t, []string{"SYN: 1 to 4, arrived", "SYN-ACK: 3 to 1, arrived", "ACK: 1 to 4, arrived", "SYN: 5 to 7, arrived", "SYN-ACK: 7 to 4, arrived", "ACK: 5 to 7, arrived",
		"62 bytes: 1 to 7, arrived", "147 bytes: 7 to 1, arrived", "FIN: 1 to 7, arrived", "ACK: 7 to 1, arrived"}, fates(l))
	l = ladderOf(t, exchange+"0.7 < P. 648 50 164 @ sr")
	assert.Equal(t, []string{"1 packet lost in the router"}, english(l.Losses()), "what is not passed on is lost")
	l = ladderOf(t, exchange+"0.00002 > S  800 0 0 src=198.51.100.10:40001 @ cl")
	assert.Equal(t, []string{"1 packet lost in the router"}, english(l.Losses()), "the SYN of another connection is not answered by this one's SYN-ACK")
}

// Two machines answer for one address: their numbers are two, and nobody has changed them.
func TestTwoSYNACKs(t *testing.T) {
	const both = `
0       > S  100 0 0 id=7 @ clrs
0.00008 < S. 500 0 101 @ sr%[1]s
0.00018 < S. 700 0 101 @ sr%[2]s
0.0003  > .  101 0 701 id=9 @ clrs
0.0004  < .  701 0 101 @ srlc
`
	for _, way := range [][]any{{"lc", "lc"}, {"", "lc"}} {
		l := ladderOf(t, fmt.Sprintf(both, way...))
		assert.Len(t, l.Arrows, 5)
		assert.Equal(t, "ACK: 7 to 1, arrived", fates(l)[4])
	}
}

// english are the texts in English. Each has a Korean, too.
func english(list []lang.Text) (texts []string) {
	for _, text := range list {
		if text.Korean == "" {
			panic("no Korean: " + text.English)
		}
		texts = append(texts, text.English)
	}
	return texts
}
