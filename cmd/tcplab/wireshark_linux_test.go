package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// shown are the scenarios in whose capture at the client a symptom is to be seen and, where the diagnosis of that capture rests on
// such packets, the verdict.
var shown = map[string]struct {
	scenario string
	verdict  diagnose.Verdict
}{
	"refused":                  {"closed-port", diagnose.Refused},
	"too big":                  {"path-mtu-discovered", ""},
	"rejected by ICMP":         {"firewall-reject", diagnose.Rejected},
	"reset":                    {"service-resets", diagnose.ResetByServer},
	"DNS error":                {"name-unknown", diagnose.NoSuchName},
	"DNS answer cut off":       {"name-answer-too-large", ""},
	"SYN again":                {"firewall-drop", diagnose.NoAnswer},
	"SYN-ACK again":            {"asymmetric-firewall", diagnose.SYNACKUnanswered},
	"zero window":              {"zero-window", diagnose.ZeroWindow},
	"data again":               {"request-dropped", diagnose.Blackhole},
	"closed without an answer": {"closed-early", diagnose.ClosedEarly},
	"end after silence":        {"service-hangs", diagnose.NoReply},
	"ping without a reply":     {"icmp-blocked", diagnose.NoAnswer},
	"query without an answer":  {"name-server-silent", diagnose.NoAnswer},
	"keep-alive":               {"nat-kept-alive", ""},
}

// TestWiresharkProfile has tshark use the profile: it complains of nothing, each symptom is found in the scenario that it is of, among
// the frames that the diagnosis names, and a healthy run has none, at all of its vantage points together.
func TestWiresharkProfile(t *testing.T) {
	if testing.Short() {
		t.Skip("scenarios in real time are not for -short")
	}
	cmdtest.NeedEngine(t, "netns")
	needTshark(t)
	t.Parallel()
	home, runs := t.TempDir(), t.TempDir()
	err := makeProfile(t, filepath.Join(home, ".config", "wireshark", "profiles", "tcplab"))
	require.NoError(t, err)
	names := []string{"healthy"}
	for _, s := range diagnose.Symptoms() {
		require.Contains(t, shown, s.Name)
		names = append(names, shown[s.Name].scenario)
	}
	args := append([]string{"run", "--engine", "netns", "--family", "4", "--quiet", "--out", runs}, names...)
	out, err := exec.CommandContext(t.Context(), cmdtest.Program(t), args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	capture := func(scenario, name string) string {
		return filepath.Join(runs, "latest", scenario+"-netns-ipv4", name)
	}
	for _, s := range diagnose.Symptoms() {
		t.Run(s.Name, func(t *testing.T) {
			file := capture(shown[s.Name].scenario, "client.pcapng")
			filters := []string{"frame"}
			if v := shown[s.Name].verdict; v != "" {
				require.Contains(t, s.Verdicts, v)
				filters = framesOf(t, file, v)
			}
			filter := strings.Join(filters, " || ")
			if s.Whole {
				assert.NotEmpty(t, rules(t, home, file, "("+filter+") && ("+s.Filter+")"))
				return
			}
			assert.Contains(t, rules(t, home, file, filter), "tcplab: "+s.Name)
		})
	}
	var all []string
	for _, s := range diagnose.Symptoms() {
		all = append(all, "("+s.Filter+")")
	}
	healthy := capture("healthy", "run.pcapng")
	assert.Empty(t, rules(t, home, healthy, strings.Join(all, " || ")))
	assert.Greater(t, len(rules(t, home, healthy, "frame")), 30, "or the filters had nothing to choose from")
	assert.Equal(t, []string{""}, slices.Compact(rules(t, home, healthy, "frame")))
	assert.Regexp(t, ` client +client → server +TCP `, tshark(t, home, "-r", healthy, "-Y", "tcp"), "the names of the hosts, and the columns")
}

// framesOf are the display filters of the attempts with a verdict.
func framesOf(t *testing.T, file string, v diagnose.Verdict) (filters []string) {
	t.Helper()
	lines, _, err := diagnoseFiles(t, "--json", file)
	require.NoError(t, err)
	for line := range strings.Lines(lines) {
		var one report.DiagnosisRecord
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		if one.Verdict == string(v) {
			filters = append(filters, "("+one.DisplayFilter+")")
		}
	}
	require.NotEmpty(t, filters, "%s: nothing is %s", file, v)
	return filters
}

// rules are the colour rules of the frames that a filter selects, "" for a frame without one.
func rules(t *testing.T, home, file, filter string) []string {
	t.Helper()
	out := tshark(t, home, "--color", "-2", "-r", file, "-Y", filter, "-T", "fields", "-e", "frame.number", "-e", "frame.coloring_rule.name")
	var names []string
	for line := range strings.Lines(out) {
		_, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		names = append(names, name)
	}
	return names
}

// tshark runs it with the profile of a home. It must say nothing but, to root, that root is dangerous.
func tshark(t *testing.T, home string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "tshark", append([]string{"-C", "tcplab"}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, &said)
	for line := range strings.Lines(said.String()) {
		assert.Regexp(t, `^(Running as user "root".*)?\n$`, line)
	}
	return string(out)
}

// TestWiresharkProfileIsNeverInTheWay of what somebody has in the folder.
func TestWiresharkProfileIsNeverInTheWay(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "profiles", "tcplab")
	for range 2 { // the second has nothing to do
		err := makeProfile(t, dir)
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "recent"), []byte("of Wireshark's own"), 0o600))
	err := makeProfile(t, dir)
	require.NoError(t, err)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "preferences"), []byte("somebody's\n"), 0o600))
	const taken = " is there already, and is a folder with something else in it (colorfilters): move it away, or choose another place"
	err = makeProfile(t, dir)
	require.EqualError(t, err, dir+taken)
	kept, err := os.ReadFile(filepath.Join(dir, "preferences"))
	require.NoError(t, err)
	assert.Equal(t, "somebody's\n", string(kept))

	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "letter"), nil, 0o600))
	err = makeProfile(t, other)
	require.ErrorContains(t, err, "something else in it (letter)")
	left, err := os.ReadDir(other)
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

func makeProfile(t *testing.T, dir string) error {
	t.Helper()
	cmd := newProfile()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs([]string{dir})
	cmd.SetOut(io.Discard)
	return cmd.ExecuteContext(t.Context())
}
