package diagnose

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
)

var update = flag.Bool("update", false, "rewrite the renderings of the golden captures")

// TestGolden holds the diagnosis of real captures against the rendering beside each.
func TestGolden(t *testing.T) {
	for name, data := range goldenCaptures(t) {
		packets, payloads := readCapture(t, data)
		list, _ := diagnosed(packets, payloads, Options{})
		for tag, ending := range map[lang.Tag]string{lang.English: ".txt", lang.Korean: ".ko.txt"} {
			var b strings.Builder
			for _, r := range list {
				r.render(&b, tag)
			}
			compareGolden(t, filepath.Join("testdata", "golden", name+ending), b.String())
		}
	}
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, file)
}

func (r result) render(b *strings.Builder, tag lang.Tag) {
	fmt.Fprintf(b, "%s: %s -> %s, %d packets\n  %s\n", r.verdict, r.seen.Client, r.seen.Server, r.packets, r.Summary.In(tag))
	for _, e := range r.Evidence {
		fmt.Fprintf(b, "  frame %d: %s\n", e.Frame, e.What.In(tag))
	}
	for _, section := range []struct {
		name  string
		lines []string
	}{{"note", lang.InEach(tag, r.Notes)}, {"rival", r.RivalTexts(tag)}, {"next", r.Commands(tag)}} {
		for _, line := range section.lines {
			fmt.Fprintf(b, "  %s: %s\n", section.name, line)
		}
	}
}
