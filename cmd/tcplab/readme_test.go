package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/diagnose"
)

//go:generate go test -count=1 -run ^(TestDocumentsAreGenerated|TestScript)$ -update

var generated = regexp.MustCompile(`(?s)(<!-- BEGIN generated: ([^(]+) \(make generate\) -->\n)(.*?)(<!-- END generated -->\n)`)

// What the documents say of the code is written from the code.
func TestDocumentsAreGenerated(t *testing.T) {
	for _, page := range []string{"docs/article.md", "docs/json.md", "docs/library.md", "docs/scenarios.md", "docs/wireshark.md"} {
		testGenerated(t, filepath.Join(enginetest.Root(), page))
	}
}

func testGenerated(t *testing.T, name string) {
	t.Helper()
	contents, err := os.ReadFile(name)
	require.NoError(t, err)
	text := string(contents)
	sections := generated.FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, sections, name)
	require.Len(t, sections, strings.Count(text, "BEGIN generated"), "%s: a section's markers are not complete", name)
	fresh := text
	for _, s := range sections {
		fresh = strings.Replace(fresh, s[0], s[1]+generate(t, strings.Fields(s[2]))+s[4], 1)
	}
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(fresh), 0o644))
		return
	}
	require.Equal(t, fresh, text, "%s is stale: run make generate", name)
}

func generate(t *testing.T, what []string) string {
	t.Helper()
	switch what[0] {
	case "scenarios":
		return scenarioTable()
	case "lessons":
		return lessonTable()
	case "pairs":
		return pairTable()
	case "symptoms":
		return symptomTable()
	case "json":
		return jsonTable(t, what[1])
	case "file":
		text, err := os.ReadFile(filepath.Join(enginetest.Root(), what[1]))
		require.NoError(t, err)
		return "```go\n" + string(text) + "```\n"
	case "functions":
		return "```go\n" + functions(t, what[1], what[2:]) + "```\n"
	}
	require.FailNow(t, "nobody knows how to generate this", "%q", what)
	return ""
}

// symptomTable has what the profile for Wireshark colours and filters.
func symptomTable() string {
	table := "| packets | verdicts | display filter |\n|---|---|---|\n"
	for _, s := range diagnose.Symptoms() {
		var verdicts []string
		for _, v := range s.Verdicts {
			verdicts = append(verdicts, "`"+string(v)+"`")
		}
		table += fmt.Sprintf("| %s | %s | `%s` |\n", s.Name, strings.Join(verdicts, " "), strings.ReplaceAll(s.Filter, "|", "\\|"))
	}
	return table
}

func scenarioTable() string {
	table := "| scenario | the failure | the client must end with | verdict |\n|---|---|---|---|\n"
	for _, s := range scenarios.All() {
		title := s.Title.English
		if s.Long {
			title += " (not part of `--all`)"
		}
		table += fmt.Sprintf("| `%s` | %s | %s | %s |\n", s.Name, title, s.Want.Client, s.Verdict)
	}
	return table
}

func lessonTable() string {
	table := "| # | the experience | scenarios | by command |\n|---|---|---|---|\n"
	for i, l := range scenarios.Experiences() {
		table += fmt.Sprintf("| %d | %s | %s | %s |\n", i+1, l.Says.English, quoted(scenarios.Showing(i+1)), quoted(l.Commands))
	}
	return table
}

func pairTable() string {
	table := "| scenario | with the fault of | why they look alike |\n|---|---|---|\n"
	for _, p := range scenarios.Pairs() {
		table += fmt.Sprintf("| `%s` | `%s` | %s |\n", p.Scenario, p.Fault, p.Reason.English)
	}
	return table
}

func quoted(names []string) string {
	var list []string
	for _, n := range names {
		list = append(list, "`"+n+"`")
	}
	return strings.Join(list, ", ")
}

// functions returns the source of some functions of a file, with their comments.
func functions(t *testing.T, file string, names []string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(enginetest.Root(), file))
	require.NoError(t, err)
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, text, parser.ParseComments)
	require.NoError(t, err)
	var sources []string
	for _, name := range names {
		object := parsed.Scope.Lookup(name)
		require.NotNil(t, object, "%s has no function %s", file, name)
		f := object.Decl.(*ast.FuncDecl)
		sources = append(sources, string(text[files.Position(f.Doc.Pos()).Offset:files.Position(f.End()).Offset])+"\n")
	}
	return strings.Join(sources, "\n")
}

func TestDocumentsShowTheTopology(t *testing.T) {
	text := cmdtest.Document(t, "docs/reading-a-run.md")
	words := strings.Fields(text)
	for _, s := range lab.Routed().Segments {
		for _, e := range s.Ends {
			for _, a := range e.Addrs {
				assert.Contains(t, words, a.Addr().String(), "%s of %s", e.Interface, e.Host)
			}
		}
	}
	for _, p := range lab.Routed().VantagePoints() {
		assert.Contains(t, text, "`"+p.Name+"`")
	}
}
