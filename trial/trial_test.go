package trial_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/trial"
)

// client is a client in bash alone: it asks by name, and has no timeout.
const client = `exec 3<>/dev/tcp/server.lab/$TCPLAB_PORT || exit 7; printf 'GET / HTTP/1.0\r\n\r\n' >&3; read -r line <&3; [[ $line == *200* ]]`

func TestTrial(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	patience := trial.Demand{Within: 4 * time.Second, Retries: 3}
	tests := map[string]struct {
		scenario, script string
		demand           trial.Demand
		want             trial.ClientVerdict
		connections      int
	}{
		"ok":                 {"closed-port", client, patience, trial.OK, 1},
		"patient":            {"lost-syn-once", client, patience, trial.OK, 1},
		"hangs":              {"service-hangs", client, trial.Demand{Within: 500 * time.Millisecond}, trial.Hangs, 1},
		"gives up too early": {"lost-syn-once", "timeout 0.9 bash -c '" + clientQuoted + "'", patience, trial.GivesUpEarly, 1},
		"retry storm":        {"closed-port", "for i in {1..20}; do (" + client + ") && exit 0; done; exit 1", patience, trial.Retries, 20},
		"does not notice":    {"closed-port", "(" + client + "); exit 0", patience, trial.Unaware, 1},
		"does not ask":       {"closed-port", "true", patience, trial.Unaware, 0},
		"does not recover":   {"closed-port", "[ ! -e broken ] || exit 3; (" + client + ") || { touch broken; exit 1; }", patience, trial.NoRecovery, 1},
		"does not work":      {"closed-port", "exit 4", patience, trial.NeverWorks, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scenarios.Named(test.scenario)
			require.NoError(t, err)
			var waited, over int
			r, err := trial.Run(t.Context(), engine, s, trial.Program{Argv: []string{"bash", "-c", test.script}, Dir: t.TempDir()},
				trial.Options{Family: lab.IPv4, Demand: test.demand, Progress: func(harness.PhaseName) {}, Waiting: func() func() {
					waited++
					return func() { over++ }
				}})
			require.NoError(t, err)
			assert.Equal(t, waited, over, "who waits comes back")
			if test.want == trial.Hangs {
				assert.Equal(t, 1, waited)
			}
			require.Equal(t, test.want, r.Verdict, "%s", r.Sentence)
			if test.want == trial.NeverWorks {
				assert.Nil(t, r.Broken)
				return
			}
			assert.Equal(t, test.connections, r.Broken.Connections)
			assert.Equal(t, test.connections == 0, strings.Contains(r.Sentence, "was not seen to ask the service"), r.Sentence)
		})
	}
}

// clientQuoted is the client in a word in single quotes.
const clientQuoted = `exec 3<>/dev/tcp/server.lab/$TCPLAB_PORT || exit 7; printf "GET / HTTP/1.0\r\n\r\n" >&3; read -r line <&3; [[ $line == *200* ]]`

// What hangs is ended with all that it has started, and with what it was waiting for told.
// noHold is a fault that does not take hold.
type noHold struct{}

func (noHold) String() string                           { return "nothing" }
func (noHold) Inject(context.Context, *lab.Bench) error { return nil }
func (noHold) Verify(context.Context, *lab.Bench) error { return errors.New("all is as it was") }
func (noHold) Heal(context.Context, *lab.Bench) error   { return nil }

// A lab that did not do its part says nothing about the client, and does not end the trials beside it.
func TestAFaultThatDoesNotTakeHoldIsNoVerdictOnTheClient(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { assert.NoError(t, engine.Close()) })
	s, err := scenarios.Named("closed-port")
	require.NoError(t, err)
	s.Fault = noHold{}
	r, err := trial.Run(t.Context(), engine, s, trial.Program{Argv: []string{"true"}, Dir: t.TempDir()},
		trial.Options{Family: lab.IPv4, Demand: trial.Demand{Within: time.Second}, Progress: func(harness.PhaseName) {}})
	require.NoError(t, err)
	assert.Equal(t, trial.Untried, r.Verdict)
	assert.Equal(t, "the lab did not do its part: fault: the fault (nothing) did not take hold: all is as it was", r.Sentence)
	assert.False(t, r.Good())
	assert.Nil(t, r.Broken)
}

func TestHangingCommandIsEnded(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	s, err := scenarios.Named("service-hangs")
	require.NoError(t, err)
	dir := t.TempDir()
	script := "echo said; trap '' TERM; (" + client + ") || exit 1"
	start := time.Now()
	r, err := trial.Run(t.Context(), engine, s, trial.Program{Argv: []string{"bash", "-c", script}},
		trial.Options{Family: lab.IPv6, Demand: trial.Demand{Within: 700 * time.Millisecond}, Artifacts: dir, Progress: func(harness.PhaseName) {}})
	require.NoError(t, err)
	assert.Equal(t, trial.Hangs, r.Verdict)
	assert.Contains(t, r.Sentence, " s (for an answer: ESTAB): it has no timeout of its own for that")
	assert.GreaterOrEqual(t, r.Broken.Elapsed, r.Healthy.Elapsed+700*time.Millisecond)
	assert.Len(t, r.Broken.Sockets, 1, "those of the phase before are not its own")
	assert.Equal(t, "said\n", r.Broken.Stdout)
	assert.Less(t, time.Since(start), 2*time.Minute)
	assert.FileExists(t, filepath.Join(dir, "observe-client.pcapng"))
	var text bytes.Buffer
	r.Details(&text, lang.English)
	assert.Contains(t, text.String(), "stdout: said")
	assert.Contains(t, text.String(), "socket: ESTAB [2001:db8:1::10]:")
}

// What a client leaves in the background ends with it, so that the next phase has one client alone.
func TestDaemonsOfAClientEndWithIt(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	s, err := scenarios.Named("closed-port")
	require.NoError(t, err)
	dir := t.TempDir()
	// The daemon holds the lock until it ends, and it has left the process group by then.
	script := "exec 9>lock; flock -n 9 || exit 5; mkfifo there; setsid sh -c 'echo > there; exec sleep 1000 >/dev/null 2>&1' >/dev/null 2>&1 & read x < there; rm there; (" + client + ")"
	r, err := trial.Run(t.Context(), engine, s, trial.Program{Argv: []string{"bash", "-c", script}, Dir: dir},
		trial.Options{Family: lab.IPv4, Demand: trial.Demand{Within: 10 * time.Second}, Progress: func(harness.PhaseName) {}})
	require.NoError(t, err)
	assert.Equal(t, trial.OK, r.Verdict, "%s %+v", r.Sentence, r.Broken)
	assert.NotEqual(t, 5, r.Broken.Exit)
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, trial.JUnit(&out, []*trial.TrialResult{
		{Scenario: "closed-port", Verdict: trial.Hangs, Sentence: `a <b> & "c"`, Healthy: &trial.Act{}},
		{Scenario: "firewall-drop", Verdict: trial.Skipped, Skipped: "why"},
		{Scenario: "healthy", Verdict: trial.OK},
	}))
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Failure struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	require.NoError(t, xml.Unmarshal(out.Bytes(), &suite))
	assert.Equal(t, [3]int{3, 1, 1}, [3]int{suite.Tests, suite.Failures, suite.Skipped})
	assert.Equal(t, `hangs: a <b> & "c"`, suite.Cases[0].Failure.Message)
}
