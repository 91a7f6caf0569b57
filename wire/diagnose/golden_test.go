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
		var b strings.Builder
		for _, r := range list {
			r.render(&b)
		}
		rendering := filepath.Join("testdata", "golden", name+".txt")
		if *update {
			require.NoError(t, os.WriteFile(rendering, []byte(b.String()), 0o644))
			continue
		}
		want, err := os.ReadFile(rendering)
		require.NoError(t, err)
		assert.Equal(t, string(want), b.String(), name)
	}
}

func (r result) render(b *strings.Builder) {
	fmt.Fprintf(b, "%s: %s -> %s, %d packets\n  %s\n", r.verdict, r.seen.Client, r.seen.Server, r.packets, r.Summary)
	for _, e := range r.Evidence {
		fmt.Fprintf(b, "  frame %d: %s\n", e.Frame, e.What)
	}
	for _, section := range []struct {
		name  string
		lines []string
	}{{"note", r.Notes}, {"rival", r.RivalTexts(lang.English)}, {"next", r.Commands(lang.English)}} {
		for _, line := range section.lines {
			fmt.Fprintf(b, "  %s: %s\n", section.name, line)
		}
	}
}
