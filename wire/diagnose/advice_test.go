package diagnose

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
)

// everyAdvice is all advice that is given.
func everyAdvice() []advice {
	list := []advice{{rivals: idleClosers}, echoSilence, echoSilenceBesideTCP, echoSilenceOnLink, echoSilenceOfMany, echoBlackhole, echoOneSided, echoOwnError, echoTooBig,
		echoExpired, echoNoHost, echoNoNetwork, echoByFirewalls, rejectedNoHost, rejectedNoNetwork, rejectedByRule, rejectedExpired, rejectedTraced, rejectedUnreadable}
	for _, c := range []circumstance{othersAnswered, oldStamp, loneSYN, answeredElsewhere, oldConnection, badRefusal, longSilence, halfOpen, cameInOnly, inCircle, unknownThere[client], unknownThere[server], spoofed, behindIPsec, waitedInVain, strangeAnswer, turnedAway, notTaken, waitsForData, neverTaken, splitHello, namedHello, unasked, done, refusedTLS, answersOthers, askedInCase, otherPort, slower, saidTooBig, clientUnreachable, clientRejects, elsewhereOnLink, notHandedOver} {
		list = append(list, advice{append(slices.Clone(c.lead), c.beside...), c.first})
	}
	for _, known := range []map[Verdict]advice{advices, lookupAdvices} {
		for _, a := range known {
			list = append(list, a)
		}
	}
	return list
}

// What is named in an advice is told in words, what has words is named, and no name stands for two things.
func TestCausesAndSteps(t *testing.T) {
	named, taken := map[Cause]bool{CauseICMPRefusal: true, CauseNoLocalPort: true}, map[StepID]bool{}
	for _, a := range everyAdvice() {
		for _, c := range a.rivals {
			named[c.cause] = true
			assert.NotEqual(t, string(c.cause), c.cause.Words().English, "%s has no text", c.cause)
		}
		for _, s := range a.next {
			taken[s.id] = true
			assert.NotEmpty(t, commands[s.id], "%s has no command", s.id)
		}
	}
	for _, c := range Causes() {
		assert.True(t, named[c], "%s is no rival of any verdict", c)
	}
	for id := range commands {
		assert.True(t, taken[id], "%s is never advised", id)
	}
	unique := slices.Clone(Causes())
	slices.Sort(unique)
	assert.Len(t, slices.Compact(unique), len(Causes()))
}

// Every failure has advice, also where no packet of it was seen, and no command keeps a brace.
func TestUnseen(t *testing.T) {
	for _, server := range []string{"203.0.113.10:8080", "[2001:db8:2::10]:8080"} {
		for _, v := range Verdicts() {
			d := Unseen(v, netip.MustParseAddrPort("198.51.100.10:40000"), netip.MustParseAddrPort(server))
			if !v.Failed() {
				continue
			}
			assert.NotEmpty(t, d.Rivals, v)
			assert.NotEmpty(t, d.Next, v)
			assert.NotContains(t, strings.Join(d.Commands(lang.English), "\n"), "{", v)
		}
	}
	refused := Unseen(Refused, netip.AddrPort{}, netip.MustParseAddrPort("203.0.113.10:8080"))
	assert.True(t, refused.Has(CauseICMPRefusal), "an ICMP error gives ECONNREFUSED, too")
}

// TestLocateNarrows: what the second capture answers is neither a rival nor advised.
func TestLocateNarrows(t *testing.T) {
	const syns = "0 > S 0 0 0\n1 > S 0 0 0"
	const answered = "0 > S 0 0 0\n0 < S. 0 0 1\n1 > S 0 0 0\n1 < S. 0 0 1"
	const refusal = "0 > S 0 0 0\n0 < R. 0 0 1"
	for name, c := range map[string]struct {
		front, behind string
		rivals        []Cause
		next          []StepID
	}{
		"lost before the server": {syns, "", []Cause{CauseFirewallOnPath, CausePathBroken, CauseNoCapture}, []StepID{StepPing, StepTraceTCP}},
		"lost at the server":     {syns, syns, []Cause{CauseFirewallOnHost, CauseQueueFull, CauseHalfOpenFull, CauseRPFilter, CauseAnswerElsewhere, CauseNoWayBack}, []StepID{StepListeners, StepQueueDrops, StepServerRules, StepRouteBack}},
		"lost on the way back":   {syns, answered, []Cause{CauseAnswerLost}, []StepID{StepPathBack}},
		"refused by the server":  {refusal, refusal, []Cause{CauseClosedPort, CauseBoundElsewhere, CauseServerRefusal}, []StepID{StepListeners, StepServerRules}},
		"refused on the way":     {refusal, "", []Cause{CauseForgedRefusal, CauseTwoMachines}, []StepID{StepTraceTCP, StepDuplicate}},
		"rejected on the way":    {"0 > S 0 0 0\n0 icmp 3 13", "", []Cause{CauseFirewallRejects}, []StepID{StepSenderRules}},
		"ping lost on the way":   {pings(1, 3), "", []Cause{CauseICMPOnPath, CausePathBroken, CauseNoCapture}, []StepID{StepOnline, StepProbe, StepTraceICMP}},
		"ping not answered":      {pings(1, 3), pings(1, 3), []Cause{CauseICMPOnHost, CauseICMPIgnored}, []StepID{StepICMPRules}},
	} {
		t.Run(name, func(t *testing.T) {
			front := diagnosesOf(t, c.front)
			require.Len(t, front, 1)
			Locate(front, seenIn(t, c.behind), Coverage{})
			assert.Equal(t, c.rivals, causesOf(front[0]))
			assert.Equal(t, c.next, stepsOf(front[0]))
		})
	}
}

func diagnosesOf(t *testing.T, text string) []Diagnosis {
	var list []Diagnosis
	for _, r := range diagnoseText(t, text) {
		list = append(list, r.Diagnosis)
	}
	return list
}

func causesOf(d Diagnosis) (list []Cause) {
	for _, r := range d.Rivals {
		list = append(list, r.Cause)
	}
	return list
}

func stepsOf(d Diagnosis) (list []StepID) {
	for _, s := range d.Next {
		list = append(list, s.ID)
	}
	return list
}
