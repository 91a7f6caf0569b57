package proof

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/diagnose"
)

//go:generate go test -count=1 -run ^TestClosedLoop$ . -update

// loop is what "tcplab diagnose" makes of the captures of one run.
type loop struct {
	alone []diagnose.Verdict // from the client's capture
	where *diagnose.Place    // with the server's, of the first attempt; nil where there is none
	rival []string           // of the first attempt, from the client's capture
	left  []string           // of these, with the server's
}

// TestClosedLoop gives every scenario's captures to the diagnosis: the verdict must be the scenario's. What came out is
// the table in docs/diagnose.md.
func TestClosedLoop(t *testing.T) {
	t.Parallel()
	real := harnesstest.Engine(t, "netns")
	fast := harnesstest.Compressed(t, real)
	var mutex sync.Mutex
	loops := map[string][]loop{}
	all := t.Run("scenarios", func(t *testing.T) {
		for _, s := range scenarios.All() {
			for _, f := range lab.Families {
				t.Run(s.Name+"/"+f.String(), func(t *testing.T) {
					t.Parallel()
					e := real
					if s.Long || testing.Short() {
						e = fast
					}
					if s.Long && !harnesstest.IsCompressed(e) {
						t.Skip("it takes minutes in real time")
					}
					l := closeLoop(t, harnesstest.Run(t, e, s, harness.Options{Family: f}))
					mutex.Lock()
					defer mutex.Unlock()
					loops[s.Name] = append(loops[s.Name], l)
				})
			}
		}
	})
	if !all {
		return
	}
	for _, s := range scenarios.All() {
		if len(loops[s.Name]) != len(lab.Families) && (s.IPv4Only == "" || len(loops[s.Name]) != 1) {
			t.Skipf("%s cannot run here: the table cannot be made", s.Name)
		}
	}
	harnesstest.CompareGenerated(t, filepath.Join("docs", "diagnose.md"), "the closed loop", confusion(loops))
}

// closeLoop diagnoses the captures of a run.
func closeLoop(t *testing.T, r *harness.Report) loop {
	t.Helper()
	front := askedFirst(t, r, diagnoseCapture(t, r, lab.ClientHost))
	end := lab.ServerHost
	if len(front) > 0 {
		end = harness.EndOf(r.Scenario.Plan(), cmp.Or(r.Scenario.Target, lab.ServerHost), front[0].Server.Addr())
	}
	behind := askedFirst(t, r, diagnoseCapture(t, r, end))
	if diagnose.Verdict(r.Scenario.Verdict) == diagnose.NotSent {
		assert.Empty(t, front, "what is not sent is in no capture")
		assert.Empty(t, behind)
		checkCause(t, r, r.Diagnosis)
		return loop{}
	}
	require.NotEmpty(t, front, "the client's capture holds no attempt")
	l := loop{rival: front[0].RivalTexts(lang.English)}
	for i := range front {
		l.alone = append(l.alone, front[i].Verdict)
		if second := r.Scenario.Second; i > 0 && second.Verdict == string(front[i].Verdict) {
			assert.True(t, second.Cause == "" || front[i].Has(second.Cause), "%s is not among the rivals: %q", second.Cause, front[i].RivalTexts(lang.English))
			continue
		}
		assert.EqualValues(t, r.Scenario.Verdict, front[i].Verdict, "from the client's capture")
		assert.NotEmpty(t, front[i].Evidence)
		if front[i].Failed {
			assert.NotEmpty(t, front[i].Rivals)
			assert.NotEmpty(t, front[i].Next, "a failure calls for a next check")
		}
		checkCause(t, r, &front[i])
	}
	atServer := cmp.Or(r.Scenario.ServerVerdict, r.Scenario.Verdict)
	var seen []diagnose.Seen
	for i := range behind {
		second := diagnose.Verdict(r.Scenario.Second.Verdict)
		if second.Failed() {
			continue // the first failure may keep its packets from the server, and what it sees is of the second
		}
		if behind[i].Verdict == diagnose.NoNeighbour && atServer != string(diagnose.NoNeighbour) {
			continue // the server's own question for its gateway
		}
		if string(behind[i].Verdict) != r.Scenario.Verdict && (second == "" || behind[i].Verdict != second) { // to which the server's capture may lead, too, where it goes on for long enough
			assert.EqualValues(t, atServer, behind[i].Verdict, "from the server's capture")
		}
		seen = append(seen, behind[i].Seen())
	}
	if hasCapture(r, end) {
		diagnose.Locate(front, seen, diagnose.Coverage{})
		l.where, l.left = front[0].Place, front[0].RivalTexts(lang.English)
		checkCause(t, r, &front[0])
	}
	return l
}

// askedFirst leaves out what works beside that which the scenario is about: the attempts at the service's further addresses, and of a
// client that looks a name up the lookups or the connection.
func askedFirst(t *testing.T, r *harness.Report, all []diagnose.Diagnosis) []diagnose.Diagnosis {
	t.Helper()
	if lab.AsksByName(r.Scenario.Client) {
		fails := diagnose.Verdict(r.Scenario.Verdict).Failed()
		return slices.DeleteFunc(all, func(d diagnose.Diagnosis) bool { return fails && !d.Failed })
	}
	if len(r.Scenario.Also) == 0 {
		return all
	}
	first := r.Scenario.Plan().Addr(cmp.Or(r.Scenario.Target, lab.ServerHost), r.Family)
	return slices.DeleteFunc(all, func(d diagnose.Diagnosis) bool {
		if d.Server.Addr() == first || r.Scenario.Second.Verdict != "" {
			return false
		}
		assert.Equal(t, diagnose.OK, d.Verdict, "at the further address %s", d.Server)
		return true
	})
}

// checkCause: the scenario's own cause is among the rivals.
func checkCause(t *testing.T, r *harness.Report, d *diagnose.Diagnosis) {
	t.Helper()
	require.NotNil(t, d)
	if !d.Failed && d.Verdict != diagnose.HalfClosed {
		return
	}
	cause := r.Scenario.Cause
	require.NotEmpty(t, cause, "%s fails, and has no cause", r.Scenario.Name)
	assert.True(t, d.Has(cause), "%s is not among the rivals: %q (place %+v)", cause, d.RivalTexts(lang.English), d.Place)
}

func hasCapture(r *harness.Report, host string) bool {
	_, err := os.Stat(filepath.Join(r.Artifacts, host+".pcapng"))
	return err == nil
}

// diagnoseCapture returns nothing where there is no capture, as of a host that is switched off.
func diagnoseCapture(t *testing.T, r *harness.Report, host string) (list []diagnose.Diagnosis) {
	t.Helper()
	f, err := os.Open(filepath.Join(r.Artifacts, host+".pcapng"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	defer f.Close()
	_, damage, err := diagnose.Read(f, diagnose.Options{Emit: func(a *diagnose.Judged) { list = append(list, a.Diagnosis()) }})
	require.NoError(t, err)
	require.NoError(t, damage)
	return list
}

// confusion is the table of scenarios and verdicts, both address families together.
func confusion(loops map[string][]loop) string {
	var b strings.Builder
	fmt.Fprintln(&b, "| scenario | its verdict | from the client's capture | which cannot tell apart | with the server's capture | what is left |")
	fmt.Fprintln(&b, "|---|---|---|---|---|---|")
	for _, s := range scenarios.All() {
		counts := map[diagnose.Verdict]int{}
		for _, l := range loops[s.Name] {
			for _, v := range l.alone {
				counts[v]++
			}
		}
		var seen []string
		for _, v := range diagnose.Verdicts() {
			if counts[v] > 0 {
				seen = append(seen, string(v))
			}
		}
		// On a busy machine a connection may rest for so long that more could have ended it.
		plain := slices.MinFunc(loops[s.Name], func(a, b loop) int { return cmp.Compare(len(a.rival)+len(a.left), len(b.rival)+len(b.left)) })
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", s.Name, s.Verdict, strings.Join(seen, ", "),
			strings.Join(plain.rival, "; "), placeOf(plain.where), strings.Join(plain.left, "; "))
	}
	return b.String()
}

// placeOf names the place without what differs between runs, such as the number of packets.
func placeOf(p *diagnose.Place) string {
	switch {
	case p == nil:
		return "there is none"
	case p.Lost == diagnose.LostNowhere && !p.Found:
		return "it is not there"
	case p.Lost == diagnose.LostNowhere:
		return "nothing was lost on the way"
	}
	return map[diagnose.Loss]string{
		diagnose.LostBeforeServer: "lost before the server",
		diagnose.LostAtServer:     "reached the server, which did not answer",
		diagnose.LostBeforeClient: "the answer was lost before the client",
		diagnose.ForgedBetween:    "answered by something on the way",
	}[p.Lost]
}
