package cmdtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// Engines are asked again and again whether they are available; each starts what it needs for that once.
var Engines = tcplab.Engines()

// Missing is why an engine cannot be used here.
func Missing(engine string) error {
	i := slices.IndexFunc(Engines, func(e lab.Engine) bool { return e.Name() == engine })
	if i < 0 {
		return fmt.Errorf("there is no engine %q", engine)
	}
	return Engines[i].Available(context.Background())
}

// NeedEngine skips a test where the engine cannot be used.
func NeedEngine(t *testing.T, name string) {
	t.Helper()
	if err := Missing(name); err != nil {
		t.Skip(err)
	}
}

// Program returns the path of a tcplab to run.
func Program(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("tcplab")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// PublicDir returns a new folder in which every user may look. Those of t.TempDir are their owner's alone.
func PublicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tcplab-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// CopyFile copies a program. Nothing is started meanwhile: a program that is just being started has a copy of every
// descriptor until its execve(2), and one that is open for writing cannot be executed ("text file busy", go.dev/issue/22315).
func CopyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(filepath.Clean(to), content, 0o755); err != nil {
		t.Fatal(err)
	}
}

// Document is the text of one of the repository's documents.
func Document(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(enginetest.Root(), page))
	require.NoError(t, err)
	return string(text)
}

// Documents are the pages that people read.
func Documents(t *testing.T) []string {
	t.Helper()
	pages := append(PagesOf(t, "*.md"), PagesOf(t, "docs/*.md")...)
	require.Contains(t, pages, "README.md")
	return pages
}

// PagesOf are the pages that the pattern finds below the repository's root.
func PagesOf(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(enginetest.Root(), pattern))
	require.NoError(t, err)
	require.NotEmpty(t, found, pattern)
	var pages []string
	for _, name := range found {
		page, err := filepath.Rel(enginetest.Root(), name)
		require.NoError(t, err)
		pages = append(pages, filepath.ToSlash(page))
	}
	return pages
}

// InlineCommands are the commands that a page shows within its lines.
func InlineCommands(text string) []string {
	var list []string
	for _, found := range InlineCommand.FindAllStringSubmatch(Prose(text), -1) {
		list = append(list, strings.Join(strings.Fields(found[1]), " "))
	}
	return list
}

var InlineCommand = regexp.MustCompile("`(tcplab [a-z][^`]*)`")

// Prose is the text of a page without its listings.
func Prose(text string) string {
	var kept []string
	listing := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			listing = !listing
			continue
		}
		if !listing {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// The exit codes of tcplab, as its help tells them.
const (
	Mismatched = 1   // something is not as it should be
	Impossible = 2   // the command could not be carried out
	EndedBy    = 128 // ended by the signal whose number is added
)

// ModulePath is this module's.
func ModulePath(t *testing.T) string {
	t.Helper()
	path, found := strings.CutPrefix(strings.Split(Document(t, "go.mod"), "\n")[0], "module ")
	require.True(t, found)
	return path
}
