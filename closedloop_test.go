package tcplab_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var update = flag.Bool("update", false, "rewrite the generated tables of the documents")

// loop is what "tcplab diagnose" makes of the captures of one run.
type loop struct {
	alone []diagnose.Verdict // from the client's capture
	where diagnose.Joined    // with the server's, of the first attempt
	rival []string           // of the first attempt, from the client's capture
}

// TestClosedLoop gives every scenario's captures to the diagnosis: the verdict must be the scenario's. What came out is
// the table in docs/diagnose.md.
func TestClosedLoop(t *testing.T) {
	t.Parallel()
	real := engineNamed(t, "netns")
	fast := compressed(t, real, shortSpeed)
	var mutex sync.Mutex
	loops := map[string][]loop{}
	all := t.Run("scenarios", func(t *testing.T) {
		for _, s := range scenarios.All() {
			for _, f := range harness.Families {
				t.Run(s.Name+"/"+f.String(), func(t *testing.T) {
					t.Parallel()
					e := real
					if s.Long || testing.Short() {
						e = fast
					}
					if s.Long && !isCompressed(e) {
						t.Skip("it takes minutes in real time")
					}
					l := closeLoop(t, runScenario(t, e, s, harness.Options{Family: f}))
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
		if len(loops[s.Name]) != len(harness.Families) {
			t.Skipf("%s cannot run here: the table cannot be made", s.Name)
		}
	}
	compareGenerated(t, filepath.Join("docs", "diagnose.md"), "the closed loop", confusion(loops))
}

// closeLoop diagnoses the captures of a run.
func closeLoop(t *testing.T, r *harness.Report) loop {
	t.Helper()
	front, explanations := diagnoseCapture(t, filepath.Join(r.Artifacts, "client.pcapng"))
	behind, _ := diagnoseCapture(t, filepath.Join(r.Artifacts, "server.pcapng"))
	if diagnose.Verdict(r.Scenario.Verdict) == diagnose.NotSent {
		assert.Empty(t, front, "what is not sent is in no capture")
		assert.Empty(t, behind)
		return loop{where: diagnose.Joined{Other: -1}}
	}
	require.NotEmpty(t, front, "the client's capture holds no attempt")
	l := loop{where: diagnose.Join(front, behind).Joined[0], rival: explanations[0].Rivals}
	for i := range front {
		l.alone = append(l.alone, front[i].Verdict)
		assert.EqualValues(t, r.Scenario.Verdict, front[i].Verdict, "from the client's capture")
		assert.NotEmpty(t, explanations[i].Evidence)
		if front[i].Verdict.Failed() {
			assert.NotEmpty(t, explanations[i].Rivals)
			assert.NotEmpty(t, explanations[i].Next, "a failure calls for a next check")
		}
	}
	atServer := cmp.Or(r.Scenario.ServerVerdict, r.Scenario.Verdict)
	for i := range behind {
		assert.EqualValues(t, atServer, behind[i].Verdict, "from the server's capture")
	}
	return l
}

// diagnoseCapture returns nothing where there is no capture, as of a host that is switched off.
func diagnoseCapture(t *testing.T, name string) ([]diagnose.Seen, []diagnose.Explanation) {
	t.Helper()
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	require.NoError(t, err)
	defer f.Close()
	r, err := wire.NewReader(f)
	require.NoError(t, err)
	var seen []diagnose.Seen
	var explanations []diagnose.Explanation
	engine := diagnose.New(diagnose.Options{Emit: func(a *diagnose.Attempt) {
		seen, explanations = append(seen, a.Seen()), append(explanations, a.Explain())
	}})
	var p wire.Packet
	for {
		err := r.Read(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		engine.Add(&p, r.Payload())
	}
	engine.Close()
	return seen, explanations
}

// confusion is the table of scenarios and verdicts, both address families together.
func confusion(loops map[string][]loop) string {
	var b strings.Builder
	fmt.Fprintln(&b, "| scenario | its verdict | from the client's capture | which cannot tell apart | with the server's capture |")
	fmt.Fprintln(&b, "|---|---|---|---|---|")
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
		first := loops[s.Name][0]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", s.Name, s.Verdict, strings.Join(seen, ", "),
			strings.Join(first.rival, "; "), placeOf(first.where))
	}
	return b.String()
}

// placeOf names the place without what differs between runs, such as the number of packets.
func placeOf(j diagnose.Joined) string {
	switch {
	case j.Loss == diagnose.LostNowhere && j.Other < 0:
		return "it is not there"
	case j.Loss == diagnose.LostNowhere:
		return "nothing was lost on the way"
	}
	return map[diagnose.Loss]string{
		diagnose.LostBeforeServer: "lost before the server",
		diagnose.LostAtServer:     "reached the server, which did not answer",
		diagnose.LostBeforeClient: "the answer was lost before the client",
		diagnose.ForgedBetween:    "answered by something on the way",
	}[j.Loss]
}

const generatedEnd = "<!-- END generated -->\n"

// compareGenerated fails where the generated part of a document is stale, or rewrites it.
func compareGenerated(t *testing.T, name, section, fresh string) {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	generatedBegin := "<!-- BEGIN generated: " + section + " (make generate) -->\n"
	before, rest, ok := strings.Cut(string(text), generatedBegin)
	require.True(t, ok, "%s has no generated section", name)
	stale, after, ok := strings.Cut(rest, generatedEnd)
	require.True(t, ok, "the generated section of %s has no end", name)
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(before+generatedBegin+fresh+generatedEnd+after), 0o644))
		return
	}
	assert.Equal(t, fresh, stale, "%s is stale: run make generate", name)
}
