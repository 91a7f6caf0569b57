package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/lesson"
)

func teaching(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(enginetest.Root(), "docs", "teaching.md"))
	require.NoError(t, err)
	return string(text)
}

// TestTeaching types every command of docs/teaching.md, as one teacher does in one shell.
func TestTeaching(t *testing.T) {
	if testing.Short() {
		t.Skip("retransmissions in real time are not for -short")
	}
	cmdtest.NeedEngine(t, "netns")
	for _, name := range []string{"bash", "curl", "ping"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Env = append(d.Env, classVariable+"=")
	s := cmdtest.NewShellSession(d)
	list := cmdtest.Blocks(t, teaching(t))
	require.Len(t, list, strings.Count(teaching(t), "\n```console\n"))
	for _, b := range list {
		for _, c := range b.Commands {
			s.Try(c)
		}
	}
	assert.Equal(t, "no lab stands\n", d.Must("status"))
}

// What is named within a line is a command of tcplab, with flags that it has.
func TestTeachingNamesCommands(t *testing.T) {
	named := cmdtest.InlineCommand.FindAllStringSubmatch(teaching(t), -1) // the page in Korean has the same: TestTranslatedDocuments
	require.NotEmpty(t, named)
	for _, found := range named {
		words := strings.Fields(found[1])[1:]
		cmd, rest, err := newRoot().Find(words)
		require.NoError(t, err, found[1])
		assert.False(t, cmd.HasSubCommands(), "%s is no command: %s", found[1], cmd.CommandPath())
		for _, flag := range rest {
			if name, ok := strings.CutPrefix(flag, "--"); ok && name != "help" {
				assert.NotNil(t, cmd.Flags().Lookup(name), "%s has no flag %s", found[1], flag)
			}
		}
	}
}

// The tables tell of every level how many cases it has, and of every field of the results.
func TestTeachingTables(t *testing.T) {
	cases := map[int]int{}
	for _, c := range lesson.Cases() {
		cases[c.Level]++
	}
	var csv bytes.Buffer
	require.NoError(t, lesson.WriteCSV(&csv, nil))
	for _, text := range []string{teaching(t), cmdtest.Document(t, "docs/teaching.ko.md")} {
		for _, c := range lesson.Cases() {
			assert.NotContains(t, text, c.Name)
		}
		for level, n := range cases {
			assert.Contains(t, text, fmt.Sprintf("\n| %d | %d | ", level, n))
		}
		for _, field := range strings.Split(strings.TrimSpace(csv.String()), ",") {
			assert.Contains(t, text, "`"+field+"`")
		}
	}
}
