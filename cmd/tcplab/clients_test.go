package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/clients"
)

// listed is what "clients" prints where the only programs are those in a folder.
func listed(t *testing.T, programs string, flags ...string) string {
	t.Helper()
	t.Setenv("PATH", programs)
	var out bytes.Buffer
	cmd := newClients()
	cmd.SetArgs(append([]string{}, flags...)) // nil would stand for the arguments of the test
	cmd.SetOut(&out)
	require.NoError(t, cmd.ExecuteContext(t.Context()))
	return out.String()
}

func TestClients(t *testing.T) {
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "curl"), nil, 0o755))
	out := listed(t, bin)
	assert.Equal(t, len(clients.All()), strings.Count(out, "\n"))
	for line := range strings.Lines(out) {
		name := strings.Fields(line)[0]
		_, err := clients.Named(name)
		assert.NoError(t, err, "\"run --client\" does not know it")
		switch name {
		case "go", "curl", "ping", "traceroute-tcp":
			assert.NotContains(t, line, "not installed")
		case "system-ping":
			assert.Contains(t, line, "(not installed here: ping)\n")
		}
	}
	var first struct {
		Name, About string
		Missing     []string
	}
	line, _, _ := strings.Cut(listed(t, t.TempDir(), "--json"), "\n")
	require.NoError(t, json.Unmarshal([]byte(line), &first))
	assert.Equal(t, clients.All()[0].Name(), first.Name)
	assert.Equal(t, clients.About(clients.All()[0]), first.About)
	assert.NotNil(t, first.Missing)
}
