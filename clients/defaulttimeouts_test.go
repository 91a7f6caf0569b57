package clients_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/wire/signature"
)

// TestDefaultTimeouts lets each client wait for a connection for as long as it does when nobody has set a timeout: the
// second table of docs/timeouts.md. It takes over two minutes, so that it is made by "make timeouts"; otherwise the table
// is held against the clients that there are, and the kernel's patience against the schedule computed from its sysctls.
func TestDefaultTimeouts(t *testing.T) {
	t.Parallel()
	const page, section = "timeouts.md", "default timeouts"
	if enginetest.MeasuresAll() {
		harnesstest.CompareGenerated(t, filepath.Join("docs", page), section, defaultTimeouts(t))
		return
	}
	text, err := os.ReadFile(filepath.Join(enginetest.Root(), "docs", page))
	require.NoError(t, err)
	for _, c := range patientClients() {
		assert.Contains(t, string(text), "\n| "+c.Name()+" |", "docs/%s is stale: run make timeouts", page)
	}
	kernel, err := signature.SYNSchedule(map[string]string{"net.ipv4.tcp_syn_retries": "6", "net.ipv4.tcp_syn_linear_timeouts": "4"}, signature.InitialRTO)
	require.NoError(t, err)
	_, latest := signature.DefaultTolerance().Window(kernel.GiveUp)
	var after float64
	_, row, ok := strings.Cut(string(text), "\n| go | ")
	require.True(t, ok)
	_, err = fmt.Sscanf(row, "%f s", &after)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, after, kernel.GiveUp.Truncate(time.Second).Seconds())
	assert.LessOrEqual(t, after, latest.Seconds())
}

// patientClients are those that connect to the service.
func patientClients() []lab.Client {
	var list []lab.Client
	for _, c := range clients.All() {
		if !speaksNoTCP(c) {
			list = append(list, c)
		}
	}
	return list
}

// defaultTimeouts measures, all at once.
func defaultTimeouts(t *testing.T) string {
	t.Helper()
	e := harnesstest.Engine(t, "netns")
	list := patientClients()
	rows := make([]string, len(list))
	var group sync.WaitGroup
	for i, c := range list {
		group.Go(func() { rows[i] = defaultTimeout(t, e, c) })
	}
	group.Wait()
	return "| client | gives up after | because of | and says |\n|---|---|---|---|\n" + strings.Join(rows, "")
}

func defaultTimeout(t *testing.T, e lab.Engine, c lab.Client) string {
	built, err := harness.Open(t.Context(), e, harnesstest.Scenario(t, "syn-linear-timeouts"), lab.IPv4)
	if !assert.NoError(t, err) {
		return ""
	}
	defer built.Close(t.Context())
	host, err := built.Host("client")
	if !assert.NoError(t, errors.Join(err, built.Break(t.Context()))) {
		return ""
	}
	o, err := c.Do(t.Context(), lab.Call{Host: host, Target: built.Target()})
	if !assert.NoError(t, err) {
		return ""
	}
	assert.False(t, o.OK(), "%s got through", c.Name())
	reason := "its own timeout"
	if o.Errno == "ETIMEDOUT" {
		reason = "the kernel's giving up"
	}
	return fmt.Sprintf("| %s | %.0f s | %s | %s |\n", c.Name(), o.Elapsed.Truncate(time.Second).Seconds(), reason, varying.ReplaceAllString(o.Error, "..."))
}

// varying are the parts of an error that differ from run to run: the client's port, milliseconds.
var varying = regexp.MustCompile(`\d{3,} ms|\d{4,} milliseconds`)
