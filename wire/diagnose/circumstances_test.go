package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// others are connections from port 7 on, one at each of the times, that the server answers.
func others(times ...string) string {
	var b strings.Builder
	for i, at := range times {
		port := string(rune('1' + i))
		b.WriteString("\n" + at + " > S 0 0 0 isn=7" + port + " port=" + port + "\n" + at + " < S. 0 0 1 isn=7" + port + " port=" + port)
		b.WriteString("\n" + at + " > . 1 0 1 isn=7" + port + " port=" + port)
	}
	return b.String()
}

// inTime puts packets in the order of their times: a capture is written so.
func inTime(t *testing.T, text string) []result {
	packets, payloads := packetsOf(t, text)
	slices.SortStableFunc(packets, func(a, b wire.Packet) int { return a.Time.Compare(b.Time) })
	for i := range packets {
		packets[i].Frame = i + 1
	}
	list, _ := diagnosed(packets, payloads, Options{})
	return list
}

// of returns the diagnosis of the client's port.
func of(t *testing.T, list []result, port uint16) *result {
	i := slices.IndexFunc(list, func(r result) bool { return r.seen.Client.Port() == port })
	require.GreaterOrEqual(t, i, 0)
	return &list[i]
}

// TestOthersThatWereAnsweredMeanwhileExcludeADeadHost: one that was answered before does not.
func TestOthersThatWereAnsweredMeanwhileExcludeADeadHost(t *testing.T) {
	const syns = "1 > S 0 0 0\n2 > S 0 0 0\n4 > S 0 0 0"
	for name, c := range map[string]struct {
		others string
		dead   bool
	}{
		"while the SYNs go unanswered": {others("2.5"), false},
		"before and after":             {others("0.5", "5"), false},
		"before":                       {others("0.5"), true},
		"after":                        {others("5"), true},
		"long before and after":        {others("0", "30"), true},
		"none":                         {"", true},
	} {
		r := of(t, inTime(t, syns+c.others), clientAddr.Port())
		assert.Equal(t, "no-answer", r.verdict, name)
		assert.Equal(t, c.dead, r.Has(CauseDeadHost), name)
		assert.Equal(t, !c.dead, r.Has(CauseLimit), name)
	}
}

// TestAnOlderTimestampBesideOneClock: where each connection has an offset of its own, a lower one says nothing.
func TestAnOlderTimestampBesideOneClock(t *testing.T) {
	for name, c := range map[string]struct {
		stamps []byte // of two others, a tenth of a second apart, and of the attempt
		old    bool
	}{
		"below":               {[]byte{100, 200, 9}, true},
		"of the same clock":   {[]byte{100, 200, 250}, false},
		"offsets of each own": {[]byte{200, 100, 9}, false},
	} {
		packets, payloads := packetsOf(t, others("0", "0.1")+"\n1 > S 0 0 0\n2 > S 0 0 0")
		for i, which := range map[int]int{0: 0, 3: 1, 6: 2, 7: 2} {
			stamped(&packets[i], c.stamps[which])
		}
		list, _ := diagnosed(packets, payloads, Options{})
		assert.Equal(t, c.old, of(t, list, clientAddr.Port()).Has(CauseOldTimestamp), name)
	}
}

func TestTheCauseThatTheFramesSayComesFirst(t *testing.T) {
	const filler = "\n9 ping 1\n9 pong 1"
	for name, c := range map[string]struct {
		packets string
		first   Cause
		never   []Cause
		summary string
	}{
		"a lone SYN":                  {"0 > S 0 0 0 port=7" + filler, CauseWentElsewhere, []Cause{CauseDeadHost}, "1 SYN, no reply"},
		"a challenge ACK":             {"0 > S 0 0 0\n0.1 < . 900 0 77777777\n0.1 > R 77777777 0 0\n1 > S 0 0 0\n1.1 < . 900 0 77777777", CauseResetFiltered, []Cause{CauseDeadHost, CauseFirewallOnPath}, "2 SYNs in 1 s, answered by an ACK of an older connection on these ports, not by a SYN-ACK"},
		"a SYN-ACK of another number": {"0 > S 0 0 0\n0.1 < S. 0 0 77\n0.1 > R 77 0 0\n1 > S 0 0 0\n1.1 < S. 0 0 77\n1.1 > R 77 0 0", CauseOldConnection, []Cause{CauseDeadHost, CauseFirewallOnPath}, "2 SYNs in 1 s, answered by a SYN-ACK that acknowledges something else"},
		"a RST of another number":     {"0 > S 0 0 0\n0.1 < R. 0 0 1 raw\n1 > S 0 0 0\n1.1 < R. 0 0 1 raw", CauseBadRefusal, nil, "SYN answered by RST after 100 ms, 2 times"},
		"a RST to SYN and FIN":        {"0 > SF 0 0 0\n0.1 < R. 0 0 2", CauseClosedPort, []Cause{CauseBadRefusal}, "SYN answered by RST after 100 ms"},
		"a RST of this number":        {"0 > S 0 0 0\n0.1 < R. 0 0 1\n1 > S 0 0 0\n1.1 < R. 0 0 1", CauseClosedPort, []Cause{CauseBadRefusal}, "SYN answered by RST after 100 ms, 2 times"},
		"a long silence":              {exchange + "351 > P. 101 100 301\n351.1 < R 301 0 0", CauseIdleTimeout, nil, "the server reset the connection after 5m51s; 200 bytes up, 300 bytes down"},
		"no silence":                  {exchange + "9 > P. 101 100 301\n9.1 < R. 301 0 201", CauseAborted, nil, "the server reset the connection after 9.1 s; 200 bytes up, 300 bytes down"},
		"a half-open scan":            {"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.1 > R 1 0 0 ttl=255", CauseHalfOpenScan, nil, "the client reset the connection after 100 ms; 0 bytes up, 0 bytes down"},
		"a full connection":           {exchange + "0.1 > R. 101 0 301", CauseAbortive, []Cause{CauseHalfOpenScan}, "the client reset the connection after 100 ms; 100 bytes up, 300 bytes down"},
		"keep-alives in vain":         {exchange + "9 > . 100 0 301\n18 > . 100 0 301\n27 > . 100 0 301\n36 > R. 101 0 301", CauseForgotten, nil, "3 keep-alive probes of the client in 27 s were not answered, and it gave up (RST)"},
		"a FIN in vain":               {exchange + "1 < F. 301 0 101\n1.2 < F. 301 0 101\n1.6 < F. 301 0 101", CauseForgotten, nil, "the FIN of the server was sent 3 times in 600 ms, and nothing acknowledged it"},
		"no route":                    {"0 > S 0 0 0\n0.1 icmp 3 0", CauseMissingRoute, []Cause{CauseHostDown}, "SYN answered after 100 ms by ICMP unreachable net (type 3 code 0) from 198.51.100.1"},
		"no host":                     {"0 > S 0 0 0\n0.1 icmp 3 1", CauseRouterSaysDead, []Cause{CauseMissingRoute}, "SYN answered after 100 ms by ICMP unreachable host (type 3 code 1) from 198.51.100.1"},
		"prohibited":                  {"0 > S 0 0 0\n0.1 icmp 3 13", CauseFirewallRejects, []Cause{CauseMissingRoute, CauseRouterSaysDead}, "SYN answered after 100 ms by ICMP unreachable admin-prohibited (type 3 code 13) from 198.51.100.1"},
		"a path that is traced":       {"0 > S 0 0 0 ttl=3\n0.1 icmp 11 0", CausePathTraced, []Cause{CauseRoutingLoop}, "SYN answered after 100 ms by ICMP time-exceeded (type 11 code 0) from 198.51.100.1"},
		"no neighbour, by the client": {"0 > S 0 0 0\n0.1 icmp 3 1 from=198.51.100.10", CauseNeighbourOff, []Cause{CauseRouterSaysDead}, "SYN answered after 100 ms by ICMP unreachable host (type 3 code 1) from 198.51.100.10"},
		"a parameter problem":         {"0 > S 0 0 0\n0.1 icmp 12 0", CauseNotProcessed, nil, "SYN answered after 100 ms by ICMP type 12 code 0 (type 12 code 0) from 198.51.100.1"},
		"no such protocol":            {"0 > S 0 0 0\n0.1 icmp 3 2", CauseNotProcessed, nil, "SYN answered after 100 ms by ICMP unreachable protocol (type 3 code 2) from 198.51.100.1"},
		"a loop":                      {"0 > S 0 0 0\n0.1 icmp 11 0", CauseRoutingLoop, []Cause{CauseFirewallRejects}, "SYN answered after 100 ms by ICMP time-exceeded (type 11 code 0) from 198.51.100.1"},
	} {
		r := &diagnoseText(t, c.packets)[0]
		require.NotEmpty(t, r.Rivals, name)
		assert.Equal(t, c.first, r.Rivals[0].Cause, name)
		assert.Equal(t, c.summary, r.Summary.String(), name)
		for _, never := range c.never {
			assert.False(t, r.Has(never), "%s: %s", name, never)
		}
	}
}

// TestStepsAboutAnICMPErrorAreForItsSender: the server is not where it is decided.
func TestStepsAboutAnICMPErrorAreForItsSender(t *testing.T) {
	for _, code := range []string{"0", "1", "3", "9", "10", "13"} {
		commands := diagnoseText(t, "0 > S 0 0 0\n0.1 icmp 3 "+code)[0].Commands(lang.English)
		if code == "1" { // no host: it may be there and not hear the question
			assert.Contains(t, commands[len(commands)-1], "# on 203.0.113.10: does the question reach it?")
			commands = commands[:len(commands)-1]
		}
		for _, command := range commands {
			assert.Contains(t, command, "# on 198.51.100.1", code)
		}
	}
}

// TestHalfOpenScansHaveNoTTLNote: the scanner makes the SYN, its kernel the RST.
func TestHalfOpenScansHaveNoTTLNote(t *testing.T) {
	assert.Empty(t, english(diagnoseText(t, "0 > S 0 0 0 ttl=53\n0.1 < S. 0 0 1\n0.1 > R 1 0 0 ttl=64")[0].Notes))
	assert.Len(t, english(diagnoseText(t, exchange+"0.1 > R. 101 0 301 ttl=63")[0].Notes), 1)
}

// TestASYNProxy: a SYN-ACK without a window is of who has nobody yet to take data. Linux's SYN proxy sends one.
func TestASYNProxy(t *testing.T) {
	const request = "0.01 > S 0 0 0\n0.01 < S. 0 0 1 win=0\n0.01 > . 1 0 1\n"
	for packets, want := range map[string]bool{
		request + "0.02 < R. 1 0 1": true,
		request + "0.3 > . 0 0 1\n0.3 < . 1 0 1 win=0\n0.9 > . 0 0 1\n0.9 < . 1 0 1 win=0\n2.1 > . 0 0 1\n2.1 < . 1 0 1 win=0": true,
		request + "0.02 < . 1 0 1\n0.03 > P. 1 100 1\n0.04 < P. 1 100 101\n0.05 < R. 101 0 101":                                false, // the server's data came
		"0.01 > S 0 0 0\n0.01 < S. 0 0 1\n0.01 > . 1 0 1\n0.02 < R. 1 0 1":                                                     false,
		request + "0.02 > R. 1 0 1": false, // it is the client that gives up
	} {
		d := diagnoseText(t, packets)[0]
		assert.Equal(t, want, d.Has(CauseSYNProxy), "%s: %s", packets, d.Summary)
		if want {
			assert.Contains(t, d.Commands(lang.English)[0], "ss -ltn", packets)
		}
	}
}

// TestAClientHelloOfTwoSegments: a firewall that reads the first segment alone is a rival of a small MTU, and of who resets.
func TestAClientHelloOfTwoSegments(t *testing.T) {
	const hello = handshake + "0.02 > P. 1 %s 1 text=" + helloBytes + "\n"
	const lost = "0.03 > P. 1449 35 1\n%s0.3 > . 1 1448 1\n0.7 > . 1 1448 1\n1.5 > . 1 1448 1\n3.1 > . 1 1448 1"
	const behind = "0.04 < . 1 0 1 sack=1449:1484\n"
	large, small := fmt.Sprintf(hello, "1483"), fmt.Sprintf(hello, "300")

	d := diagnoseText(t, large+fmt.Sprintf(lost, behind))[0]
	assert.Equal(t, MTUBlackhole, d.Verdict)
	assert.True(t, d.Has(CauseSplitHello))
	assert.True(t, d.Has(CauseSmallMTU), "a large segment may be the reason, whatever is in it")
	assert.False(t, d.Has(CauseBrokeNow), "what is behind it arrived")
	assert.Contains(t, d.Summary.String(), "the 35 bytes behind them arrived (SACK)")
	assert.Contains(t, d.Commands(lang.English)[0], "openssl s_client -connect 203.0.113.10:8080 -groups X25519")

	d = diagnoseText(t, large+fmt.Sprintf(lost, ""))[0]
	assert.True(t, d.Has(CauseBrokeNow))
	d = diagnoseText(t, large+"0.1 < R. 1 0 1484")[0]
	assert.Equal(t, ResetByServer, d.Verdict)
	assert.True(t, d.Has(CauseSplitHello))
	assert.True(t, d.Has(CauseSNIFilter))
	assert.False(t, d.Has(CauseIdleTimeout), "it was not idle")
	assert.True(t, diagnoseText(t, small+"0.1 < R. 1 0 301")[0].Has(CauseSNIFilter), "the name is in a short one, too")
	assert.True(t, diagnoseText(t, small+"0.3 > P. 1 300 1\n0.9 > P. 1 300 1\n2.1 > P. 1 300 1\n5 > P. 1 300 1")[0].Has(CauseSNIFilter), "some filters drop")

	for name, text := range map[string]string{
		"it fits":         small + "0.1 < R. 1 0 301",
		"it is no hello":  handshake + "0.02 > P. 1 1483 1 text=GET_/\n" + fmt.Sprintf(lost, behind),
		"it was answered": large + "0.05 < . 1 0 1484\n0.06 < P. 1 1200 1484\n0.1 < R. 1201 0 1484",
		"it was taken":    large + "0.05 < . 1 0 1484\n0.06 > P. 1484 1448 1\n0.3 > P. 1484 1448 1\n0.7 > P. 1484 1448 1\n1.5 > P. 1484 1448 1\n3 > P. 1484 1448 1",
	} {
		d := diagnoseText(t, text)[0]
		assert.True(t, d.Failed, name)
		assert.False(t, d.Has(CauseSplitHello), name)
		assert.Equal(t, name == "it fits", d.Has(CauseSNIFilter), name)
	}
}

// TestTheHoleEndsWhereTheSmallSegmentBegins: what arrived is not counted as missing.
func TestTheHoleEndsWhereTheSmallSegmentBegins(t *testing.T) {
	const received = handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n"
	d := diagnoseText(t, received+"0.04 < P. 2921 200 101\n0.05 > . 101 0 1\n5 > . 101 0 1")[0]
	assert.Equal(t, MTUBlackhole, d.Verdict)
	assert.Equal(t, "2920 bytes before a smaller segment never arrived", d.Summary.String())
	assert.NotEqual(t, MTUBlackhole, diagnoseText(t, received+"0.04 < P. 1101 200 101\n0.05 > . 101 0 1\n5 > . 101 0 1")[0].Verdict, "the hole itself is small")
}

// TestLoopbackHasNoNetworkBetween: what is on the way does not come into question.
func TestLoopbackHasNoNetworkBetween(t *testing.T) {
	packets, payloads := packetsOf(t, "0 > S 0 0 0\n1 > S 0 0 0\n3 > S 0 0 0")
	for i := range packets {
		packets[i].Src = packets[i].Dst
	}
	list, _ := diagnosed(packets, payloads, Options{})
	assert.Contains(t, english(list[0].Notes), "both ends are on one machine: no network is between them")
	for _, cause := range []Cause{CauseDeadHost, CauseFirewallOnPath, CausePathBroken, CauseAnswerLost, CauseNoWayBack, CauseAnswerElsewhere, CauseRPFilter} {
		assert.False(t, list[0].Has(cause), cause)
	}
	assert.True(t, list[0].Has(CauseFirewallOnHost))
	refused := diagnoseText(t, "0 > S 0 0 0 by=::1 at=::1\n0.1 < R. 0 0 1 by=::1 at=::1")[0]
	assert.True(t, refused.Has(CauseClosedPort))
	assert.False(t, refused.Has(CauseTwoMachines), "a machine has its own loopback address")
	assert.NotContains(t, strings.Join(refused.Commands(lang.English), "\n"), "tcpdump", "the capture was made there")
}

// TestTheRouterThatDrops: the SYNs came in to the capturing host, and none went out.
func TestTheRouterThatDrops(t *testing.T) {
	for outgoing, want := range map[bool]string{
		false: "the SYNs came in on interface 7 and 4 and left on none",
		true:  "the SYNs came in on interface 7 and left on interface 4",
	} {
		packets, payloads := packetsOf(t, "0 > S 0 0 0 id=5\n0.00001 > S 0 0 0 id=5\n1 > S 0 0 0 id=6\n1.00001 > S 0 0 0 id=6")
		for i := range packets {
			packets[i].InterfaceIndex, packets[i].Outgoing = []uint32{7, 4}[i%2], outgoing && i%2 == 1
		}
		list, _ := diagnosed(packets, payloads, Options{})
		assert.Contains(t, english(list[0].Notes), want)
		assert.Equal(t, !outgoing, list[0].Has(CauseForwardDrop))
	}
}

// TestTheServersCaptureLendsItsVerdict: full-sized segments that the server sends again never reach the client.
func TestTheServersCaptureLendsItsVerdict(t *testing.T) {
	const request = handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n"
	const client = request + "6 > F. 101 0 1\n6.01 < . 1 0 102"
	front := diagnosesOf(t, client)
	Locate(front, seenIn(t, request+"0.04 < . 1 1460 101\n0.24 < . 1 1460 101\n0.64 < . 1 1460 101\n1.4 < . 1 1460 101\n6 > F. 101 0 1\n6.01 < . 1 0 102"), Coverage{})
	assert.Equal(t, MTUBlackhole, front[0].Verdict)
	assert.True(t, front[0].Failed)
	assert.Equal(t, LostBeforeClient, front[0].Place.Lost)
	assert.True(t, front[0].Has(CauseSmallMTU))
	assert.False(t, front[0].Has(CauseHangs))

	front = diagnosesOf(t, client)
	Locate(front, seenIn(t, client), Coverage{})
	assert.Equal(t, NoReply, front[0].Verdict)
}

// TestRoutingLoopByFallingTTL: a SYN that passes again and again is in a loop; a router's own interfaces show it two or three times.
func TestRoutingLoopByFallingTTL(t *testing.T) {
	const loop = "0 > S 0 0 0 id=5 ttl=60\n0.001 > S 0 0 0 id=5 ttl=58\n0.002 > S 0 0 0 id=5 ttl=56\n0.003 > S 0 0 0 id=5 ttl=54"
	r := &diagnoseText(t, loop+"\n1 > S 0 0 0 id=6 ttl=60\n3 > S 0 0 0 id=7 ttl=60")[0]
	assert.Equal(t, NoAnswer, r.Verdict)
	assert.Equal(t, []string{CauseRoutingLoop.Words().English}, r.RivalTexts(lang.English))
	assert.Contains(t, english(r.Notes), "the same SYN passes here again and again, and its time to live falls from 60 to 54: the routers send it in a circle")
	for name, near := range map[string]string{
		"a router's interfaces":             "0 > S 0 0 0 id=5 ttl=60\n0.001 > S 0 0 0 id=5 ttl=59\n0.002 > S 0 0 0 id=5 ttl=58\n1 > S 0 0 0 id=6 ttl=60\n1.001 > S 0 0 0 id=6 ttl=59",
		"a mirror port that copies":         "0 > S 0 0 0 id=5 ttl=60\n0.001 > S 0 0 0 id=5 ttl=60\n0.002 > S 0 0 0 id=5 ttl=60\n0.003 > S 0 0 0 id=5 ttl=60",
		"SYNs that were sent by traceroute": "0 > S 0 0 0 id=5 ttl=4\n0.1 > S 0 0 0 id=6 ttl=3\n0.2 > S 0 0 0 id=7 ttl=2\n0.3 > S 0 0 0 id=8 ttl=1",
	} {
		assert.False(t, diagnoseText(t, near)[0].Has(CauseRoutingLoop), name)
	}
}

// TestAnICMPErrorAboutDataSaysWhereToLook: by its code, at its sender, as it does for a SYN.
func TestAnICMPErrorAboutDataSaysWhereToLook(t *testing.T) {
	const again = exchange + "1 > P. 101 50 301\n1.2 > P. 101 50 301\n1.6 > P. 101 50 301\n%e\n2.4 > P. 101 50 301"
	for message, first := range map[string]Cause{
		"1.7 icmp 3 0 seq=101":  CauseMissingRoute,
		"1.7 icmp 3 1 seq=101":  CauseRouterSaysDead,
		"1.7 icmp 3 13 seq=101": CauseFirewallRejects,
		"1.7 icmp 11 0 seq=101": CauseRoutingLoop,
		"1.7 icmp 5 1 seq=101":  CauseForgotten, // a redirect
		"":                      CauseForgotten,
	} {
		r := &diagnoseText(t, strings.Replace(again, "%e", message, 1))[0]
		require.Equal(t, Blackhole, r.Verdict, message)
		assert.Equal(t, first, r.Rivals[0].Cause, message)
		assert.Equal(t, first != CauseForgotten && first != CauseRoutingLoop, strings.HasSuffix(r.Commands(lang.English)[0], "# on 198.51.100.1"), message)
	}
}

// TestAClientThatGivesUpByRSTHasWaited: the answer that it waited for is the other suspect.
func TestAClientThatGivesUpByRSTHasWaited(t *testing.T) {
	const request = handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n"
	for name, c := range map[string]struct {
		packets string
		waited  bool
	}{
		"after 10 s":          {request + "10 > R. 101 0 1", true},
		"then an answer came": {request + "10 > R. 101 0 1\n12 < P. 1 41 101\n12.1 > R 101 0 0", true},
		"at once":             {request + "0.1 > R. 101 0 1", false},
		"with its answer":     {exchange + "10 > R. 101 0 301", false},
		"not acknowledged":    {handshake + "0.02 > P. 1 100 1\n10 > R. 101 0 1", false},
		"without any request": {handshake + "10 > R. 1 0 1", false},
	} {
		r := &diagnoseText(t, c.packets)[0]
		assert.Equal(t, ResetByClient, r.Verdict, name)
		assert.Equal(t, c.waited, r.Has(CauseHangs), name)
		assert.Equal(t, name != "with its answer", r.Rivals[0].Cause == CauseClientGaveUp, name)
		assert.Equal(t, c.waited, strings.Contains(strings.Join(english(r.Notes), "\n"), "no answer came in the 9.98 s before the client gave up (RST)"), name)
		assert.Equal(t, name == "then an answer came", strings.Contains(strings.Join(english(r.Notes), "\n"), "; 41 bytes of an answer came 2 s after that, too late"), name)
	}
}

// TestSYNsThatTraceThePathAreNoSchedule: a SYN that is sent again with a larger time to live is sent by no timer of a system.
func TestSYNsThatTraceThePathAreNoSchedule(t *testing.T) {
	const traced = "0 > S 0 0 0 ttl=1\n0.1 icmp 11 0\n1 > S 0 0 0 ttl=2\n1.1 icmp 11 0\n2 > S 0 0 0 ttl=3\n2.1 < S. 0 0 1\n2.2 > R 1 0 0"
	assert.Contains(t, english(diagnoseText(t, traced)[0].Notes), "the time to live of the SYNs goes from 1 to 3: the path was traced (tcptraceroute)")
	for _, near := range []string{"0 > S 0 0 0 ttl=57\n1 > S 0 0 0 ttl=58\n2 > S 0 0 0 ttl=58", "0 > S 0 0 0\n1 > S 0 0 0\n2 > S 0 0 0"} {
		assert.Contains(t, diagnoseText(t, near)[0].Notes[0].String(), "linear at first (Linux 6.5")
	}
}

// TestProbesOfAClosedWindow: while they are answered, the path is well.
func TestProbesOfAClosedWindow(t *testing.T) {
	vain := diagnoseText(t, exchange+"1 > . 101 0 301 win=0\n2 < . 300 0 101\n4 < . 300 0 101\n8 < . 300 0 101")[0]
	assert.Equal(t, ZeroWindow, vain.Verdict)
	assert.True(t, vain.Has(CauseForgotten))
	assert.True(t, vain.Has(CauseHostDied))
	assert.True(t, vain.Has(CauseNotReading), "that is why it was closed")
	assert.Contains(t, vain.Commands(lang.English)[0], "tcpdump")
	answered := diagnoseText(t, exchange+"1 > . 101 0 301 win=0\n2 < . 300 0 101\n2 > . 101 0 301 win=0\n4 < . 300 0 101\n4 > . 101 0 301 win=0\n8 < . 300 0 101")[0]
	assert.Equal(t, ZeroWindow, answered.Verdict)
	assert.False(t, answered.Has(CauseForgotten))
}
