package tcplab_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness/harnesstest"
)

// A new failure with a new kind of fault is a file in faults and one in scenarios, and nothing else: with these two added to the tree,
// everything works.
func TestANewFailureIsTwoFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("much is compiled anew, which is not for -short")
	}
	harnesstest.Engine(t, "netns")
	// Beside the files of the tree, these two are seen by the go command alone (go help build, -overlay): so that only what they change
	// is compiled, and nobody else sees them.
	folder := t.TempDir()
	replace := map[string]string{}
	add := func(name, text string) {
		file := filepath.Join(folder, filepath.Base(name))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		place, err := filepath.Abs(name)
		require.NoError(t, err)
		require.NoFileExists(t, place)
		replace[place] = file
	}
	add("faults/busy.go", newFault)
	add("scenarios/service_busy.go", newScenario)
	overlay := filepath.Join(folder, "overlay.json")
	list, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(overlay, list, 0o644))
	program := filepath.Join(folder, "tcplab")
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-overlay="+overlay)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	run("go", "vet", "./faults", "./scenarios")
	run("go", "build", "-o", program, "./cmd/tcplab")
	assert.Contains(t, run(program, "list"), "service-busy ")
	assert.Contains(t, run(program, "show", "service-busy"), "the service answers after 5s")
	assert.Contains(t, run(program, "run", "service-busy", "--out", t.TempDir()), "match     service-busy/netns/ipv4")
}

const newFault = `package faults

import (
	"context"
	"fmt"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// Busy is a service that takes its time.
type Busy struct{ For time.Duration }

func (f Busy) String() string { return fmt.Sprintf("the service answers after %s", f.For) }

// Inject lets a slow service run in the service's place.
func (f Busy) Inject(ctx context.Context, b *lab.Bench) error {
	slow := b.Service
	slow.Delay = f.For
	return b.RunService(ctx, slow)
}

// Verify asks on the server itself.
func (f Busy) Verify(ctx context.Context, b *lab.Bench) error {
	var o lab.Outcome
	if err := b.Query(ctx, lab.ServerHost, agent.DialVerb(b.Target(), time.Second), &o); err != nil {
		return err
	}
	if !o.Timeout {
		return fmt.Errorf("the service is not slow: %s", o)
	}
	return nil
}

// Heal brings the service back.
func (f Busy) Heal(ctx context.Context, b *lab.Bench) error { return b.StartService(ctx) }
`

const newScenario = `package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "service-busy",
	Cause:       diagnose.CauseHangs,
	Group:       "service",
	Place:       "server",
	Experiences: []int{11},
	Title:       lang.Text{English: "The service is busy", Korean: "서비스가 바쁘다"},
	Story:       lang.Text{English: "It answers late.", Korean: "늦게 응답한다."},
	Verdict:     "no-reply",
	Fault:       faults.Busy{For: 5 * time.Second},
	Want: harness.Want{
		Client:   harness.ClientWant{Timeout: true, Stage: "read"},
		Wire:     map[string]string{"client": "+0 > S\n+any < S.\n...\nnever < P*"},
		Counters: []harness.CounterWant{{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1}},
	},
})
`
