package clients_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/signature"
)

//go:generate go test -count=1 -run ^(TestTimeouts|TestClientTable)$ . -update

// inEachRun is how many scenarios each client is put into when not all are measured.
const inEachRun = 40

// TestEveryClientInEveryFailure puts each client into scenarios that are drawn by a seed, or into all ("make record NAME=..."). What they felt is
// recorded, and is the table in docs/clients.md. Chromium, which keeps a processor busy, goes into three unless all are measured.
func TestEveryClientInEveryFailure(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("every client in every failure, in real time, is not for -short")
	}
	e := harnesstest.Engine(t, "netns")
	felt := cells{felt: map[string]feeling{}}
	browsers := make(chan struct{}, 1)
	all := t.Run("runs", func(t *testing.T) {
		drawn := map[string]bool{}
		for _, s := range enginetest.Drawn(t, harnesstest.Brief(), inEachRun) {
			drawn[s.Name] = true
		}
		for _, s := range harnesstest.Brief() {
			if *harnesstest.Update && !harnesstest.ToRecord(s.Name) {
				continue
			}
			for _, c := range clients.All() {
				heavy := c.Name() == "chromium"
				tried := drawn[s.Name]
				if heavy && !enginetest.MeasuresAll() {
					tried = slices.Contains([]string{"healthy", "closed-port", "load-balancer-no-backend"}, s.Name)
				}
				if !tried {
					continue
				}
				t.Run(c.Name()+" in "+s.Name, func(t *testing.T) {
					t.Parallel()
					if heavy {
						browsers <- struct{}{}
						defer func() { <-browsers }()
					}
					felt.put(s.Name, c.Name(), feel(t, e, s, c))
				})
			}
		}
	})
	if !all {
		return
	}
	if *harnesstest.Update {
		for _, s := range harnesstest.Brief() {
			if harnesstest.ToRecord(s.Name) {
				felt.record(t, s.Name)
			}
		}
		return
	}
	felt.compare(t)
}

// feel puts a client into a failure and returns what it felt, in a few words that are the same in each run.
func feel(t *testing.T, e lab.Engine, s harness.Scenario, c lab.Client) feeling {
	t.Helper()
	o := harness.Options{Client: c}
	switch own := s.Client; {
	case c.Name() == agent.GoClient{}.Name() && isGo(own):
		o.Client = nil // the scenario is about a Go program that does something particular
	case lab.AsksByName(own): // each program looks the name up in its own way
	case isGo(own), len(s.Also) > 0 && !lab.TriesAll(c):
		return feeling{text: "-"}
	case own != nil || speaksNoTCP(c):
		o.Timeout = longerThanARP
	}
	r, err := harness.Run(t.Context(), e, s, o)
	require.NoError(t, err)
	switch {
	case strings.Contains(r.Skipped, "does not get through this lab"):
		return feeling{text: "does not get through, with or without the fault"}
	case r.Skipped != "":
		t.Skip(r.Skipped)
	}
	observed := r.Phase(harness.Observe)
	require.NotNil(t, observed, "%s", harnesstest.Reasons(r))
	return feeling{inWords(*observed.Client, s.Want.Client, r.Schedule), report.Style{}.Drawing(r)}
}

// feeling is what a client felt, and what was seen of it.
type feeling struct{ text, drawing string }

// longerThanARP is a patience beyond the time for which a kernel looks for a neighbour: 3 s (net.ipv4.neigh.*.mcast_solicit,
// retrans_time_ms).
const longerThanARP = 4500 * time.Millisecond

func isGo(c lab.Client) bool { _, ok := c.(agent.GoClient); return ok }

func speaksNoTCP(c lab.Client) bool { _, ok := c.(lab.Speaker); return ok }

// timersBefore is how long the timers of the kernel's schedule take that have ended by then: they are late by up to an eighth, and more
// on a busy machine.
func timersBefore(elapsed time.Duration, kernel signature.Schedule) time.Duration {
	if kernel.GiveUp > 0 && elapsed >= kernel.GiveUp {
		return kernel.GiveUp
	}
	sum := time.Duration(0)
	for _, gap := range kernel.Gaps {
		if sum+gap > elapsed {
			break
		}
		sum += gap
	}
	return sum
}

// inWords is an outcome without what differs from run to run.
func inWords(o lab.Outcome, want harness.ClientWant, kernel signature.Schedule) string {
	var list []string
	switch {
	case o.OK() && o.Code == "":
		list = append(list, "ok")
	case o.Timeout:
		list = append(list, "own timeout")
	case o.Errno != "":
		list = append(list, o.Errno)
	case o.Closed:
		list = append(list, "closed")
	}
	switch {
	case o.Program == "curl" && o.Errno == "ECONNRESET": // each of its calls has a code, and which one hears of the RST is a race
		list = append(list, "exit 7, 55 or 56")
	case strings.HasPrefix(o.Program, "system-") && strings.HasPrefix(o.Code, "exit "): // how the installed programs say that they could not send
		list = append(list, "not sent")
	case o.Code != "":
		list = append(list, strings.TrimPrefix(o.Code, "net::"))
	}
	text := strings.Join(list, ", ")
	// When a client's own timeout ends, and what is at once, is no news.
	after := timersBefore(o.Elapsed, kernel)
	if after > 0 && (o.Errno == "ETIMEDOUT" || o.OK() && o.Code == "" && want.Retransmissions > 0) {
		text += fmt.Sprintf(" after %.0f s", after.Seconds())
	}
	return text
}

// cells are what clients felt in scenarios.
type cells struct {
	mutex sync.Mutex
	felt  map[string]feeling // by cellKey
}

func cellKey(scenario, client string) string { return scenario + "/" + client }

func (c *cells) put(scenario, client string, felt feeling) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.felt[cellKey(scenario, client)] = felt
}

// ours is the lab's own program that feels the same as an installed one; the table has one column for both.
func ours(client string) string { return strings.TrimPrefix(client, "system-") }

func columns() []string {
	var names []string
	for _, c := range clients.All() {
		if ours(c.Name()) == c.Name() {
			names = append(names, c.Name())
		}
	}
	return names
}

// feltFile is what each client felt, among what is recorded of a scenario: an object of texts by the client's name.
const feltFile = "clients.json"

// recorded is what clients felt when it was recorded.
func (c *cells) recorded(t *testing.T, scenario string) map[string]string {
	t.Helper()
	felt := map[string]string{}
	if text, err := scenarios.Recorded(scenario, feltFile); err == nil {
		require.NoError(t, json.Unmarshal(text, &felt))
	}
	return felt
}

// record keeps what was felt in a scenario.
func (c *cells) record(t *testing.T, scenario string) {
	t.Helper()
	felt := map[string]string{}
	for _, name := range columns() {
		if f, measured := c.felt[cellKey(scenario, name)]; measured {
			felt[name] = f.text
		}
	}
	text, err := json.MarshalIndent(felt, "", "  ")
	require.NoError(t, err)
	harnesstest.WriteRecorded(t, scenario, feltFile, append(text, '\n'))
}

// compare holds what was measured against what was recorded, which must have every scenario and every client.
func (c *cells) compare(t *testing.T) {
	t.Helper()
	for _, s := range harnesstest.Brief() {
		felt := c.recorded(t, s.Name)
		for _, name := range columns() {
			assert.NotEmpty(t, felt[name], "what %s feels in %s is not recorded: run make record NAME=%[2]s", name, s.Name)
		}
		for _, client := range clients.All() {
			name := client.Name()
			if s.Unnoticed == harness.OffersNoECN && name == "system-traceroute-tcp" {
				continue // its SYNs offer ECN, and ours do not
			}
			if f, measured := c.felt[cellKey(s.Name, name)]; measured {
				assert.Equal(t, felt[ours(name)], f.text, "what %s feels in %s is another than was recorded: run make record NAME=%[2]s\n%[3]s", name, s.Name, f.drawing)
			}
		}
	}
}

// TestClientTable: docs/clients.md has a row for each scenario and a column for each client.
func TestClientTable(t *testing.T) {
	var b strings.Builder
	var recorded cells
	fmt.Fprintf(&b, "| scenario | %s |\n|---|%s\n", strings.Join(columns(), " | "), strings.Repeat("---|", len(columns())))
	for _, s := range harnesstest.Brief() {
		row := []string{"`" + s.Name + "`"}
		felt := recorded.recorded(t, s.Name)
		for _, name := range columns() {
			row = append(row, felt[name])
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	harnesstest.CompareGenerated(t, filepath.Join("docs", "clients.md"), "what each client feels", b.String())
}

// patience and lost are the two sides of the table of timeouts.
var (
	patience = []time.Duration{time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second}
	lost     = []int{0, 1, 2, 3}
)

// TestTimeouts loses the first SYNs of clients of different patience. Which get through is a table in docs/timeouts.md.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("timeouts in real time are not for -short")
	}
	e := harnesstest.Engine(t, "netns")
	var mutex sync.Mutex
	cells := map[string]string{}
	schedules := []harness.Scenario{harnesstest.Scenario(t, "lost-syn-once"), harnesstest.Scenario(t, "syn-linear-timeouts")}
	all := t.Run("runs", func(t *testing.T) {
		for _, s := range schedules {
			for _, n := range lost {
				for _, timeout := range patience {
					t.Run(fmt.Sprintf("%s/%d lost/%s", s.Name, n, timeout), func(t *testing.T) {
						t.Parallel()
						text := survives(t, e, s, n, timeout)
						mutex.Lock()
						defer mutex.Unlock()
						cells[fmt.Sprint(s.Name, n, timeout)] = text
					})
				}
			}
		}
	})
	if !all || len(cells) != len(schedules)*len(lost)*len(patience) {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| SYNs lost | schedule")
	for _, timeout := range patience {
		fmt.Fprintf(&b, " | timeout of %.0f s", timeout.Seconds())
	}
	fmt.Fprintf(&b, " |\n|---|---|%s\n", strings.Repeat("---|", len(patience)))
	for _, n := range lost {
		for i, s := range schedules {
			fmt.Fprintf(&b, "| %d | %s", n, []string{"classic (1, 2, 4 s)", "default since Linux 6.5 (1, 1, 1, 1, 2 s)"}[i])
			for _, timeout := range patience {
				fmt.Fprintf(&b, " | %s", cells[fmt.Sprint(s.Name, n, timeout)])
			}
			fmt.Fprintln(&b, " |")
		}
	}
	harnesstest.CompareGenerated(t, filepath.Join("docs", "timeouts.md"), "which timeouts survive", b.String())
}

// survives says whether a client gets through when its first SYNs are lost, and after how many seconds.
func survives(t *testing.T, e lab.Engine, s harness.Scenario, n int, timeout time.Duration) string {
	t.Helper()
	s.Want = harness.Want{}
	s.Fault = harness.NoFault{}
	if n > 0 {
		s.Fault = faults.FirewallRule{Host: "router", Rule: faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, First: n}}
	}
	r, err := harness.Run(t.Context(), e, s, harness.Options{Timeout: timeout})
	require.NoError(t, err)
	if r.Skipped != "" {
		t.Skip(r.Skipped)
	}
	observed := r.Phase(harness.Observe)
	require.NotNil(t, observed, "%s", harnesstest.Reasons(r))
	if !observed.Client.OK() {
		require.True(t, observed.Client.Timeout, "%s", observed.Client.Error)
		return "**fails**"
	}
	if after := observed.Client.Elapsed.Truncate(time.Second); after > 0 {
		return fmt.Sprintf("connects after %.0f s", after.Seconds())
	}
	return "connects at once"
}
