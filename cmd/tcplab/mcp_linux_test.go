package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/scenarios"
)

// An assistant's session from its beginning to its end: a capture is diagnosed, the verdict explained, and the failure made in a lab.
func TestMCP(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	o := cmdtest.NewOrdinary(t)
	capture, err := scenarios.Recorded("closed-port", "exercise.pcapng")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(o.Dir, "client.pcapng"), capture, 0o644))
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test"}, nil).
		Connect(t.Context(), &mcp.CommandTransport{Command: o.Command("mcp", "--engine", "netns")}, nil)
	require.NoError(t, err)
	call := func(tool string, arguments map[string]any) map[string]any {
		result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: arguments})
		require.NoError(t, err)
		require.False(t, result.IsError, "%s: %v", tool, result.Content[0])
		answer, _ := result.StructuredContent.(map[string]any)
		return answer
	}

	found := call("diagnose", map[string]any{"capture": "client.pcapng"})["diagnoses"].([]any)
	require.Len(t, found, 1)
	verdict := found[0].(map[string]any)["verdict"]
	assert.Equal(t, "refused", verdict)
	call("explain", map[string]any{"name": verdict})
	made := call("run", map[string]any{"scenario": "closed-port", "ipv6": true})
	assert.Equal(t, true, made["match"])
	assert.EqualValues(t, 6, made["family"])

	require.NoError(t, session.Close())
	o.NothingLeft(o.Dir)
}

// The settings in the document start what they should.
func TestMCPSettings(t *testing.T) {
	t.Parallel()
	_, after, _ := strings.Cut(cmdtest.Document(t, "docs/assistant.md"), "```json\n")
	block, _, found := strings.Cut(after, "```")
	require.True(t, found)
	var settings struct {
		Servers map[string]struct {
			Command string
			Args    []string
		} `json:"mcpServers"`
	}
	require.NoError(t, json.Unmarshal([]byte(block), &settings))
	server := settings.Servers["tcplab"]
	assert.Equal(t, "tcplab", server.Command)
	cmd, flags, err := newRoot().Find(server.Args)
	require.NoError(t, err)
	assert.Equal(t, "mcp", cmd.Name())
	assert.NoError(t, cmd.ParseFlags(flags))
}

// By hand it is of no use, and says so; a folder that is not there is said at once.
func TestMCPIsForPrograms(t *testing.T) {
	r := cmdtest.StartOnTerminal(t, "mcp")
	assert.Equal(t, exitFailure, r.Exit(cmdtest.Deadline))
	assert.Contains(t, r.Out.String(), "name it in the settings of that program")
	cmd := exec.Command(cmdtest.Program(t), "mcp", "--folder", "/none")
	out, err := cmd.CombinedOutput()
	assert.ErrorContains(t, err, "exit status 2")
	assert.Contains(t, string(out), "the folder for captures: ")
}
