package trial

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// TestEverySentenceIsInKorean: whatever is wrong with a client, and at whatever moment, is told in Korean, too, with the same numbers.
func TestEverySentenceIsInKorean(t *testing.T) {
	act := func(exit, connections int) *Act {
		return &Act{Exit: exit, Connections: connections, Elapsed: 1500 * time.Millisecond}
	}
	hung := func(state string) *Act {
		return &Act{Hung: true, Elapsed: 20 * time.Second, Sockets: []lab.Socket{{State: state}}}
	}
	asked := func(exit, datagrams int) *Act {
		a := act(exit, 0)
		a.Datagrams = []wire.DatagramCount{{Point: lab.ClientHost, ToService: datagrams}}
		return a
	}
	seven := 7
	verdicts := map[ClientVerdict]bool{}
	sentences := map[string]lang.Text{}
	for _, c := range []struct {
		demand                  Demand
		healthy, broken, healed *Act
		moment                  *ClientMoment
		patient                 bool
	}{
		{healthy: act(1, 0)},
		{healthy: act(0, 1), broken: hung("SYN-SENT")},
		{healthy: act(0, 1), broken: hung("ESTAB")},
		{healthy: act(0, 1), broken: hung("CLOSE-WAIT")},
		{healthy: act(0, 1), broken: act(1, 1), healed: act(1, 1)},
		{healthy: act(0, 1), broken: act(1, 1), healed: hung("ESTAB")},
		{healthy: act(0, 0), broken: act(0, 0), healed: act(0, 0)},
		{healthy: act(0, 1), broken: act(0, 1), healed: act(0, 1)},
		{healthy: act(0, 1), broken: act(1, 1), healed: act(0, 1), patient: true},
		{healthy: act(0, 1), broken: act(1, 2), healed: act(0, 1)},
		{healthy: act(0, 1), broken: act(1, 9), healed: act(0, 1)},
		{healthy: asked(0, 1), broken: asked(1, 2), healed: asked(0, 1)},
		{healthy: asked(0, 1), broken: asked(1, 9), healed: asked(0, 1)},
		{demand: Demand{Exit: &seven}, healthy: act(0, 1), broken: act(1, 1), healed: act(0, 1)},
		{demand: Demand{Output: regexp.MustCompile("x+")}, healthy: act(0, 1), broken: act(1, 1), healed: act(0, 1)},
		{demand: Demand{Retries: 9}, healthy: act(0, 1), broken: act(1, 3), healed: act(0, 1)},
		{demand: Demand{MaySucceed: true}, healthy: act(0, 1), broken: act(0, 1), healed: act(0, 1), moment: &ClientMoment{When: "replied", Exact: true}},
		{healthy: act(0, 1), broken: act(1, 0), healed: act(0, 1), moment: &ClientMoment{When: "replied", Late: time.Millisecond, Healed: time.Second}},
		{healthy: asked(0, 1), broken: asked(1, 0), healed: asked(0, 1), moment: &ClientMoment{When: "before"}},
	} {
		r := &TrialResult{Healthy: c.healthy, Broken: c.broken, Healed: c.healed, Moment: c.moment}
		verdict, words := c.demand.judge(r, c.patient)
		verdicts[verdict] = true
		sentences[words.English] = words
		sentences[c.moment.String()] = c.moment.Words()
	}
	for _, verdict := range worstFirst {
		assert.True(t, verdicts[verdict] || verdict == Skipped || verdict == Untried, "%s is told by no case", verdict)
	}
	delete(sentences, "")
	number := regexp.MustCompile(`\d+(?:\.\d+)?`)
	numbers := func(text string) []string {
		return slices.Sorted(slices.Values(number.FindAllString(strings.ReplaceAll(text, "one more", "1 more"), -1)))
	}
	for english, text := range sentences {
		require.Regexp(t, `\p{Hangul}`, text.Korean, english)
		assert.NotRegexp(t, `[A-Za-z]{2,} [a-z]{2,}|%!`, text.Korean, english)
		korean := strings.NewReplacer("한 번 더", "1번 더", "하나 더", "1개 더").Replace(text.Korean)
		assert.Equal(t, numbers(english), numbers(korean), "%s: %s", english, text.Korean)
	}
}

// TestTableInKorean: columns stand below each other where letters take two columns.
func TestTableInKorean(t *testing.T) {
	var b strings.Builder
	require.NoError(t, Table(&b, []*TrialResult{
		{Scenario: "closed-port", Verdict: OK, Broken: &Act{Exit: 7, Connections: 1, SYNs: 1, Elapsed: 1500 * time.Millisecond}},
		{Scenario: "nat", Verdict: Hangs, Broken: &Act{Hung: true, Connections: 12, SYNs: 1, Elapsed: 20 * time.Second}},
		{Scenario: "healthy", Verdict: Skipped, Skipped: "why"},
	}, lang.Korean))
	assert.Equal(t, `장애         끝           시간   연결  SYN  판정     
closed-port  종료 7       1.5초  1     1    ok       
nat          아직 기다림  20초   12    1    hangs    
healthy      -            -      -     -    skipped  why
`, b.String())
}
