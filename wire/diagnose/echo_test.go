package diagnose

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
)

// pings are requests from the first number to the last, one a second.
func pings(from, to int) string {
	text := ""
	for n := from; n <= to; n++ {
		text += fmt.Sprintf("%d ping %d\n", n, n)
	}
	return text
}

// exchanges are requests and their replies.
func exchanges(from, to int) string {
	text := ""
	for n := from; n <= to; n++ {
		text += fmt.Sprintf("%d ping %d\n%d.02 pong %d\n", n, n, n, n)
	}
	return text
}

// TestEchoRules has, for each rule, the packets that it is for and those that come close.
func TestEchoRules(t *testing.T) {
	for name, c := range map[string]struct{ packets, want string }{
		"answered":                  {exchanges(1, 3), "ok"},
		"answered, IPv6":            {"0 ping 1 6\n0.1 pong 1 6", "ok"},
		"one lost":                  {exchanges(1, 3) + pings(4, 4) + exchanges(5, 6), "ok"},
		"most lost":                 {pings(1, 5) + exchanges(6, 6) + pings(7, 9), "ok"},
		"first one lost":            {pings(1, 1) + exchanges(2, 4), "ok"},
		"last two lost":             {exchanges(1, 3) + pings(4, 6), "ok"}, // the last one has just been sent
		"fallen silent":             {exchanges(1, 3) + pings(4, 7), "blackhole"},
		"silent no longer than ago": {exchanges(1, 3) + pings(4, 6) + exchanges(7, 7) + pings(8, 11), "ok"},
		"silent for longer":         {exchanges(1, 3) + pings(4, 6) + exchanges(7, 7) + pings(8, 12), "blackhole"},
		"rejected at last":          {exchanges(1, 3) + pings(4, 7) + "7 icmp 3 1 ping=4\n7 icmp 3 1 ping=5\n7 icmp 3 1 ping=6", "rejected"},
		"no answer":                 {pings(1, 3), "no-answer"},
		"no answer, for long":       {pings(1, 200), "no-answer"},
		"no answer to the only one": {pings(1, 1) + "2 > S 0 0 0", "no-answer no-answer?"},
		"a lone request":            {pings(1, 1), "no-answer?"},
		"requests in quick row":     {"0 ping 1\n0.2 ping 2\n0.4 ping 3", "no-answer?"},
		"rejected":                  {pings(1, 1) + "1.1 icmp 3 1 ping=1", "rejected"},
		"rejected, IPv6":            {"0 ping 1 6\n0.1 icmp 1 3 ping=1 6", "rejected"},
		"rejected late":             {pings(1, 3) + "4 icmp 3 1 ping=1\n4 icmp 3 1 ping=2\n4 icmp 3 1 ping=3", "rejected"},
		"rejected and answered":     {pings(1, 1) + "1.1 icmp 3 1 ping=1\n1.2 pong 1", "ok"},
		"rejected, then answered":   {pings(1, 1) + "1.1 icmp 3 1 ping=1\n" + exchanges(2, 3), "ok"},
		"answered and rejected":     {exchanges(1, 1) + "1.1 icmp 3 1 ping=1", "ok"},
		"reply rejected":            {exchanges(1, 2) + "2.1 icmp 3 10 pong=1\n2.2 icmp 3 10 pong=2", "rejected"},
		"too big":                   {pings(1, 1) + "1.1 icmp 3 4 ping=1", "rejected"},
		"too big, then smaller":     {pings(1, 1) + "1.1 icmp 3 4 ping=1\n" + exchanges(2, 3), "ok"},
		"redirect is no rejection":  {pings(1, 3) + "3.1 icmp 5 1 ping=1", "no-answer"},
		"redirect, and answered":    {pings(1, 1) + "1.01 icmp 5 1 ping=1\n1.02 pong 1", "ok"},
		"quench is no rejection":    {pings(1, 3) + "3.1 icmp 4 0 ping=1", "no-answer"},
		"hop limit":                 {pings(1, 2) + "2.1 icmp 11 0 ping=1\n2.1 icmp 11 0 ping=2", "rejected"},
		"an error alone":            {"0 icmp 3 1 ping=1 from=198.51.100.10", "rejected"},
		"a redirect alone":          {"0 icmp 5 1 ping=1", ""},
		"traced to the end":         {"0 ping 1 ttl=1\n0.1 icmp 11 0 ping=1\n0.2 ping 2 ttl=2\n0.3 icmp 11 0 ping=2\n0.4 ping 3 ttl=3\n0.5 pong 3", "ok"},
		"traced, gaps":              {"0 ping 1 ttl=1\n0.1 pong 1\n1 ping 2 ttl=2\n2 ping 3 ttl=3\n3 ping 4 ttl=4\n4 ping 5 ttl=5\n9 ping 6 ttl=6", "ok"},
		"traced in vain":            {"0 ping 1 ttl=1\n0.1 icmp 11 0 ping=1\n0.2 ping 2 ttl=2\n0.3 icmp 11 0 ping=2\n0.4 ping 3 ttl=3\n5 ping 4 ttl=4", "no-answer"},
		"traced, rejected":          {"0 ping 1 ttl=1\n0.1 icmp 11 0 ping=1\n0.2 ping 2 ttl=2\n0.3 icmp 3 13 ping=2", "rejected"},

		"two pings":          {"0 ping 1 echo=1\n0 ping 1 echo=2\n0.1 pong 1 echo=2\n2 ping 2 echo=1", "no-answer ok"},
		"each other":         {"0 ping 1\n0.001 ping 1 from=203.0.113.10 to=198.51.100.10\n0.1 pong 1\n9 ping 2", "ok no-answer"},
		"oneself":            {"0 ping 1 to=198.51.100.10\n0.001 pong 1 from=198.51.100.10", "ok"},
		"a group":            {"0 ping 1 to=224.0.0.1\n0.1 pong 1 from=198.51.100.7\n0.1 pong 1 from=198.51.100.8\n0.2 pong 1 from=198.51.100.9", "ok"},
		"another address":    {"0 ping 1\n0.1 pong 1 from=203.0.113.11", "ok"},
		"a stray reply":      {pings(1, 3) + "3.1 pong 9 from=203.0.113.11", "one-sided one-sided"},
		"the same number":    {"0 ping 1\n0.1 pong 1\n5 ping 1\n5.1 pong 1\n10 ping 1\n15 ping 1\n20 ping 1\n25 ping 1", "blackhole"},
		"numbers wrap":       {"0 ping 65535\n0.1 pong 65535\n1 ping 0\n1.1 pong 0", "ok"},
		"reply first":        {"0.01 pong 1\n0 ping 1\n3 > S 0 0 0", "ok no-answer?"},
		"begun before":       {"0.01 pong 7\n1 ping 8\n1.1 pong 8", "ok"},
		"begun before, lost": {"0.01 pong 7\n1 ping 8\n3 ping 9", "ok?"},
		"begun before, gone": {"0.01 pong 7\n" + pings(8, 14), "blackhole"},

		"only replies":                    {"0 pong 1\n1 pong 2", "one-sided"},
		"only requests, one way":          {"0 ping 1\n1 ping 2\n1 ping 3\n0 > S 0 0 0\n0.1 > . 1 0 1\n0.2 > P. 1 100 1", "one-sided one-sided"},
		"only requests, a ping both ways": {pings(1, 3) + "0 ping 1 echo=9\n0.1 pong 1 echo=9\n0.2 pong 5 echo=8", "no-answer ok one-sided"},
		"only requests, both ways":        {pings(1, 3) + "0 > S 0 0 0\n0.1 > . 1 0 1\n0.2 > P. 1 100 1\n0 > S 0 0 0 port=7\n0 < R. 0 0 1 port=7", "no-answer one-sided refused"},
		"expired, one way":                {"0 ping 1 ttl=1\n0.1 icmp 11 0 ping=1\n2 ping 2 ttl=2\n9 > S 0 0 0\n9.1 > . 1 0 1\n9.2 > P. 1 100 1", "no-answer one-sided"},
		"ARP, then requests":              {"0 arp >\n1 arp >\n2 arp >\n" + pings(3, 5), "no-answer"},
		"ARP in vain":                     {"0 arp >\n1 arp >\n2 arp >\n3 icmp 3 1 ping=1 from=198.51.100.10", "rejected no-neighbour"},
	} {
		assert.Equal(t, c.want, verdictsOf(diagnoseText(t, c.packets)), name)
	}
}

func TestEchoSummaries(t *testing.T) {
	for text, want := range map[string]string{
		"0 ping 1\n0.025 pong 1":                                "1 echo request, answered after 25 ms",
		exchanges(1, 4):                                         "4 echo requests, all answered; round trip 20 ms to 20 ms",
		exchanges(1, 2) + pings(3, 3) + exchanges(4, 4):         "4 echo requests, 3 answered, 1 lost (25 %); round trip 20 ms to 20 ms",
		pings(1, 4):                                             "4 echo requests in 3 s, no reply",
		pings(1, 1):                                             "1 echo request, no reply",
		exchanges(1, 3) + pings(4, 9):                           "the last 5 of 9 echo requests, over 5 s, were not answered; 3 of those before were",
		pings(1, 2) + "4 icmp 3 1 ping=1":                       "echo request answered after 3 s by ICMP unreachable host (type 3 code 1) from 198.51.100.1; 1 of 2 echo requests in 1 s rejected",
		exchanges(1, 1) + "4 icmp 3 10 pong=1":                  "echo reply answered after 3 s by ICMP unreachable host-prohibited (type 3 code 10) from 198.51.100.1",
		"0 icmp 3 1 ping=1 from=198.51.100.10":                  "echo request answered by ICMP unreachable host (type 3 code 1) from 198.51.100.10",
		"0 pong 1\n1 pong 2":                                    "only replies are in the capture (2 echo replies)",
		pings(1, 1) + "1.1 icmp 3 1 ping=1\n" + exchanges(2, 2): "2 echo requests, 1 answered, 1 rejected; round trip 20 ms to 20 ms",
	} {
		list := diagnoseText(t, text)
		require.Len(t, list, 1, text)
		assert.Equal(t, want, list[0].Summary.String(), text)
	}
}

func TestEchoNotes(t *testing.T) {
	for text, note := range map[string]string{
		pings(1, 1):                   "the capture ends too early to be sure",
		exchanges(1, 2) + pings(3, 3): "1 request had just been sent when the capture ends, and is not counted as lost",
		pings(1, 3):                   "silence does not prove that the host is down: ICMP is often filtered where TCP is not",
		pings(1, 3) + "0 > S 0 0 0\n1.1 < S. 0 0 1\n1.2 > . 1 0 1": "TCP port 8080 of the same two hosts is answered: the host is up, and ICMP is filtered",
		pings(1, 3) + "1.1 > S 0 0 0\n1.1 < R. 0 0 1":              "TCP port 8080 of the same two hosts is refused (RST): the host is up and ICMP is filtered, or a firewall answers in its place",
		"0 > S 0 0 0\n0 < S. 0 0 1\n0.1 > . 1 0 1\n" + pings(1, 3): "TCP of the same two hosts was answered earlier (frame 2): the host was up then",
		// One attempt is refused, another accepted.
		pings(1, 3) + "1.1 > S 0 0 0\n1.1 < S. 0 0 1\n1.2 > . 1 0 1\n1.5 > S 0 0 0 port=7\n1.5 < R. 0 0 1 port=7": "TCP port 8080 of the same two hosts is answered: the host is up, and ICMP is filtered",
		pings(1, 3) + "1.1 > S 0 0 0 port=7\n1.1 < R. 0 0 1 port=7\n1.2 > S 0 0 0\n1.2 < S. 0 0 1\n1.3 > . 1 0 1": "TCP port 8080 of the same two hosts is answered: the host is up, and ICMP is filtered",
		"0 arp >\n0 arp <\n" + pings(1, 3):                                 "the host answers ARP: it is up, or another answers in its place",
		pings(1, 1) + "1.1 icmp 3 3 ping=1 from=203.0.113.10":              "the host itself sent the error: it is up",
		"0 icmp 3 1 ping=1 from=198.51.100.10":                             "the client's own kernel sent the error: no request left it",
		"0 ping 1\n0.1 pong 1 from=203.0.113.11":                           "1 reply came from another address than the one that was asked, the first from 203.0.113.11",
		"0 ping 1\n0.1 pong 1\n0.2 pong 1":                                 "1 reply came to a request that had its answer",
		"0 ping 1 id=7\n0.001 ping 1 id=7\n0.1 pong 1":                     "1 packet captured twice",
		"0 ping 1 ttl=1\n0.1 icmp 11 0 ping=1\n9 ping 2 ttl=2\n9.1 pong 2": "the time to live of the requests goes from 1 to 2: the path was traced (traceroute, mtr)",
		exchanges(1, 1) + "1.1 icmp 3 10 pong=1\n" + exchanges(2, 2):       "ICMP unreachable host-prohibited (type 3 code 10) from 198.51.100.1 about a reply: it did not reach the client",
		pings(1, 1) + "1.1 icmp 3 1 ping=1\n" + exchanges(2, 2):            "ICMP unreachable host (type 3 code 1) from 198.51.100.1 about a request",
	} {
		notes := []string{}
		for _, r := range diagnoseText(t, text) {
			if r.seen.Protocol == ICMP {
				notes = append(notes, english(r.Notes)...)
			}
		}
		assert.Contains(t, notes, note, text)
	}
}

// TestLifeIsProvenByTheBestPacket: a RST may be forged; where there is better proof, that is told.
func TestLifeIsProvenByTheBestPacket(t *testing.T) {
	list := diagnoseText(t, "1 > S 0 0 0 port=7\n1 < R. 0 0 1 port=7\n"+pings(1, 3)+
		"1.2 > S 0 0 0\n1.2 < S. 0 0 1\n1.3 > . 1 0 1\n1.5 > S 0 0 0 port=7\n1.5 < R. 0 0 1 port=7")
	for _, r := range list {
		if r.seen.Protocol == ICMP {
			assert.Contains(t, evidenceIn(r.Evidence), "7: TCP from the host, port 8080")
		}
	}
}

// TestSilenceIsNotDeath: what else the capture shows of the host decides whether it may be dead.
func TestSilenceIsNotDeath(t *testing.T) {
	for text, dead := range map[string]bool{
		pings(1, 3): true,
		pings(1, 3) + "1.1 > S 0 0 0\n1.1 < R. 0 0 1":                                                 true, // a firewall may have sent it
		"0 > S 0 0 0\n0 < S. 0 0 1\n0.1 > . 1 0 1\n" + pings(1, 3):                                    true, // it may have died since
		pings(1, 3) + "1.1 > S 0 0 0\n1.1 < S. 0 0 1\n1.1 > . 1 0 1":                                  false,
		"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.1 > . 1 0 1\n" + pings(1, 3) + "4 > P. 1 9 1\n4.1 < . 1 0 10": false,
		"0 arp >\n0 arp <\n" + pings(1, 3):                                                            false,
		"0 arp >\n0 arp <\n" + pings(60, 63):                                                          true, // much may have happened since
	} {
		for _, r := range diagnoseText(t, text) {
			if r.seen.Protocol != ICMP {
				continue
			}
			assert.Equal(t, dead, r.Has(CauseDeadHost), text)
			assert.NotEmpty(t, r.Next)
		}
	}
	for text, dead := range map[string]bool{
		"0 > S 0 0 0\n1 > S 0 0 0":                     true,
		exchanges(1, 2) + "3 > S 0 0 0\n4 > S 0 0 0":   true,
		"0 > S 0 0 0\n1 > S 0 0 0\n" + exchanges(1, 2): false,
	} {
		for _, r := range diagnoseText(t, text) {
			if r.seen.Protocol == TCP {
				assert.Equal(t, dead, r.Has(CauseDeadHost), text)
			}
		}
	}
}

// TestRejectionTellsItsCause: the rivals go by what the error says, and by who sent it.
func TestRejectionTellsItsCause(t *testing.T) {
	for text, want := range map[string][2]string{
		"icmp 3 1 ping=1":                    {"dead host, and its router says so", "# on 198.51.100.1"},
		"icmp 3 0 ping=1":                    {"a route is missing", "ip route get 203.0.113.10  # on 198.51.100.1"},
		"icmp 3 10 ping=1":                   {"a firewall rule that rejects", "# on 198.51.100.1"},
		"icmp 3 13 ping=1 from=203.0.113.10": {"a firewall rule that rejects", "iptables -vnL  # on 203.0.113.10"},
		"icmp 11 0 ping=1":                   {"the routers send it in a circle (routing loop)", "sudo traceroute -I 203.0.113.10"},
		"icmp 3 4 ping=1":                    {"the requests are larger than a link on the way takes, and must not be fragmented", "tracepath -n 203.0.113.10"},
		"icmp 3 1 ping=1 from=198.51.100.10": {"the next hop, or the host on the same link, does not answer", "ip neigh  # on the client"},
	} {
		list := diagnoseText(t, pings(1, 1)+"1.1 "+text)
		require.Len(t, list, 1, text)
		assert.Contains(t, list[0].RivalTexts(lang.English), want[0], text)
		assert.Contains(t, strings.Join(list[0].Commands(lang.English), "\n"), want[1], text)
	}
}

func TestEchoCommands(t *testing.T) {
	list := diagnoseText(t, "0 ping 1 6\n1 ping 2 6")
	require.Len(t, list, 1)
	assert.Equal(t, []string{
		"ip route get 2001:db8:2::10; ping -c 3 2606:4700:4700::1111  # on the client: is it online, does any other host answer?",
		"tcplab probe [2001:db8:2::10]:443  # on the client: does TCP answer, on a port that should be open?",
		"sudo tcpdump -ni any 'icmp6 and host 2001:db8:1::10'  # on the server",
		"sysctl net.ipv6.icmp.echo_ignore_all; sudo nft list ruleset; sudo ip6tables -vnL  # on the server",
	}, list[0].Commands(lang.English))
}

// TestProbeOfKnownPort: the port that answered before is the one to try.
func TestProbeOfKnownPort(t *testing.T) {
	list := diagnoseText(t, "0 > S 0 0 0\n0 < S. 0 0 1\n0.1 > . 1 0 1\n"+pings(1, 3))
	require.Len(t, list, 2)
	assert.Contains(t, list[1].Commands(lang.English), "tcplab probe 203.0.113.10:8080  # on the client: does TCP answer, on a port that should be open?")
}

func echoCounts(t *testing.T, text string) Echo {
	var got []Echo
	packets, payloads := packetsOf(t, text)
	e := New(Options{Emit: func(a *Judged) {
		if o, ok := a.Echo(); ok {
			got = append(got, o)
		}
	}})
	for i := range packets {
		e.Add(&packets[i], payloads[i])
	}
	e.Close()
	require.Len(t, got, 1)
	return got[0]
}

func TestEchoCounts(t *testing.T) {
	assert.Equal(t, Echo{ID: pingID, Requests: 5, Answered: 2, Rejected: 1, Lost: 1, Pending: 1},
		echoCounts(t, exchanges(1, 2)+pings(3, 5)+"5.1 icmp 3 1 ping=3"))
	assert.Equal(t, Echo{ID: pingID, Requests: 300, Lost: 299, Pending: 1}, echoCounts(t, pings(1, 300)))
	assert.Equal(t, Echo{ID: pingID, Requests: 4, Answered: 3, Pending: 1},
		echoCounts(t, exchanges(1, 1)+"2 ping 2\n2.001 ping 2 id=3\n2.002 ping 2 id=3\n2.01 pong 2\n3 ping 3\n3.1 pong 3\n3.2 pong 3\n9 ping 4"))
}

// TestSlowAnswers: a flood over a slow path has many requests under way, and some answers come when nobody waits any more.
func TestSlowAnswers(t *testing.T) {
	floodText := func(interval, delay time.Duration) string {
		var b strings.Builder
		const n = 1000
		wait := int(delay / interval)
		for i := range n + wait {
			at := time.Duration(i) * interval
			if i < n {
				fmt.Fprintf(&b, "%.4f ping %d\n", at.Seconds(), i)
			}
			if i >= wait {
				fmt.Fprintf(&b, "%.4f pong %d\n", at.Seconds()+0.0001, i-wait)
			}
		}
		return b.String()
	}
	flood := func(interval, delay time.Duration) Echo { return echoCounts(t, floodText(interval, delay)) }
	all := Echo{ID: pingID, Requests: 1000, Answered: 1000}
	mustAnswer := func(text string) string {
		list := diagnoseText(t, text)
		require.Len(t, list, 1)
		assert.Equal(t, "ok", list[0].verdict)
		return list[0].Summary.String()
	}
	assert.Equal(t, all, flood(10*time.Millisecond, 20*time.Millisecond))
	assert.Equal(t, all, flood(10*time.Millisecond, 500*time.Millisecond))
	assert.Equal(t, all, flood(time.Millisecond, 500*time.Millisecond), "more than are remembered")
	assert.Equal(t, all, flood(time.Second, 20*time.Second), "later than anybody waits")
	assert.Contains(t, mustAnswer(floodText(10*time.Millisecond, 500*time.Millisecond)), "round trip 500 ms to 500 ms")
	slow := floodText(time.Second, 20*time.Second)
	mustAnswer(slow[:strings.Index(slow, " ping 500")] + " ping 500") // the answers of the last twenty are under way
}

func TestForgottenRequests(t *testing.T) {
	quick := "" // so quick that more requests are remembered
	for n := 11; n <= 19; n++ {
		quick += fmt.Sprintf("10.%d ping %d\n", n, n)
	}
	assert.Equal(t, Echo{ID: pingID, Requests: 19, Answered: 10, Pending: 9}, echoCounts(t, exchanges(1, 10)+quick+"10.5 pong 0"))
	assert.Equal(t, Echo{ID: pingID, Requests: 3, Lost: 2, Pending: 1}, echoCounts(t, "0 pong 1\n10 ping 1\n20 ping 1\n30 ping 1"), "an old reply")
	assert.Equal(t, Echo{ID: pingID, Requests: 12, Answered: 11, Rejected: 1}, echoCounts(t, exchanges(1, 12)+"13 icmp 3 1 pong=1"))
	assert.Equal(t, Echo{ID: pingID, Requests: 2, Answered: 2},
		echoCounts(t, "0 ping 1\n0 icmp 3 1 ping=1\n0 pong 1\n1 ping 2\n1 icmp 11 0 ping=2\n1.1 pong 2"))
}

// TestAskersOutliveEachOther: two exchanges of one asker share an identifier where it asks two hosts, as fping does.
func TestAskersOutliveEachOther(t *testing.T) {
	packets, _ := packetsOf(t, "0 ping 1\n0 ping 1 to=203.0.113.11")
	e := New(Options{})
	for i := range packets {
		e.Add(&packets[i], nil)
	}
	e.drain()
	first, second := e.echoes.all[0], e.echoes.all[1]
	e.echoes.remove(first)
	assert.Same(t, second, e.echoes.askers[second.key.asker()])
	e.echoes.remove(second)
	assert.Empty(t, e.echoes.askers)
}

func TestEchoFloodIsBounded(t *testing.T) {
	const room, flood = 100, 5000
	reported := 0
	e := New(Options{MaxTracked: room, Emit: func(a *Judged) {
		reported++
		assert.Equal(t, NoAnswer, a.Verdict)
	}})
	packets, _ := packetsOf(t, "0 ping 1")
	for n := range flood {
		p := packets[0]
		p.Frame, p.ICMP.ID, p.Time = n+1, uint16(n), start.Add(time.Duration(n)*time.Millisecond)
		e.Add(&p, nil)
		require.LessOrEqual(t, len(e.echoes.all), room)
		require.Len(t, e.echoes.index, len(e.echoes.all))
		require.Len(t, e.echoes.askers, len(e.echoes.all))
	}
	e.drain()
	assert.Equal(t, flood-room, reported)
	e.Close()
	assert.Equal(t, flood, reported)
	assert.EqualValues(t, flood-room, e.Stats().Evicted)
	assert.EqualValues(t, flood, e.Stats().Attempts)
	assert.EqualValues(t, flood, e.Stats().Echoes)
}

func TestEchoFloodDoesNotAllocate(t *testing.T) {
	e := New(Options{MaxTracked: 10, Emit: func(*Judged) {}})
	packets, _ := packetsOf(t, "0 ping 1")
	p, n := packets[0], uint16(0)
	one := func() {
		n++
		p.Frame, p.ICMP.ID, p.Time = int(n), n, p.Time.Add(time.Millisecond)
		e.Add(&p, nil)
	}
	for range 1000 {
		one()
	}
	assert.Zero(t, testing.AllocsPerRun(1000, one))
}

// TestIdleExchangeMakesRoom: a ping that ended long ago is no loss.
func TestIdleExchangeMakesRoom(t *testing.T) {
	packets, _ := packetsOf(t, "0 ping 1 echo=1\n0 pong 1 echo=1\n100 ping 1 echo=2\n100 pong 1 echo=2\n101 ping 1 echo=3\n101 pong 1 echo=3")
	var closed []uint16
	e := New(Options{MaxTracked: 2, Emit: func(a *Judged) {
		o, _ := a.Echo()
		closed = append(closed, o.ID)
	}})
	for i := range packets {
		e.Add(&packets[i], nil)
	}
	e.drain()
	assert.Equal(t, []uint16{1}, closed)
	assert.Zero(t, e.Stats().Evicted)
}

func TestEchoesDoNotAllocate(t *testing.T) {
	e := New(Options{Emit: func(*Judged) {}})
	packets, _ := packetsOf(t, exchanges(1, 20)+pings(21, 40)+"41 icmp 3 1 ping=21")
	feed := func() {
		for i := range packets {
			e.Add(&packets[i], nil)
		}
	}
	feed()
	assert.Zero(t, testing.AllocsPerRun(100, feed))
}

// TestAttemptsAreInOrder: connections and pings are told in the order in which they began.
func TestAttemptsAreInOrder(t *testing.T) {
	list := diagnoseText(t, "0 ping 1 echo=1\n0.1 > S 0 0 0\n0.2 ping 1 echo=2\n0.3 > S 0 0 0 port=7\n5 ping 2 echo=1\n5 ping 2 echo=2\n"+
		"6 > S 0 0 0\n6 > S 0 0 0 port=7")
	var order []Subject
	for _, r := range list {
		order = append(order, r.seen.Protocol)
	}
	assert.Equal(t, []Subject{ICMP, TCP, ICMP, TCP}, order)
	assert.Equal(t, netip.AddrPortFrom(clientAddr.Addr(), 0), list[0].seen.Client)
	assert.Equal(t, netip.AddrPortFrom(serverAddr.Addr(), 0), list[0].seen.Server)
}

func TestProtocols(t *testing.T) {
	for text, want := range map[string]Subject{"0 > S 0 0 0": TCP, "0 ping 1": ICMP, "0 arp >\n1 arp >": ARP} {
		list := diagnoseText(t, text)
		require.Len(t, list, 1, text)
		assert.Equal(t, want, list[0].seen.Protocol)
	}
}
