package diagnose

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// settled says what is told of a live capture, and when: it is settled every second until the end, and closed then.
func settled(t *testing.T, text string, until int) string {
	t.Helper()
	packets, payloads := packetsOf(t, text)
	var told []string
	when := ""
	e := New(Options{Emit: func(a *Judged) { told = append(told, fmt.Sprint(when, a.Verdict, a.Ending)) }})
	next := 0
	for second := range until {
		now := start.Add(time.Duration(second) * time.Second)
		for ; next < len(packets) && packets[next].Time.Before(now); next++ {
			e.Add(&packets[next], payloads[next])
		}
		when = fmt.Sprint(second, " ")
		e.Settle(now)
	}
	when = "end "
	e.Close()
	return strings.Join(told, ", ")
}

// TestSettle: in a live capture each attempt is told once, and no sooner than it is known to have failed.
func TestSettle(t *testing.T) {
	const asked = handshake + "0.1 > P. 1 100 1\n"
	for name, c := range map[string]struct {
		packets string
		until   int
		want    string
	}{
		"a refusal is told when its grace has passed":               {"0.5 > S 0 0 0\n0.6 < R. 0 0 1", 9, "2 refused"},
		"a healthy connection is told when it is over":              {asked + "0.3 < P. 1 50 101\n0.4 > F. 101 0 51\n0.5 < F. 51 0 102\n0.6 > . 102 0 52", 9, "2 ok"},
		"SYNs are told when the next one does not come":             {"0.5 > S 0 0 0\n1.5 > S 0 0 0\n3.5 > S 0 0 0", 60, "9 no-answer"},
		"and no sooner than the next one is due":                    {"0.5 > S 0 0 0\n1.5 > S 0 0 0\n3.5 > S 0 0 0\n7.9 > S 0 0 0\n7.95 < S. 0 0 1\n7.96 > . 1 0 1", 60, "end open"},
		"SYNs every second are not told before they end":            {"0.5 > S 0 0 0\n1.5 > S 0 0 0\n2.5 > S 0 0 0\n3.5 > S 0 0 0\n4.5 > S 0 0 0", 60, "8 no-answer"},
		"an attempt that was told is not told again":                {"0.5 > S 0 0 0\n1.5 > S 0 0 0\n30 > S 0 0 0\n31 > S 0 0 0", 60, "5 no-answer"},
		"a lone SYN is told after three seconds":                    {"0.5 > S 0 0 0", 60, "4 no-answer"},
		"a connection that rests is not told":                       {asked + "0.3 < P. 1 50 101\n0.31 > . 101 0 51", 600, "end open"},
		"and is known when it is reset":                             {asked + "0.3 < P. 1 50 101\n0.31 > . 101 0 51\n400 > P. 101 50 51\n400.1 < R 51 0 0", 600, "402 reset-by-server"},
		"a server may think about its answer":                       {asked + "0.2 < . 1 0 101\n25 < P. 1 50 101\n25.1 > . 101 0 51", 120, "end open"},
		"but not for ever":                                          {asked + "0.2 < . 1 0 101", 120, "31 no-reply"},
		"data in vain is told when the next try does not come":      {asked + "0.3 < . 1 0 101\n1 > P. 101 50 1\n1.2 > P. 101 50 1\n1.6 > P. 101 50 1\n2.4 > P. 101 50 1", 30, "6 blackhole"},
		"a ping that fails is told while it goes on, and once":      {"0 ping 1\n1 ping 2\n2 ping 3\n3 ping 4\n4 ping 5\n5 ping 6\n6 ping 7\n7 ping 8", 60, "5 no-answer"},
		"a ping that is answered is told when it has ended":         {"0 ping 1\n0.1 pong 1\n1 ping 2\n1.1 pong 2", 60, "12 ok"},
		"a neighbour that does not answer is told, once":            {"0 arp >\n1 arp >\n2 arp >", 60, "5 no-neighbour"},
		"a neighbour that answers is none":                          {"0 arp >\n1 arp >\n2 arp >\n2.1 arp <", 60, ""},
		"what was told is forgotten: ports that are used again are": {"0.5 > S 0 0 0\n1.5 > S 0 0 0\n400 > S 0 0 0 isn=77\n400.1 < R. 0 0 1 isn=77", 500, "5 no-answer, 402 refused"},
	} {
		assert.Equal(t, c.want, settled(t, c.packets, c.until), name)
	}
}

// A packet that comes late is in time for the window in which packets are put in order.
func TestSettleKeepsTheWindow(t *testing.T) {
	packets, _ := packetsOf(t, "0 < S. 0 0 1\n-0.001 > S 0 0 0")
	told := 0
	e := New(Options{Emit: func(*Judged) { told++ }})
	e.Add(&packets[0], nil)
	e.Settle(packets[0].Time.Add(disorder / 2))
	e.Add(&packets[1], nil)
	e.Close()
	assert.Equal(t, 1, told)
	assert.Zero(t, e.Stats().Backwards)
}
