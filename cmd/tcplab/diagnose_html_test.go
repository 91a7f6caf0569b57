package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// diagnosed is the page that the command makes, and what it prints besides.
func diagnosed(t *testing.T, in io.Reader, args ...string) (page, printed string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "page.html")
	var out, warn bytes.Buffer
	cmd := newDiagnose()
	cmd.SetOut(&out)
	cmd.SetErr(&warn)
	cmd.SetIn(in)
	cmd.SetArgs(append([]string{"--html", name}, args...))
	require.NoError(t, cmd.Execute(), "%s", &warn)
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text), out.String()
}

// Thousands of connections make a page that is still small: failures are told once for those that look alike, and the
// healthy ones are folded.
func TestDiagnoseHTMLOfAThousandConnections(t *testing.T) {
	capture := filepath.Join(t.TempDir(), "many.pcap")
	require.NoError(t, writeCapture(capture, 30<<20))
	page, printed := diagnosed(t, nil, capture)
	assert.Regexp(t, `\d{3} of \d{4} connections failed`, printed)
	assert.Less(t, len(page), 1<<20, "a page that opens quickly")
	first := strings.Index(page, `<h2>`)
	folded := strings.Index(page, " that did not fail</summary>")
	require.Positive(t, first)
	require.Positive(t, folded)
	assert.Less(t, first, folded)
	assert.Contains(t, page[first:folded], "no-answer: ")
	assert.Contains(t, page[first:folded], "refused: ")
	assert.Contains(t, page[first:folded], "reset-by-server: ")
	assert.Less(t, strings.Count(page, `<svg class="ladder"`), 130)
	assert.NotContains(t, page, "<script", "nothing in it is executed")
}

// What comes from standard input is read twice, too.
func TestDiagnoseHTMLOfStandardInput(t *testing.T) {
	capture := filepath.Join(t.TempDir(), "sample.pcap")
	require.NoError(t, writeSample(capture))
	t.Setenv("TMPDIR", t.TempDir())
	in, err := os.Open(capture)
	require.NoError(t, err)
	defer in.Close()
	piped, _ := diagnosed(t, in, "-")
	named, _ := diagnosed(t, nil, capture)
	assert.Equal(t, strings.ReplaceAll(named, capture, "-"), piped)
	assert.Equal(t, 4, strings.Count(piped, `<svg class="ladder"`), "one connection of each kind")
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "tcplab-capture-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// With one capture the far end is not known; a second one shows where the packet was lost.
func TestDiagnoseHTMLWithTwoVantagePoints(t *testing.T) {
	runs := filepath.Join(enginetest.Root(), "report", "testdata", "runs")
	client := func(run string) string { return filepath.Join(runs, run, "client.pcapng") }
	server := func(run string) string { return filepath.Join(runs, run, "server.pcapng") }

	one, _ := diagnosed(t, nil, client("firewall-drop-netns-ipv6"))
	assert.Contains(t, one, "4 packets without an answer; nobody captured further on")
	two, _ := diagnosed(t, nil, "--server", server("firewall-drop-netns-ipv6"), client("firewall-drop-netns-ipv6"))
	assert.Contains(t, two, "4 packets reached the server, and no answer left it")
	before, _ := diagnosed(t, nil, "--server", server("security-group-drop-netns-ipv4"), client("security-group-drop-netns-ipv4"))
	assert.Contains(t, before, "4 packets lost between client and server")

	// The NAT has sent the RST in the server's place, and the addresses differ on its two sides.
	forged, _ := diagnosed(t, nil, "--server", server("nat-forgets-reset-netns-ipv4"), client("nat-forgets-reset-netns-ipv4"))
	assert.Contains(t, forged, "1 packet lost between client and server")
	assert.Equal(t, 9, strings.Count(forged, `<g class="arrow`), "what both sides saw is drawn once")
}
