package documenttest

import (
	"bytes"
	"fmt"
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
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// installed installs the program into a folder of its own, as README.md says.
func installed(t *testing.T) (bin string) {
	t.Helper()
	bin = t.TempDir()
	install := exec.Command("go", "install", "./cmd/tcplab")
	install.Dir, install.Env = enginetest.Root(), append(os.Environ(), "GOBIN="+bin, "CGO_ENABLED=0")
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
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	bin := installed(t)
	byHand := cmdtest.Document(t, "docs/by-hand.md")
	for _, page := range []string{"docs/article.md", "docs/clients.md", "docs/scenarios.md", "docs/timeouts.md"} {
		for _, typed := range cmdtest.InlineCommands(cmdtest.Document(t, page)) {
			if strings.Contains(typed, "NAME") || commandName.MatchString(typed) {
				continue // how it is called, and no call: TestNamesOfCommands
			}
			t.Run(page+": "+typed, func(t *testing.T) {
				t.Parallel()
				if strings.HasPrefix(typed, "tcplab run ") || typed == "tcplab list" {
					try(t, bin, t.TempDir(), os.Environ(), cmdtest.TypedCommand{Text: typed})
					return
				}
				assert.Contains(t, byHand, "\n$ "+typed+"\n")
			})
		}
	}
}

// commandName is a command without arguments.
var commandName = regexp.MustCompile(`^tcplab (show|clients|up|host [a-z]+)$`)

// testedElsewhere are patterns of the pages whose listings have a test of their own, or none, and why.
var testedElsewhere = map[string]string{
	"docs/by-hand.md":     "TestByHand_netns and TestByHand_docker type it in one shell",
	"docs/teaching.md":    "TestTeaching types it in one shell",
	"*.ko.md":             "TestTranslatedDocuments holds its listings against the page in English",
	"docs/*.ko.md":        "TestTranslatedDocuments holds its listings against the page in English",
	"docs/your-own-*.md":  "TestYourOwnClientDocument writes its files, too",
	"docs/drivers.md":     "its commands measure for minutes; TestExampleModules makes some of its cells anew",
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
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	bin := installed(t)
	for _, page := range cmdtest.Documents(t) {
		if elsewhere(t, page) {
			continue
		}
		list := cmdtest.Blocks(t, cmdtest.Document(t, page))
		if page == "README.md" {
			require.NotEmpty(t, list)
		}
		for _, b := range list {
			t.Run(fmt.Sprintf("%s, line %d", page, b.Line), func(t *testing.T) {
				t.Parallel()
				carryOut(t, bin, page, b)
			})
		}
	}
}

// carryOut types a listing. Beside it lie the two captures that README.md calls the reader's own. What a listing writes into the reader's
// home it writes into another one.
func carryOut(t *testing.T, bin, page string, b cmdtest.Block) {
	dir, env := t.TempDir(), append(os.Environ(), "XDG_RUNTIME_DIR="+cmdtest.PublicDir(t)) // where labs stand
	if page == "docs/wireshark.md" {
		env = append(env, "HOME="+dir, "XDG_CONFIG_HOME=")
	}
	if page == "README.md" {
		for _, name := range []string{"client.pcapng", "server.pcapng"} {
			capture, err := os.ReadFile(filepath.Join(enginetest.Root(), "report", "testdata", "runs", "firewall-drop-netns-ipv4", name))
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
	for _, c := range b.Commands {
		try(t, bin, dir, env, c)
	}
}

func try(t *testing.T, bin, dir string, env []string, c cmdtest.TypedCommand) {
	t.Helper()
	switch words := strings.Fields(c.Text); {
	case c.Text == "go test ./...":
		// It cannot be run by one of the tests that it runs. CI runs it.
		ci, err := os.ReadFile(filepath.Join(enginetest.Root(), ".ci/run"))
		require.NoError(t, err)
		assert.Regexp(t, `(?m)^[^#\n]*\bgo test .*\./\.\.\.$`, string(ci))
		return
	case c.Text == "CGO_ENABLED=0 go install ./cmd/tcplab":
		return // done, for all the others
	case strings.HasPrefix(c.Text, "go install "):
		// It takes the network. Its argument is this command, by the path that go.mod gives it.
		require.Equal(t, "go install "+cmdtest.ModulePath(t)+"/cmd/tcplab@latest", c.Text)
		return
	case words[0] == "make":
		require.Regexp(t, `(?m)^`+words[1]+`:`, cmdtest.Document(t, "Makefile")) // they run these tests
		return
	case words[0] == "tshark":
		if _, err := exec.LookPath("tshark"); err != nil {
			t.Skip("tshark is not installed")
		}
	case strings.Contains(c.Text, " curl "):
		if _, err := exec.LookPath("curl"); err != nil {
			t.Skip("curl is not installed")
		}
	case strings.Contains(c.Text, "--engine docker"), strings.Contains(c.Text, "--engine container"):
		cmdtest.NeedEngine(t, "docker")
	case strings.HasPrefix(c.Text, "go run ./cmd/tcplab "), words[0] == "tcplab":
	default:
		require.FailNow(t, "a document has a command that no test runs", c.Text)
	}
	needClient(t, c.Text)
	// "go run" builds the program and runs it; it has been built, and runs where nothing is overwritten.
	line := strings.Replace(c.Text, "go run ./cmd/tcplab ", "tcplab ", 1)
	shell := exec.Command("sh", "-c", line)
	shell.Dir, shell.Env = dir, append(env, "PATH="+bin+":"+os.Getenv("PATH"), cmdtest.InEnglish)
	var stdout, stderr bytes.Buffer
	shell.Stdout, shell.Stderr = &stdout, &stderr
	err := shell.Run()
	if strings.Contains(stderr.String(), "time cannot be compressed here") {
		t.Skip(stderr.String())
	}
	require.NoError(t, err, "%s\n%s%s", c.Text, &stdout, &stderr)
	if c.Want != nil {
		assert.Regexp(t, cmdtest.Pattern(c.Want), stdout.String(), c.Text)
	}
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
