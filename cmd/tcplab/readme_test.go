package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
)

//go:generate go test -count=1 -run ^(TestREADMEIsGenerated|TestScript)$ -update

const root = "../.." // of the repository

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	return string(text)
}

var generated = regexp.MustCompile(`(?s)(<!-- BEGIN generated: ([^(]+) \(make generate\) -->\n)(.*?)(<!-- END generated -->\n)`)

// What the documents say of the code is written from the code.
func TestREADMEIsGenerated(t *testing.T) {
	for _, name := range []string{"README.md", "docs/article.md"} {
		testGenerated(t, filepath.Join(root, name))
	}
}

func testGenerated(t *testing.T, name string) {
	t.Helper()
	contents, err := os.ReadFile(name)
	require.NoError(t, err)
	text := string(contents)
	sections := generated.FindAllStringSubmatch(text, -1)
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
	table := "| scenario | what it is | the client must end with | verdict |\n|---|---|---|---|\n"
	for _, s := range scenarios.All() {
		title := s.Title
		if s.Long {
			title += " (not part of `--all`)"
		}
		table += fmt.Sprintf("| `%s` | %s | %s | %s |\n", s.Name, title, s.Want.Client, s.Verdict)
	}
	return table
}

func lessonTable() string {
	table := "| # | the experience | scenarios | by command |\n|---|---|---|---|\n"
	for i, l := range scenarios.Lessons() {
		table += fmt.Sprintf("| %d | %s | %s | %s |\n", i+1, l.Says.English, quoted(l.Scenarios), quoted(l.Commands))
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

func TestREADMEShowsTheTopology(t *testing.T) {
	text := readme(t)
	words := strings.Fields(text)
	for _, s := range harness.Routed().Segments {
		for _, e := range s.Ends {
			for _, a := range e.Addrs {
				assert.Contains(t, words, a.Addr().String(), "%s of %s", e.Interface, e.Host)
			}
		}
	}
	for _, p := range harness.Routed().VantagePoints() {
		assert.Contains(t, text, "`"+p.Name+"`")
	}
}

// block is a listing of commands; what follows a command is what it prints.
type block struct {
	line     int
	commands []command
}

type command struct {
	text string
	want []string
}

func blocks(text string) []block {
	var list []block
	open := ""
	for i, line := range strings.Split(text, "\n") {
		switch fence, isFence := strings.CutPrefix(line, "```"); {
		case isFence && open == "":
			open = fence
			if fence == "console" || fence == "sh" {
				list = append(list, block{line: i + 1})
			}
		case isFence:
			open = ""
		case open == "console" || open == "sh":
			b := &list[len(list)-1]
			if typed, ok := strings.CutPrefix(line, "$ "); ok {
				b.commands = append(b.commands, command{text: typed})
				continue
			}
			c := &b.commands[len(b.commands)-1]
			c.want = append(c.want, line)
		}
	}
	return list
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
	byHand, err := os.ReadFile(filepath.Join(root, "docs", "by-hand.md"))
	require.NoError(t, err)
	for _, page := range []string{"article.md", "clients.md", "timeouts.md"} {
		text, err := os.ReadFile(filepath.Join(root, "docs", page))
		require.NoError(t, err)
		commands := inlineCommand.FindAllStringSubmatch(string(text), -1)
		for _, found := range commands {
			if strings.Contains(found[1], "NAME") {
				continue // how it is called, and no call
			}
			t.Run(page+": "+found[1], func(t *testing.T) {
				t.Parallel()
				if !strings.HasPrefix(found[1], "tcplab run ") && found[1] != "tcplab list" {
					assert.Contains(t, string(byHand), "\n$ "+found[1]+"\n")
					return
				}
				try(t, bin, t.TempDir(), os.Environ(), command{text: found[1]})
			})
		}
	}
}

var inlineCommand = regexp.MustCompile("`(tcplab [a-z][^`]*)`")

// Every command of README.md does what it says. Each listing is carried out in a folder of its own.
func TestREADMECommands(t *testing.T) {
	if testing.Short() {
		t.Skip("every command in real time, on every engine, is not for -short")
	}
	needEngine(t, "netns")
	t.Parallel()
	bin := installed(t)
	list := blocks(readme(t))
	require.NotEmpty(t, list)
	for _, b := range list {
		t.Run(fmt.Sprintf("line %d", b.line), func(t *testing.T) {
			t.Parallel()
			dir, env := t.TempDir(), append(os.Environ(), "XDG_RUNTIME_DIR="+publicDir(t)) // where labs stand
			t.Cleanup(func() {
				down := exec.Command(filepath.Join(bin, "tcplab"), "down", "--all")
				down.Env = env
				out, err := down.CombinedOutput()
				assert.NoError(t, err, string(out))
			})
			for _, c := range b.commands {
				try(t, bin, dir, env, c)
			}
		})
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
		require.FailNow(t, "README.md has a command that no test runs", c.text)
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

// number is a time: one with a fraction, or in microseconds, and the space before one that is aligned on its right.
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
	if n, ok := client.(harness.Needer); ok {
		if err := harness.RequirePrograms(n.Programs()); err != nil {
			t.Skip(err)
		}
	}
}

var number = regexp.MustCompile(`( {2,}(\\\+)?)?(\d+\\\.\d+( +(m?s\b)?)?|\d+ µs)`)

// pattern matches what the lines show: any time in place of a time, any lines in place of "...", and any words where
// a line ends so.
func pattern(lines []string) string {
	p := "^"
	for _, line := range lines {
		if line == "..." {
			p += `(.*\n)*?`
			continue
		}
		if begin, ok := strings.CutSuffix(line, " ..."); ok {
			p += regexp.QuoteMeta(begin) + ` .*\n`
			continue
		}
		p += number.ReplaceAllString(regexp.QuoteMeta(line), ` *\+?[\d.]+ *([mµ]?s)?`) + `\n`
	}
	return p + "$"
}
