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

// TestLookupRules has, for each rule, the packets that it is for and those that come close.
func TestLookupRules(t *testing.T) {
	const ask, later = "0 dns > A db.example\n", "20 ping 1\n20.01 pong 1\n"
	for name, c := range map[string]struct{ packets, want string }{
		"answered":                                {ask + "0.01 dns < A db.example 203.0.113.10", "ok"},
		"no such record is no failure":            {ask + "0.01 dns < A db.example", "ok"},
		"no answer, asked twice":                  {ask + "5 dns > A db.example", "no-answer"},
		"no answer, with another port and number": {ask + "5 dns > A db.example port=50001 query=8", "no-answer"},
		"no answer, the capture goes on":          {ask + later, "no-answer ok"},
		"the capture ends":                        {ask + "3 ping 1\n3.01 pong 1", "no-answer? ok"},
		"answered late":                           {ask + "5 dns > A db.example\n6 dns < A db.example 203.0.113.10", "ok"},
		"answered by another port is no answer":   {ask + "0.01 dns < A db.example 203.0.113.10 port=50001\n" + later, "no-answer ok ok"},
		"answered with another number is none":    {ask + "0.01 dns < A db.example 203.0.113.10 query=8\n" + later, "no-answer ok ok"},
		"two questions of one socket":             {ask + "0 dns > AAAA db.example query=8\n0.01 dns < AAAA db.example query=8\n" + later, "no-answer ok ok"},
		"the next lookup of the same name":        {ask + "0.01 dns < A db.example 203.0.113.10\n60 dns > A db.example port=50001\n66 dns > A db.example port=50001", "ok no-answer"},
		"NXDOMAIN":                                {ask + "0.01 dns < A db.example NXDOMAIN", "no-such-name"},
		"NXDOMAIN of an address is no failure":    {"0 dns > PTR 10.113.0.203.in-addr.arpa\n0.01 dns < PTR 10.113.0.203.in-addr.arpa NXDOMAIN", "ok"},
		"NXDOMAIN, then by the search list": {ask + "0.01 dns < A db.example NXDOMAIN\n" +
			"0.02 dns > A db.example.corp.example query=8\n0.03 dns < A db.example.corp.example 203.0.113.10 query=8", "ok ok"},
		"the search list, then the name": {"0 dns > A db.example.corp.example\n0.01 dns < A db.example.corp.example NXDOMAIN\n" +
			"0.02 dns > A db.example query=8\n0.03 dns < A db.example 203.0.113.10 query=8", "ok ok"},
		"one search domain after the other": {"0 dns > A db.a.example\n0.01 dns < A db.a.example NXDOMAIN\n" +
			"0.02 dns > A db.b.example query=8\n0.03 dns < A db.b.example 203.0.113.10 query=8", "ok ok"},
		"another name a minute later is no search list": {"0 dns > A www.exmaple.example\n0.01 dns < A www.exmaple.example NXDOMAIN\n" +
			"60 dns > A www.example.example query=8\n60.03 dns < A www.example.example 203.0.113.10 query=8", "no-such-name ok"},
		"SERVFAIL":                            {ask + "0.01 dns < A db.example SERVFAIL", "server-failure"},
		"SERVFAIL, then another server":       {ask + "0.01 dns < A db.example SERVFAIL\n0.02 dns > A db.example server=203.0.113.54\n0.03 dns < A db.example 203.0.113.10 server=203.0.113.54", "server-failure ok"},
		"SERVFAIL, answered all the same":     {ask + "5 dns > A db.example query=8\n5.01 dns < A db.example SERVFAIL\n5.02 dns < A db.example 203.0.113.10 query=8", "ok"},
		"REFUSED":                             {ask + "0.01 dns < A db.example REFUSED", "query-refused"},
		"FORMERR without the question":        {ask + "0.01 dns < A db.example FORMERR bare", "query-error"},
		"FORMERR, then without EDNS":          {ask + "0.01 dns < A db.example FORMERR bare\n0.02 dns > A db.example query=8\n0.03 dns < A db.example 203.0.113.10 query=8", "ok ok"},
		"truncated, and nobody asks by TCP":   {ask + "0.01 dns < A db.example tc\n" + exchange + later, "truncated open ok"},
		"truncated, in a capture without TCP": {ask + "0.01 dns < A db.example tc\n" + later, "truncated? ok"},
		"truncated, and asked by TCP": {ask + "0.01 dns < A db.example tc\n0.02 > S 0 0 0 at=203.0.113.53 to=53\n0.03 < S. 0 0 1 at=203.0.113.53 to=53\n" +
			"0.04 > . 1 0 1 at=203.0.113.53 to=53\n" + later, "ok open ok"},
		"truncated, with some addresses":                              {ask + "0.01 dns < A db.example 203.0.113.10 tc\n" + exchange + later, "ok open ok"},
		"rejected":                                                    {ask + "0.01 icmp 3 3 query=7 from=203.0.113.53", "rejected"},
		"rejected, little of it quoted":                               {ask + "0.01 icmp 3 3 query=0", "rejected"},
		"an error about another query":                                {ask + "0.01 icmp 3 3 query=9\n" + later, "no-answer ok"},
		"a redirect rejects nothing":                                  {ask + "0.01 icmp 5 1 query=7\n" + later, "no-answer ok"},
		"only the answer, at the beginning":                           {"0 dns < A db.example 203.0.113.10", "ok"},
		"only answers, long after the beginning":                      {ask + "60 dns < A x.example 203.0.113.10 query=9", "one-sided ok"},
		"queries of which nobody asks again, and nothing is answered": {ask + "1 dns > A x.example query=8\n30 dns > A y.example query=9", "one-sided one-sided no-answer?"},
		"the same packet twice":                                       {ask + "0.001 dns > A db.example id=1\n0.01 dns < A db.example 203.0.113.10\n0.011 dns < A db.example 203.0.113.10 id=3", "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			list := diagnoseText(t, c.packets)
			assert.Equal(t, c.want, verdictsOf(list))
			for _, r := range list {
				assert.NotEmpty(t, r.Summary.String())
				assert.False(t, r.Failed && (len(r.Rivals) == 0 || len(r.Next) == 0), r.Verdict)
			}
		})
	}
}

// What is said of a lookup names the question, the frames, what else may be, and commands.
func TestLookupIsExplained(t *testing.T) {
	d := diagnoseText(t, "0 dns > A db.example\n5 dns > A db.example\n6 dns > A db.example server=203.0.113.54\n6.01 dns < A db.example 203.0.113.10 server=203.0.113.54")[0]
	assert.Equal(t, "2 queries for A db.example in 5 s, no answer", d.Summary.String())
	assert.Equal(t, []string{"1: query", "2: query"}, evidenceIn(d.Evidence))
	assert.Contains(t, english(d.Notes), "the same question was answered by 203.0.113.54 (frame 4)")
	assert.Contains(t, d.Commands(lang.English), "dig +tries=1 @203.0.113.53 db.example A  # on the client")
	assert.True(t, d.Has(CauseNameServerStuck))
	assert.Equal(t, DNS, d.Protocol)
	assert.Equal(t, &Lookup{Name: "db.example", Type: wire.DNSTypeA, Queries: 2}, d.Lookup)
	assert.Equal(t, "frame.number in {1..2} && ip.addr == 198.51.100.10 && ip.addr == 203.0.113.53 && udp.port == 53 && ((udp.port == 50000 && dns.id == 0x0007))", d.DisplayFilter())
}

// A name that a shell would take for more than a name is in no command.
func TestNamesInCommandsAreHarmless(t *testing.T) {
	for _, name := range []string{"$(reboot).example", "-x.example", "a;b.example", "`id`.example"} {
		d := diagnoseText(t, "0 dns > A "+name+"\n5 dns > A "+name)[0]
		require.True(t, d.Failed)
		assert.NotContains(t, strings.Join(d.Commands(lang.English), "\n"), name)
		assert.Contains(t, strings.Join(d.Commands(lang.English), "\n"), "NAME")
	}
}

// The server of a connection is known by the name that a lookup told, unless there are two.
func TestServersHaveNames(t *testing.T) {
	const one = "0 dns > A db.example\n0.01 dns < A db.example 203.0.113.10\n"
	syns := "1 > S 0 0 0\n2 > S 0 0 0\n4 > S 0 0 0\n"
	assert.Equal(t, "db.example", diagnoseText(t, one+syns)[1].ServerName)
	assert.Empty(t, diagnoseText(t, syns)[0].ServerName)
	assert.Empty(t, diagnoseText(t, one+"0.02 dns > A www.example query=8\n0.03 dns < A www.example 203.0.113.10 query=8\n"+syns)[2].ServerName)
}

// A lookup by TCP is found in the data, also where several messages share a segment and one is cut into two.
func TestLookupByTCP(t *testing.T) {
	query := func(name string, response bool, id int, code string) []byte {
		direction := map[bool]string{false: ">", true: "<"}[response]
		packets, payloads := packetsOf(t, fmt.Sprintf("0 dns %s A %s %s query=%d", direction, name, code, id))
		require.Len(t, packets, 1)
		return append([]byte{0, byte(len(payloads[0]))}, payloads[0]...)
	}
	packets, payloads := packetsOf(t, strings.ReplaceAll(handshake, "\n0", "\n 0")[1:])
	up, down := uint32(1), uint32(1)
	segment := func(at float64, isUp bool, data []byte) {
		line := fmt.Sprintf("%g > P. %d %d %d", at, up, len(data), down)
		if !isUp {
			line = fmt.Sprintf("%g < P. %d %d %d", at, down, len(data), up)
			down += uint32(len(data))
		} else {
			up += uint32(len(data))
		}
		p, _ := packetsOf(t, line)
		packets, payloads = append(packets, p...), append(payloads, data)
	}
	both := append(query("a.example", false, 1, ""), query("b.example", false, 2, "")...)
	segment(0.1, true, both[:20])
	segment(0.1, true, both[20:])
	answers := append(query("a.example", true, 1, "203.0.113.10"), query("b.example", true, 2, "SERVFAIL")...)
	segment(0.2, false, answers[:1])
	segment(0.2, false, answers[1:])
	segment(0.3, true, query("c.example", false, 3, ""))
	for i := range packets { // to the port of name servers
		p := &packets[i]
		p.Frame, p.ID = i+1, uint16(i+1)
		if p.SrcPort == serverAddr.Port() {
			p.SrcPort = portDNS
		} else {
			p.DstPort = portDNS
		}
	}
	more, none := packetsOf(t, "20 ping 1\n20.01 pong 1")
	more[0].Frame, more[1].Frame = 100, 101
	list, stats := diagnosed(append(packets, more...), append(payloads, none...), Options{})
	assert.Equal(t, int64(5), stats.Messages)
	assert.Equal(t, "open ok server-failure no-answer ok", verdictsOf(list))

	reset, none := packetsOf(t, fmt.Sprintf("0.4 < R. %d 0 %d to=53", down, up))
	reset[0].Frame = 102
	list, _ = diagnosed(append(packets, reset...), append(payloads, none...), Options{})
	assert.Equal(t, "reset-by-server ok server-failure", verdictsOf(list), "the connection says why there is no answer")
}

// Where two captures tell, a query is lost on the way, at the server, or its answer is.
func TestLookupsAreJoined(t *testing.T) {
	const asked, answered = "0 dns > A db.example\n5 dns > A db.example\n", "0.01 dns < A db.example 203.0.113.10\n"
	for name, c := range map[string]struct {
		front, behind string
		want          Loss
	}{
		"lost on the way":        {asked, "0 dns > A x.example query=8\n0.1 dns < A x.example query=8\n6 ping 1", LostBeforeServer},
		"reached the server":     {asked, asked, LostAtServer},
		"the answer is lost":     {asked, "0 dns > A db.example\n" + answered, LostBeforeClient},
		"another answers for it": {"0 dns > A db.example\n" + answered, asked, ForgedBetween},
		"all is well":            {"0 dns > A db.example\n" + answered, "0 dns > A db.example\n" + answered, LostNowhere},
	} {
		front, behind := diagnoseText(t, c.front), diagnoseText(t, c.behind)
		var seen []Seen
		for _, r := range behind {
			seen = append(seen, r.seen)
		}
		list := []Diagnosis{front[0].Diagnosis}
		Locate(list, seen, Coverage{})
		assert.Equal(t, c.want, list[0].Place.Lost, "%s: %s", name, list[0].Place.Text.String())
	}
}

// A question that is asked again and again takes the memory of a few queries. The latest ones may still be answered.
func TestALookupForgetsItsOldQueries(t *testing.T) {
	l, x := lookups{asked: map[queryKey]*lookup{}}, &lookup{}
	for id := range uint16(1000) {
		l.ask(x, queryKey{id: id}, mark{})
		require.LessOrEqual(t, len(l.asked), fewQueries)
		require.Same(t, x, l.asked[queryKey{id: id}])
	}
	for range 3 {
		l.ask(x, queryKey{id: 7}, mark{})
	}
	l.ask(x, queryKey{id: 8}, mark{})
	assert.Same(t, x, l.asked[queryKey{id: 7}], "two of its three queries are remembered")
}

// TestANameServerThatAnswersOthersIsNotDead: nor is a question that another server answered, after an error, left without an answer.
func TestANameServerThatAnswersOthersIsNotDead(t *testing.T) {
	const other = "1 dns > A b.example query=8\n1.1 dns < A b.example 203.0.113.10 query=8\n"
	for name, c := range map[string]struct {
		packets string
		alive   bool
	}{
		"another lookup is answered at that time": {"0 dns > A db.example\n" + other + "5 dns > A db.example\n10 dns > A db.example", true},
		"by NXDOMAIN":       {"0 dns > A db.example\n1 dns > A b.example query=8\n1.1 dns < A b.example NXDOMAIN query=8\n5 dns > A db.example", true},
		"before it":         {other + "2 dns > A db.example\n7 dns > A db.example", false},
		"long after it":     {"0 dns > A db.example\n5 dns > A db.example\n60 dns > A b.example query=8\n60.1 dns < A b.example 203.0.113.10 query=8", false},
		"by another server": {"0 dns > A db.example\n1 dns > A b.example server=203.0.113.54\n1.1 dns < A b.example 203.0.113.10 server=203.0.113.54\n5 dns > A db.example", false},
	} {
		for _, r := range diagnoseText(t, c.packets) {
			if r.Verdict == NoAnswer {
				assert.Equal(t, !c.alive, r.Has(CauseDeadHost), name)
				assert.Equal(t, c.alive, slices.Contains(english(r.Notes), "the server answered another lookup of the same client at that time: it is up, and so is the path"), name)
			}
		}
	}
	failed := "0 dns > A db.example\n0.01 dns < A db.example SERVFAIL\n0.02 dns > A db.example server=203.0.113.54\n0.03 dns < A db.example 203.0.113.10 server=203.0.113.54"
	assert.Contains(t, english(diagnoseText(t, failed)[0].Notes), "the same question was answered by 203.0.113.54 (frame 4)")
}

// TestSomeNamesAreAskedForInCaseTheyExist: that they do not is no mistake.
func TestSomeNamesAreAskedForInCaseTheyExist(t *testing.T) {
	for name, want := range map[string]bool{"wpad.corp.example": true, "isatap": true, "qpwoeiruty": true, "_ldap._tcp.corp.example": true, "4.3.2.1.zen.example.org": true,
		"db.example": false, "www.wpad.example": false, "a.b.c.d.example.org": false, "4.3.2.1": false} {
		r := diagnoseText(t, "0 dns > A "+name+"\n0.01 dns < A "+name+" NXDOMAIN")[0]
		assert.Equal(t, want, r.Has(CauseAskedInCase), name)
	}
}
