package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/scenarios"
)

//go:generate go test -count=1 -run ^(TestDocumentsAreGenerated|TestScript)$ -update

const root = "../.." // of the repository

// document is the text of one of the repository's documents.
func document(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	require.NoError(t, err)
	return string(text)
}

// documents are the pages that people read.
func documents(t *testing.T) []string {
	t.Helper()
	pages := append(pagesOf(t, "*.md"), pagesOf(t, "docs/*.md")...)
	require.Contains(t, pages, "README.md")
	return pages
}

// pagesOf are the pages that the pattern finds below the repository's root.
func pagesOf(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, found, pattern)
	var pages []string
	for _, name := range found {
		page, err := filepath.Rel(root, name)
		require.NoError(t, err)
		pages = append(pages, filepath.ToSlash(page))
	}
	return pages
}

var generated = regexp.MustCompile(`(?s)(<!-- BEGIN generated: ([^(]+) \(make generate\) -->\n)(.*?)(<!-- END generated -->\n)`)

// What the documents say of the code is written from the code.
func TestDocumentsAreGenerated(t *testing.T) {
	for _, page := range []string{"docs/article.md", "docs/json.md", "docs/library.md", "docs/scenarios.md"} {
		testGenerated(t, filepath.Join(root, page))
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
	case "json":
		return jsonTable(t, what[1])
	case "file":
		text, err := os.ReadFile(filepath.Join(root, what[1]))
		require.NoError(t, err)
		return "```go\n" + string(text) + "```\n"
	case "functions":
		return "```go\n" + functions(t, what[1], what[2:]) + "```\n"
	}
	require.FailNow(t, "nobody knows how to generate this", "%q", what)
	return ""
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
		table += fmt.Sprintf("| `%s` | `%s` | %s |\n", p.Scenario, p.Fault, p.Reason)
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
	text, err := os.ReadFile(filepath.Join(root, file))
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
	text := document(t, "docs/reading-a-run.md")
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

// installed installs the program into a folder of its own, as README.md says.
func installed(t *testing.T) (bin string) {
	t.Helper()
	bin = t.TempDir()
	install := exec.Command("go", "install", "./cmd/tcplab")
	install.Dir, install.Env = root, append(os.Environ(), "GOBIN="+bin, "CGO_ENABLED=0")
	out, err := install.CombinedOutput()
	require.NoError(t, err, string(out))
	return bin
}

// Every command that a page of docs shows within a line is carried out; what needs a lab that stands is typed in by-hand.md,
// which has a test of its own.
func TestCommandsInDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("every command in real time is not for -short")
	}
	needEngine(t, "netns")
	t.Parallel()
	bin := installed(t)
	byHand := document(t, "docs/by-hand.md")
	for _, page := range []string{"docs/article.md", "docs/clients.md", "docs/scenarios.md", "docs/timeouts.md"} {
		for _, typed := range inlineCommands(document(t, page)) {
			if strings.Contains(typed, "NAME") || commandName.MatchString(typed) {
				continue // how it is called, and no call: TestNamesOfCommands
			}
			t.Run(page+": "+typed, func(t *testing.T) {
				t.Parallel()
				if strings.HasPrefix(typed, "tcplab run ") || typed == "tcplab list" {
					try(t, bin, t.TempDir(), os.Environ(), command{text: typed})
					return
				}
				assert.Contains(t, byHand, "\n$ "+typed+"\n")
			})
		}
	}
}

// inlineCommands are the commands that a page shows within its lines.
func inlineCommands(text string) []string {
	var list []string
	for _, found := range inlineCommand.FindAllStringSubmatch(prose(text), -1) {
		list = append(list, strings.Join(strings.Fields(found[1]), " "))
	}
	return list
}

// commandName is a command without arguments.
var commandName = regexp.MustCompile(`^tcplab (show|clients|up|host [a-z]+)$`)

var inlineCommand = regexp.MustCompile("`(tcplab [a-z][^`]*)`")

// testedElsewhere are patterns of the pages whose listings have a test of their own, or none, and why.
var testedElsewhere = map[string]string{
	"docs/by-hand.md":     "TestByHand_netns and TestByHand_docker type it in one shell",
	"docs/teaching.md":    "TestTeaching types it in one shell",
	"docs/your-own-*.md":  "TestYourOwnClientDocument writes its files, too",
	"docs/performance.md": "its commands measure for minutes; the page is written by docs/performance.sh, which runs them",
}

func elsewhere(t *testing.T, page string) bool {
	t.Helper()
	for pattern := range testedElsewhere {
		matches, err := path.Match(pattern, page)
		require.NoError(t, err)
		if matches {
			return true
		}
	}
	return false
}

// Every command of the documents does what it says. Each listing is carried out in a folder of its own.
func TestListingsInDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("every command in real time, on every engine, is not for -short")
	}
	needEngine(t, "netns")
	t.Parallel()
	bin := installed(t)
	for _, page := range documents(t) {
		if elsewhere(t, page) {
			continue
		}
		list := blocks(t, document(t, page))
		if page == "README.md" {
			require.NotEmpty(t, list)
		}
		for _, b := range list {
			t.Run(fmt.Sprintf("%s, line %d", page, b.line), func(t *testing.T) {
				t.Parallel()
				carryOut(t, bin, page, b)
			})
		}
	}
}

// carryOut types a listing. Beside it lie the two captures that README.md calls the reader's own.
func carryOut(t *testing.T, bin, page string, b block) {
	dir, env := t.TempDir(), append(os.Environ(), "XDG_RUNTIME_DIR="+publicDir(t)) // where labs stand
	if page == "README.md" {
		for _, name := range []string{"client.pcapng", "server.pcapng"} {
			capture, err := os.ReadFile(filepath.Join(root, "report", "testdata", "runs", "firewall-drop-netns-ipv4", name))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), capture, 0o644))
		}
	}
	t.Cleanup(func() {
		down := exec.Command(filepath.Join(bin, "tcplab"), "down", "--all")
		down.Env = env
		out, err := down.CombinedOutput()
		assert.NoError(t, err, string(out))
	})
	for _, c := range b.commands {
		try(t, bin, dir, env, c)
	}
}

func try(t *testing.T, bin, dir string, env []string, c command) {
	t.Helper()
	switch words := strings.Fields(c.text); {
	case c.text == "go test ./...":
		// It cannot be run by one of the tests that it runs. CI runs it.
		ci, err := os.ReadFile(filepath.Join(root, ".ci/run"))
		require.NoError(t, err)
		assert.Regexp(t, `(?m)^[^#\n]*\bgo test .*\./\.\.\.$`, string(ci))
		return
	case c.text == "CGO_ENABLED=0 go install ./cmd/tcplab":
		return // done, for all the others
	case strings.HasPrefix(c.text, "go install "):
		// It takes the network. Its argument is this command, by the path that go.mod gives it.
		require.Equal(t, "go install "+modulePath(t)+"/cmd/tcplab@latest", c.text)
		return
	case words[0] == "make":
		require.Regexp(t, `(?m)^`+words[1]+`:`, document(t, "Makefile")) // they run these tests
		return
	case words[0] == "tshark":
		if _, err := exec.LookPath("tshark"); err != nil {
			t.Skip("tshark is not installed")
		}
	case strings.Contains(c.text, " curl "):
		if _, err := exec.LookPath("curl"); err != nil {
			t.Skip("curl is not installed")
		}
	case strings.Contains(c.text, "--engine docker"):
		needEngine(t, "docker")
	case strings.HasPrefix(c.text, "go run ./cmd/tcplab "), words[0] == "tcplab":
	default:
		require.FailNow(t, "a document has a command that no test runs", c.text)
	}
	needClient(t, c.text)
	// "go run" builds the program and runs it; it has been built, and runs where nothing is overwritten.
	line := strings.Replace(c.text, "go run ./cmd/tcplab ", "tcplab ", 1)
	shell := exec.Command("sh", "-c", line)
	shell.Dir, shell.Env = dir, append(env, "PATH="+bin+":"+os.Getenv("PATH"), langVariable+"=") // what is shown is in English
	var stdout, stderr bytes.Buffer
	shell.Stdout, shell.Stderr = &stdout, &stderr
	err := shell.Run()
	if strings.Contains(stderr.String(), "time cannot be compressed here") {
		t.Skip(stderr.String())
	}
	require.NoError(t, err, "%s\n%s%s", c.text, &stdout, &stderr)
	if c.want != nil {
		assert.Regexp(t, pattern(c.want), stdout.String(), c.text)
	}
}

// modulePath is this module's.
func modulePath(t *testing.T) string {
	t.Helper()
	path, found := strings.CutPrefix(strings.Split(document(t, "go.mod"), "\n")[0], "module ")
	require.True(t, found)
	return path
}

var clientFlag = regexp.MustCompile(`--client (\S+)`)

// needClient skips the test where the command puts a program into a failure that is not installed here.
func needClient(t *testing.T, command string) {
	t.Helper()
	named := clientFlag.FindStringSubmatch(command)
	if named == nil {
		return
	}
	client, err := clients.Named(named[1])
	require.NoError(t, err)
	if n, ok := client.(lab.Needer); ok {
		if err := lab.RequirePrograms(n.Programs()); err != nil {
			t.Skip(err)
		}
	}
}
