package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
	"golang.org/x/sys/unix"
)

// runReport is what is read here of a run's report.json.
type runReport struct {
	Scenario string
	Family   int
	Match    bool
	// Skipped and Mismatches are why it did not match.
	Skipped    string
	Mismatches []struct{ Phase, At, Reason, Detail string }
	Client     struct {
		Timeout   bool
		ElapsedMS float64 `json:"elapsed_ms"`
	}
	Phases []struct {
		Name    string
		Check   string
		Packets map[string][]string
	}
	// LatenessMS is by how much the machine was late.
	LatenessMS float64 `json:"lateness_ms"`
	Counters   map[string]map[string]int
	Packets    map[string][]string
	Artifacts  string
}

// Every scenario on both families, once, and then everything that must be true of it: that it matched, that tshark sees
// in the captures what the report says, and that the network of the machine is as it was.
func TestRunAll(t *testing.T) {
	if testing.Short() {
		t.Skip("every scenario in real time, twice, is not for -short")
	}
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	dir := t.TempDir()
	var before, after map[string]string
	onMachine(t, func() {
		before = network(t)
		runFamilies(t, dir)
		after = network(t)
	})
	reports := readReports(t, dir)
	t.Run("matches", func(t *testing.T) { testMatches(t, reports) })
	t.Run("network unchanged", func(t *testing.T) { testUnchanged(t, before, after) })
	t.Run("tshark", func(t *testing.T) { testTshark(t, reports) })
}

// onMachine does something on a machine whose network no other test changes: for root, a network namespace of its own
// with some addresses, routes and rules in it, which stands for the machine's; else the machine itself.
func onMachine(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		do()
		return
	}
	var group sync.WaitGroup
	group.Go(func() {
		runtime.LockOSThread() // and never unlocked: the thread and its namespace end with this goroutine
		if err := unix.Unshare(unix.CLONE_NEWNET); assert.NoError(t, err) {
			furnish(t)
			do()
		}
	})
	group.Wait()
}

// runFamilies runs every scenario, on IPv4 and then on IPv6. The programs are started by the calling thread, and so in its network
// namespace.
func runFamilies(t *testing.T, dir string) {
	t.Helper()
	for _, family := range []string{"4", "6"} {
		cmd := exec.Command(cmdtest.Program(t), "run", "--all", "--engine", "netns", "--family", family, "--quiet", "--out", dir)
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "%s\n%s", cmd, out)
	}
}

func readReports(t *testing.T, dir string) []runReport {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*-*", "*", "report.json"))
	require.NoError(t, err)
	require.Len(t, names, 2*len(shortScenarios()))
	var list []runReport
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var r runReport
		require.NoError(t, json.Unmarshal(text, &r))
		list = append(list, r)
	}
	return list
}

// shortScenarios are those that "run --all" runs.
func shortScenarios() []harness.Scenario {
	return slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool { return s.Long })
}

func testMatches(t *testing.T, reports []runReport) {
	for _, r := range reports {
		if s, err := scenarios.Named(r.Scenario); assert.NoError(t, err) && s.IPv4Only != "" && r.Family == 6 {
			assert.Contains(t, r.Skipped, s.IPv4Only)
			continue
		}
		assert.True(t, r.Match, "%s, IPv%d, the machine was %.0f ms late: %s %v", r.Scenario, r.Family, r.LatenessMS, r.Skipped, r.Mismatches)
	}
	for _, family := range []int{4, 6} {
		testTwoFirewalls(t, reports, family)
	}
}

// testTwoFirewalls compares the two that a client cannot tell apart: the same outcome, other packets at the server, and
// as many packets counted by the rule as SYNs that reached it.
func testTwoFirewalls(t *testing.T, reports []runReport, family int) {
	find := func(name string) *runReport {
		i := slices.IndexFunc(reports, func(r runReport) bool { return r.Scenario == name && r.Family == family })
		if i < 0 {
			return &runReport{}
		}
		return &reports[i]
	}
	here, before := find("firewall-drop"), find("security-group-drop")
	assert.Equal(t, here.Client.Timeout, before.Client.Timeout)
	assert.InDelta(t, here.Client.ElapsedMS, before.Client.ElapsedMS, 500+3*(here.LatenessMS+before.LatenessMS))
	assert.Len(t, before.Packets["client"], len(here.Packets["client"]))
	assert.Len(t, here.Packets["server"], len(here.Packets["client"]))
	assert.Empty(t, before.Packets["server"])
	assert.Equal(t, len(here.Packets["server"]), dropped(here, "server"))
	assert.Equal(t, len(before.Packets["router:to-client"]), dropped(before, "router"))
}

// dropped is the number of packets that the firewall rule or the security group of a host has dropped.
func dropped(r *runReport, host string) int {
	for name, value := range r.Counters[host] {
		if strings.HasPrefix(name, "firewall ") || name == "allow-list security-group drop" {
			return value
		}
	}
	return 0
}
