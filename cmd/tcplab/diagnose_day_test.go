package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/report"
)

// attemptsEachSecond writes a capture of attempts at one server, a second apart: each is refused or answered.
func attemptsEachSecond(t *testing.T, n uint32, isRefused func(uint32) bool) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "day.pcap")
	require.NoError(t, withCapture(name, func(w *captureWriter) {
		for i := range n {
			number := 200*i + 16
			if isRefused(i) {
				number = 200*i + 104
			}
			begin := w.clock
			for c := newBenchConn(number); c.step(w); {
			}
			w.clock = begin + 1e6
		}
	}))
	return name
}

func nineOf121(i uint32) bool { return i%13 == 5 }

// TestDiagnoseIntermittent: failures among answers, failures before these, and failures after these are three stories.
func TestDiagnoseIntermittent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		isRefused          func(uint32) bool
		heading, note      string
		never              string
		regularity, failed string
	}{
		{nineOf121, "refused: 9 of 121 connections (", "note: intermittent: 9 of 121 connections to this port failed while others were answered", "note: after", "intermittent", "9"},
		{func(i uint32) bool { return i < 9 }, "refused: 9 of 121 connections (", "note: after 9 failures the server accepted 112 connections", "intermittent", "recovered", "9"},
		{func(i uint32) bool { return i >= 112 }, "refused: 9 of 121 connections (",
			"note: 9 connections to this port failed, after others were answered: the first at 2023-11-14 22:15:12.000020", "intermittent", "stopped", "9"},
		{func(uint32) bool { return true }, "refused: 121 connections (", "SYN answered by RST", "note:", "steady", "121"},
	} {
		capture := attemptsEachSecond(t, 121, c.isRefused)
		out, _, err := diagnoseFiles(t, capture)
		require.NoError(t, err)
		assert.Contains(t, out, c.heading)
		assert.Contains(t, out, c.note)
		assert.NotContains(t, out, c.never)
		out, _, err = diagnoseFiles(t, "--counts", "--json", capture)
		require.NoError(t, err)
		assert.Contains(t, out, `{"name":"203.0.113.0:443","attempts":121,"failed":`+c.failed+`,"regularity":"`+c.regularity+`"}`)
	}
}

// TestDiagnoseList has a line for each failure, in the order that is asked for.
func TestDiagnoseList(t *testing.T) {
	t.Parallel()
	capture := attemptsEachSecond(t, 121, nineOf121)
	out, _, err := diagnoseFiles(t, "--list", capture)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 11)
	assert.Equal(t, capture+": 9 of 121 connections failed (112 ok, 9 refused)", lines[0])
	assert.Equal(t, "UTC 2023-11-14  client          server           verdict  frames", lines[1])
	assert.Equal(t, "22:13:25.000    10.0.0.0:11104  203.0.113.0:443  refused  96-97", lines[2])
	assert.Equal(t, "22:13:38.000    10.0.0.0:13704  203.0.113.0:443  refused  326-327", lines[3])

	out, _, err = diagnoseFiles(t, "--list", "--verdict", "ok,refused", "--sort", "packets", "--since", "+100s", capture)
	require.NoError(t, err)
	lines = strings.Split(strings.TrimSpace(out), "\n")
	assert.Equal(t, capture+": 21 of 21 connections are ok or refused (20 ok, 1 refused); left out: 100 more", lines[0])
	require.Len(t, lines, 23)
	assert.Contains(t, lines[2], "  ok ")
	assert.Contains(t, lines[22], "  refused ", "it has the fewest packets")
}

// TestDiagnoseSince: the times that the program prints are times that it takes, and they are exact.
func TestDiagnoseSince(t *testing.T) {
	t.Parallel()
	capture := attemptsEachSecond(t, 121, nineOf121)
	for _, c := range []struct{ since, until, want string }{
		{"1700000109.000020", "1700000109.000021", "1 of 1 connection failed (1 refused); left out: 120 more"},
		{"1700000109.000021", "1700000120", "10 connections in 2146 packets, none failed (10 ok); left out: 111 more"},
		{"2023-11-14 22:15:09.000020", "2023-11-14 22:15:10", "1 of 1 connection failed (1 refused); left out: 120 more"},
		{"2023-11-14T23:15:09+01:00", "2023-11-14T23:15:10+01:00", "1 of 1 connection failed (1 refused); left out: 120 more"},
		{"22:15", "22:15:10", "1 of 10 connections failed (9 ok, 1 refused); left out: 111 more"},
		{"+108.5s", "+109.5s", "1 of 1 connection failed (1 refused); left out: 120 more"},
		{"2023-11-15", "2023-11-16", "no connection that was asked for in 2146 packets; left out: 121 more"},
	} {
		out, _, err := diagnoseFiles(t, "--list", "--since", c.since, "--until", c.until, capture)
		require.NoError(t, err)
		first, _, _ := strings.Cut(out, "\n")
		assert.Equal(t, c.want, withoutName(first), "from %s to %s", c.since, c.until)
	}
	data, err := os.ReadFile(capture)
	require.NoError(t, err)
	out, _, err := diagnoseFile(t, data, "--since", "22:15", "--until", "22:15:10")
	require.NoError(t, err, "what comes from standard input is looked into first")
	assert.Contains(t, out, "-: 1 of 10 connections failed")
}

// TestDiagnoseFail: the exit code is for what is asked for, and only for that.
func TestDiagnoseFail(t *testing.T) {
	t.Parallel()
	capture := attemptsEachSecond(t, 121, nineOf121)
	for args, found := range map[string]bool{
		"--fail":                                   true,
		"--fail --json":                            true,
		"--fail --list":                            true,
		"--fail --counts":                          true,
		"--fail --server " + capture:               true,
		"--fail --verdict refused":                 true,
		"--fail --verdict no-answer":               false,
		"--fail --verdict ok":                      true,
		"--fail --port 80":                         false,
		"--fail --since 22:14:18 --until 22:14:23": false,
		"": false,
	} {
		_, _, err := diagnoseFiles(t, append(strings.Fields(args), capture)...)
		assert.Equal(t, found, errors.Is(err, errFound), "%s: %v", args, err)
	}
	data, err := os.ReadFile(capture)
	require.NoError(t, err)
	_, _, err = diagnoseFile(t, data, "--fail", "--follow")
	assert.ErrorIs(t, err, errFound)
	_, _, err = diagnoseFile(t, data, "--fail", "--follow", "--port", "80")
	assert.NoError(t, err)
}

// TestDiagnoseHosts: networks, several hosts, and names that this machine knows.
func TestDiagnoseHosts(t *testing.T) {
	t.Parallel()
	capture := attemptsEachSecond(t, 121, nineOf121)
	for hosts, want := range map[string]string{
		"10.0.0.0/8":            "9 of 121 connections failed (112 ok, 9 refused)",
		"203.0.113.0":           "9 of 121 connections failed (112 ok, 9 refused)",
		"2001:db8::/32":         "no connection that was asked for in 2146 packets; left out: 121 more",
		"localhost":             "no connection that was asked for in 2146 packets; left out: 121 more",
		"localhost,10.0.0.0/31": "9 of 121 connections failed (112 ok, 9 refused)",
	} {
		out, _, err := diagnoseFiles(t, "--list", "--host", hosts, capture)
		require.NoError(t, err)
		first, _, _ := strings.Cut(out, "\n")
		assert.Equal(t, want, withoutName(first), hosts)
	}
}

// TestDiagnoseCounts: what is said of a capture, in the three ways, is the same.
func TestDiagnoseCounts(t *testing.T) {
	t.Parallel()
	capture := attemptsEachSecond(t, 121, nineOf121)
	out, _, err := diagnoseFiles(t, "--counts", capture)
	require.NoError(t, err)
	assert.Contains(t, out, "\n  203.0.113.0:443       121       9    7.4 %\n    intermittent: 9 of 121 connections to this port failed while others were answered\n")
	assert.Contains(t, out, "\n  10.0.0.0       121       9    7.4 %\n")
	assert.Contains(t, out, "\n  2023-11-14 22:14        60       5    8.3 %\n")

	out, _, err = diagnoseFiles(t, "--counts", "--json", capture)
	require.NoError(t, err)
	var counts report.CountsRecord
	require.NoError(t, json.Unmarshal([]byte(out), &counts))
	assert.Equal(t, 121, counts.Attempts)
	assert.Equal(t, 9, counts.Failed)
	assert.Equal(t, []report.ShareRecord{{Name: "10.0.0.0", Attempts: 121, Failed: 9}}, counts.Clients)
	assert.Equal(t, []report.ShareRecord{{Name: "2023-11-14T22:13:00Z", Attempts: 40, Failed: 3}, {Name: "2023-11-14T22:14:00Z", Attempts: 60, Failed: 5},
		{Name: "2023-11-14T22:15:00Z", Attempts: 21, Failed: 1}}, counts.Minutes)

	page, _ := diagnosed(t, nil, capture)
	assert.Contains(t, page, "<h1>9 of 121 connections failed</h1>")
	assert.Contains(t, page, "refused: 203.0.113.0:443 (9 of 121 connections)")
	assert.Contains(t, page, `aria-label="failures by time, from 2023-11-14 22:13:20.00 to 2023-11-14 22:15:21.00: in 9 of 121 steps"`)
	assert.Equal(t, 9, strings.Count(page, `<rect class="failed"`))
	assert.Contains(t, page, "<title>2023-11-14 22:13:25.00: 1 of 1 failed</title>")
	page, _ = diagnosed(t, nil, "--port", "443", "--until", "+60s", capture)
	assert.Contains(t, page, "<h1>5 of 60 connections failed; left out: 61 more</h1>")
}
