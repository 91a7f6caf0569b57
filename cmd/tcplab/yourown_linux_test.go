package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fence is a block of a document: its language, what stands behind that, and its lines.
var fence = regexp.MustCompile("(?ms)^```(\\w+)(?: ([^\n]*))?\n(.*?)^```$")

// Every file of the document is written, and every command is run.
func TestYourOwnClientDocument(t *testing.T) {
	if err := missing("netns"); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"python3", "cc", "curl", "go"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	t.Parallel()
	assert.Equal(t, 5, runDocument(t, "your-own-client.md"))
}

// Here the commands for a program that is missing are left out.
func TestYourOwnServerDocument(t *testing.T) {
	if err := missing("netns"); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"python3", "curl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	t.Parallel()
	assert.GreaterOrEqual(t, runDocument(t, "your-own-server.md"), 3)
}

// runDocument writes the files of a document and runs its commands, and returns how many commands it has run. Behind the language of a
// block stand "exit N" where the commands must fail, and "needs PROGRAM..." where they are for programs that a machine may lack.
func runDocument(t *testing.T, name string) (commands int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", name))
	require.NoError(t, err)
	dir := t.TempDir()
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		if block[1] != "sh" {
			file := filepath.Join(dir, block[2])
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, []byte(block[3]), 0o644))
			continue
		}
		if needs, some := strings.CutPrefix(block[2], "needs "); some && !allInstalled(strings.Fields(needs)) {
			continue
		}
		commands++
		cmd := exec.Command("sh", "-ec", block[3])
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if want, fails := strings.CutPrefix(block[2], "exit "); fails {
			assert.EqualError(t, err, "exit status "+want, "%s\n%s", block[3], out)
		} else {
			assert.NoError(t, err, "%s\n%s", block[3], out)
		}
	}
	return commands
}

func allInstalled(programs []string) bool {
	return !slices.ContainsFunc(programs, func(name string) bool {
		_, err := exec.LookPath(name)
		return err != nil
	})
}
