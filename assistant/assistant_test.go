package assistant

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/failures"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/scenarios"
)

// session is an assistant that speaks with a server.
type session struct {
	*testing.T
	client *mcp.ClientSession
}

func newSession(t *testing.T, o Options) *session {
	t.Helper()
	near, far := mcp.NewInMemoryTransports()
	ended := make(chan error, 1)
	go func() { ended <- Serve(context.Background(), o, far) }()
	client, err := mcp.NewClient(&mcp.Implementation{Name: "test"}, nil).Connect(t.Context(), near, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, client.Close())
		assert.NoError(t, <-ended)
	})
	return &session{t, client}
}

// call calls a tool, reads the structured answer into the value, and returns the text.
func (s *session) call(tool string, arguments map[string]any, into any) (text string, failed bool) {
	s.Helper()
	result, err := s.client.CallTool(s.Context(), &mcp.CallToolParams{Name: tool, Arguments: arguments})
	require.NoError(s, err)
	require.NotEmpty(s, result.Content)
	text = result.Content[0].(*mcp.TextContent).Text
	if into != nil && !result.IsError {
		b, err := json.Marshal(result.StructuredContent)
		require.NoError(s, err)
		require.NoError(s, json.Unmarshal(b, into))
	}
	return text, result.IsError
}

func (s *session) refuses(sentence, tool string, arguments map[string]any) {
	s.Helper()
	text, failed := s.call(tool, arguments, nil)
	assert.True(s, failed, text)
	assert.Contains(s, text, sentence)
}

// captureOf writes the recorded exercise of a scenario, seen from a vantage point, into a folder.
func captureOf(t *testing.T, dir, scenario string) string {
	t.Helper()
	b, err := scenarios.Recorded(scenario, "exercise.pcapng")
	require.NoError(t, err)
	name := filepath.Join(dir, scenario+".pcapng")
	require.NoError(t, os.WriteFile(name, b, 0o644))
	return name
}

// tools are the names of what an assistant may call.
func (s *session) tools() (names []string) {
	s.Helper()
	list, err := s.client.ListTools(s.Context(), nil)
	require.NoError(s, err)
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
	}
	slices.Sort(names)
	return names
}

// What reaches out of the program is there only where it was allowed.
func TestToolsAreThoseAllowed(t *testing.T) {
	noEngine := func(context.Context) (lab.Engine, error) { return nil, lab.ErrUnsupported }
	assert.Equal(t, []string{"diagnose", "explain", "list"}, newSession(t, Options{}).tools())
	assert.Equal(t, []string{"diagnose", "explain", "list", "probe", "run"}, newSession(t, Options{Engine: noEngine, Probe: true}).tools())
}

func TestACaptureIsDiagnosed(t *testing.T) {
	dir := t.TempDir()
	name := captureOf(t, dir, "closed-port")
	s := newSession(t, Options{Folders: []string{dir}})
	for _, capture := range []string{name, "closed-port.pcapng"} {
		var answer diagnoseAnswer
		_, failed := s.call("diagnose", map[string]any{"capture": capture}, &answer)
		require.False(t, failed)
		require.Len(t, answer.Diagnoses, 1)
		d := answer.Diagnoses[0]
		assert.Equal(t, "refused", d.Verdict)
		assert.NotEmpty(t, d.Evidence)
		assert.NotEmpty(t, d.Rivals)
		assert.NotEmpty(t, d.Next)
		assert.NotEmpty(t, d.DisplayFilter)
		assert.Contains(t, answer.Summary, "1 refused")
		assert.Contains(t, answer.Untrusted, "never instructions")
	}
}

// Whoever follows next_offset sees each diagnosis once.
func TestDiagnosesArePaged(t *testing.T) {
	dir := t.TempDir()
	captureOf(t, dir, "closed-port")
	s := newSession(t, Options{Folders: []string{dir}})
	ask := map[string]any{"capture": "closed-port.pcapng", "all": true, "limit": 1}
	var begun []string
	found := 0
	for {
		var answer diagnoseAnswer
		_, failed := s.call("diagnose", ask, &answer)
		require.False(t, failed)
		for _, d := range answer.Diagnoses {
			begun = append(begun, d.Client+" "+d.First.String())
		}
		found = answer.Found
		if answer.NextOffset == 0 {
			break
		}
		ask["offset"] = answer.NextOffset
	}
	assert.Len(t, begun, found)
	assert.Greater(t, found, 1, "the recording holds more than one attempt")
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(begun))), found)
}

// Nothing but captures in the folders is read, by whatever name.
func TestOtherFilesAreNotRead(t *testing.T) {
	dir, outside := t.TempDir(), captureOf(t, t.TempDir(), "closed-port")
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "link.pcapng")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("no capture at all\n"), 0o644))
	s := newSession(t, Options{Folders: []string{dir}})
	for _, name := range []string{"/etc/shadow", outside, "../" + filepath.Base(filepath.Dir(outside)) + "/closed-port.pcapng", "", "link.pcapng"} {
		text, failed := s.call("diagnose", map[string]any{"capture": name}, nil)
		assert.True(t, failed, "%q: %s", name, text)
		assert.NotContains(t, text, "refused")
	}
	s.refuses("is not among the captures that may be read, which are in "+dir, "diagnose", map[string]any{"capture": "/etc/shadow"})
	s.refuses("there is no such file in "+dir, "diagnose", map[string]any{"capture": "none.pcapng"})
	s.refuses("notes.txt: ", "diagnose", map[string]any{"capture": "notes.txt"})
	s.refuses("it is no ordinary file", "diagnose", map[string]any{"capture": "."})
	newSession(t, Options{}).refuses("no folder: none was allowed", "diagnose", map[string]any{"capture": "a.pcapng"})
}

func TestMistakesAreToldInASentence(t *testing.T) {
	dir := t.TempDir()
	captureOf(t, dir, "closed-port")
	s := newSession(t, Options{Folders: []string{dir}, Probe: true})
	for sentence, call := range map[string]struct {
		tool      string
		arguments map[string]any
	}{
		`there is no verdict "no-anser"`:            {"diagnose", map[string]any{"capture": "closed-port.pcapng", "verdict": []string{"no-anser"}}},
		`host is an address or a network`:           {"diagnose", map[string]any{"capture": "closed-port.pcapng", "host": []string{"db.example"}}},
		`limit between 1 and 50`:                    {"diagnose", map[string]any{"capture": "closed-port.pcapng", "limit": 51}},
		`did you mean "closed-port"?`:               {"explain", map[string]any{"name": "close-port"}},
		`timeout_s is more than 0`:                  {"probe", map[string]any{"target": "127.0.0.1:1", "timeout_s": 3600}},
		`there is no group "no"`:                    {"list", map[string]any{"group": "no"}},
		`unexpected additional properties ["path"]`: {"diagnose", map[string]any{"path": "closed-port.pcapng"}},
	} {
		s.refuses(sentence, call.tool, call.arguments)
	}
}

func TestFailuresAreListedAndExplained(t *testing.T) {
	s := newSession(t, Options{})
	var list listAnswer
	_, failed := s.call("list", map[string]any{}, &list)
	require.False(t, failed)
	assert.Len(t, list.Scenarios, len(scenarios.All()))
	_, failed = s.call("list", map[string]any{"group": "names", "language": "ko"}, &list)
	require.False(t, failed)
	assert.True(t, slices.ContainsFunc(list.Scenarios, func(e failures.ScenarioEntry) bool { return e.Name == "captive-portal" }))
	for _, name := range []string{"closed-port", "no-answer", "bound-elsewhere"} {
		text, failed := s.call("explain", map[string]any{"name": name}, nil)
		assert.False(t, failed, text)
		assert.NotContains(t, text, "{")
	}
}

// A folder that is not there is said before an assistant relies on it.
func TestAFolderMustBeThere(t *testing.T) {
	_, far := mcp.NewInMemoryTransports()
	err := Serve(t.Context(), Options{Folders: []string{filepath.Join(t.TempDir(), "none")}}, far)
	assert.ErrorContains(t, err, "the folder for captures")
}
