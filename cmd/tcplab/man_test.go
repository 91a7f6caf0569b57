package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/cobra/doc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var manPages = flag.String("man", "", "the folder to write the manual pages to; TestManPages does it")

// TestManPages makes the manual pages from the help of the commands: there is one for each. It is a test, so that the program does not
// carry what makes these.
//
//	go test ./cmd/tcplab -run ^TestManPages$ -man DIR
func TestManPages(t *testing.T) {
	dir := *manPages
	if dir == "" {
		dir = t.TempDir()
	}
	root := newRoot()
	root.DisableAutoGenTag = true
	day := time.Unix(0, 0) // the same pages of the same source
	require.NoError(t, doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "tcplab", Manual: "tcplab", Date: &day}, dir))
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	require.NoError(t, err)
	assert.Greater(t, len(pages), 30)
	page, err := os.ReadFile(filepath.Join(dir, "tcplab-diagnose.1"))
	require.NoError(t, err)
	assert.Contains(t, string(page), `.TH "TCPLAB-DIAGNOSE" "1"`)
	assert.Contains(t, string(page), "Exit code: 0 when the captures were read")
	assert.Contains(t, string(page), `\fB--since\fP`)
}
