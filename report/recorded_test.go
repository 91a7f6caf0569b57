package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the pages and texts of the recorded runs anew")

// runs is the folder with runs that were recorded: report.json and the captures, as "tcplab run" keeps them.
const runs = "testdata/runs"

func recorded(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(runs, "*"))
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	return dirs
}

func open(t *testing.T, dir string) *RunRecord {
	t.Helper()
	r, err := Open(os.DirFS(dir))
	require.NoError(t, err)
	return r
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	return b.String()
}

// golden compares a text with the file that lies beside the recorded run.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "%s: go test ./report -update writes it anew; then look at it", name)
}

// styleSheet is the same in all pages; it would fill the golden ones.
var styleSheet = regexp.MustCompile(`(?s)<style>.*?</style>`)

// The recorded runs hold one of each kind that the lab can make: refused, rejected or reset in between, lost in each of
// the places, on IPv4 and IPv6, by TCP and by ping, with checks and without.
func TestRecordedRuns(t *testing.T) {
	for _, dir := range recorded(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r := open(t, dir)
			golden(t, filepath.Join(dir, "page.golden"), styleSheet.ReplaceAllString(written(t, r.HTML), "<style></style>"))
			capture, err := r.Capture(os.DirFS(dir))
			require.NoError(t, err)
			golden(t, filepath.Join(dir, "run.txt.golden"), written(t, capture.WriteText))
			var ladders strings.Builder
			for i := range r.Phases {
				if p := &r.Phases[i]; p.traces != nil {
					ladders.WriteString(strings.TrimSpace(string(p.Name)+" "+p.Check) + "\n" + Style{}.Ladder(r.Ladder(p)) + "\n")
				}
			}
			golden(t, filepath.Join(dir, "ladders.golden"), ladders.String())
		})
	}
}

// The rows of a drawing in text have their width, whatever was seen.
func TestRecordedLaddersFitOntoATerminal(t *testing.T) {
	for _, dir := range recorded(t) {
		r := open(t, dir)
		for i := range r.Phases {
			if p := &r.Phases[i]; p.traces != nil {
				for line := range strings.Lines(Style{}.Ladder(r.Ladder(p))) {
					assert.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), 80, "%s: %s", dir, line)
				}
			}
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(os.DirFS(dir))
	assert.ErrorIs(t, err, os.ErrNotExist)
	file := filepath.Join(dir, "report.json")
	require.NoError(t, os.WriteFile(file, []byte("<html>"), 0o644))
	_, err = Open(os.DirFS(dir))
	assert.ErrorContains(t, err, "report.json: it is not the report of a run: invalid character")
	require.NoError(t, os.WriteFile(file, []byte("{}"), 0o644))
	_, err = Open(os.DirFS(dir))
	assert.EqualError(t, err, "report.json: it is not the report of a run: it names no scenario, or no topology")

	// A name in report.json must not lead out of the folder.
	text, err := os.ReadFile(filepath.Join(runs, "closed-port-netns-ipv4", "report.json"))
	require.NoError(t, err)
	escaping := strings.ReplaceAll(string(text), `"stage":"connect"`, `"stage":"connect","attachments":{"../../secret.png":null}`)
	require.NoError(t, os.WriteFile(file, []byte(escaping), 0o644))
	_, err = Open(os.DirFS(dir))
	assert.EqualError(t, err, `report.json: "../../secret.png" is no name of a file in the folder of the run`)
}
