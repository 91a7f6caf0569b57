package tcplab_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/harness"
)

//go:generate go test -count=1 -run ^(TestClosedLoop|TestTimeouts)$ . -update

// TestEveryClientInEveryFailure puts each client into each scenario. What they felt is the table in docs/clients.md. Chromium,
// which keeps a processor busy, goes only into some, but for when everything is measured ("make clients").
func TestEveryClientInEveryFailure(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("every client in every failure, in real time, is not for -short")
	}
	e := engineNamed(t, "netns")
	felt := cells{texts: map[string]string{}}
	browsers := make(chan struct{}, 1)
	all := t.Run("runs", func(t *testing.T) {
		for _, s := range brief() {
			for _, c := range clients.All() {
				heavy := c.Name() == "chromium"
				if heavy && os.Getenv(measure) != "1" && !slices.Contains([]string{"healthy", "closed-port", "load-balancer-no-backend"}, s.Name) {
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
	page := filepath.Join("docs", "clients.md")
	if os.Getenv(measure) == "1" {
		compareGenerated(t, page, "what each client feels", felt.table())
		return
	}
	felt.compare(t, page)
}

// feel puts a client into a failure and returns what it felt, in a few words that are the same in each run.
func feel(t *testing.T, e harness.Engine, s harness.Scenario, c harness.Client) string {
	t.Helper()
	o := harness.Options{Client: c}
	switch own := s.Client; {
	case c.Name() == harness.GoClient{}.Name() && isGo(own):
		o.Client = nil // the scenario is about a Go program that does something particular
	case isGo(own):
		return "-"
	case own != nil || speaksNoTCP(c):
		o.Timeout = harness.DefaultTimeout
	}
	r, err := harness.Run(t.Context(), e, s, o)
	require.NoError(t, err)
	switch {
	case strings.Contains(r.Skipped, "does not get through this lab"):
		return "does not get through, with or without the fault"
	case r.Skipped != "":
		t.Skip(r.Skipped)
	}
	observed := r.Phase(harness.Observe)
	require.NotNil(t, observed, "%s", reasons(r))
	return inWords(*observed.Client, s.Want.Client)
}

func isGo(c harness.Client) bool { _, ok := c.(harness.GoClient); return ok }

func speaksNoTCP(c harness.Client) bool { _, ok := c.(harness.Speaker); return ok }

// inWords is an outcome without what differs from run to run.
func inWords(o harness.Outcome, want harness.ClientWant) string {
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
	case o.Code != "":
		list = append(list, strings.TrimPrefix(o.Code, "net::"))
	}
	text := strings.Join(list, ", ")
	// The kernel's timers are late by up to an eighth: whole seconds, rounded down, are always the same. When a client's own
	// timeout ends, and what is at once, is no news.
	after := o.Elapsed.Truncate(time.Second)
	if after > 0 && (o.Errno == "ETIMEDOUT" || o.OK() && o.Code == "" && want.Retransmissions > 0) {
		text += fmt.Sprintf(" after %.0f s", after.Seconds())
	}
	return text
}

// cells are what clients felt in scenarios.
type cells struct {
	mutex sync.Mutex
	texts map[string]string // by cellKey
}

func cellKey(scenario, client string) string { return scenario + "/" + client }

func (c *cells) put(scenario, client, text string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.texts[cellKey(scenario, client)] = text
}

func columns() []string {
	var names []string
	for _, c := range clients.All() {
		names = append(names, c.Name())
	}
	return names
}

// table has a row for each scenario and a column for each client.
func (c *cells) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| scenario | %s |\n|---|%s\n", strings.Join(columns(), " | "), strings.Repeat("---|", len(columns())))
	for _, s := range brief() {
		row := []string{"`" + s.Name + "`"}
		for _, name := range columns() {
			row = append(row, c.texts[cellKey(s.Name, name)])
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	return b.String()
}

// compare holds what was measured against the table of a document, which must have every scenario and every client.
func (c *cells) compare(t *testing.T, page string) {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	written := map[string]string{}
	var names []string
	for line := range strings.Lines(string(text)) {
		row := strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
		switch {
		case row[0] == "scenario":
			names = row[1:]
		case len(row) == len(names)+1 && strings.HasPrefix(row[0], "`"):
			for i, name := range names {
				written[cellKey(strings.Trim(row[0], "`"), name)] = row[i+1]
			}
		}
	}
	assert.Equal(t, columns(), names, "%s is stale: run make clients", page)
	assert.Len(t, written, len(brief())*len(names), "%s is stale: run make clients", page)
	for cell, felt := range c.texts {
		assert.Equal(t, felt, written[cell], "%s, %s is stale: run make clients", page, cell)
	}
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
	e := engineNamed(t, "netns")
	var mutex sync.Mutex
	cells := map[string]string{}
	schedules := []harness.Scenario{named(t, "lost-syn-once"), named(t, "syn-linear-timeouts")}
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
	compareGenerated(t, filepath.Join("docs", "timeouts.md"), "which timeouts survive", b.String())
}

// survives says whether a client gets through when its first SYNs are lost, and after how many seconds.
func survives(t *testing.T, e harness.Engine, s harness.Scenario, n int, timeout time.Duration) string {
	t.Helper()
	s.Want = harness.Want{}
	s.Fault = harness.NoFault{}
	if n > 0 {
		s.Fault = harness.FirewallRule{Host: "router", Rule: harness.Rule{Chain: "FORWARD", Proto: "tcp", Port: harness.Port, First: n}}
	}
	r, err := harness.Run(t.Context(), e, s, harness.Options{Timeout: timeout})
	require.NoError(t, err)
	if r.Skipped != "" {
		t.Skip(r.Skipped)
	}
	observed := r.Phase(harness.Observe)
	require.NotNil(t, observed, "%s", reasons(r))
	if !observed.Client.OK() {
		require.True(t, observed.Client.Timeout, "%s", observed.Client.Error)
		return "**fails**"
	}
	if after := observed.Client.Elapsed.Truncate(time.Second); after > 0 {
		return fmt.Sprintf("connects after %.0f s", after.Seconds())
	}
	return "connects at once"
}
