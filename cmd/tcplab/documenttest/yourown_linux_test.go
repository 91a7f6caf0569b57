package documenttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/docker/dockertest"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// fence is a block of a document: its language, what stands behind that, and its lines.
var fence = regexp.MustCompile("(?ms)^```(\\w+)(?: ([^\n]*))?\n(.*?)^```$")

// Every file of the document is written, and every command is run.
func TestYourOwnClientDocument(t *testing.T) {
	if err := cmdtest.Missing("netns"); err != nil {
		t.Skip(err)
	}
	skipWithout(t, "python3", "cc", "curl", "go")
	t.Parallel()
	assert.GreaterOrEqual(t, runDocument(t, "your-own-client.md", nil), 5)
}

// Here the commands for a program that is missing are left out.
func TestYourOwnServerDocument(t *testing.T) {
	if err := cmdtest.Missing("netns"); err != nil {
		t.Skip(err)
	}
	skipWithout(t, "python3", "curl")
	t.Parallel()
	assert.GreaterOrEqual(t, runDocument(t, "your-own-server.md", nil), 3)
}

// Images stand for the reader's own.
func TestYourOwnDocumentsOnDocker(t *testing.T) {
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	dockerfile, files := dockertest.Counting()
	images := map[string]string{
		"my-server": dockertest.Image(t, docker.New(), dockerfile, files),
		"my-client": dockertest.Image(t, docker.New(), `ENTRYPOINT ["curl", "-sS"]`, nil),
	}
	for _, name := range []string{"your-own-server.md", "your-own-client.md"} {
		assert.Equal(t, 1, runDocument(t, name, images), name)
	}
}

// runDocument writes the files of a document and runs its commands, and returns how many commands it has run. Behind the language of a
// block stand "exit N" where the commands must fail, "needs PROGRAM..." where they are for programs that a machine may lack, and "images NAME..."
// where they are for images of the reader's. With images, those are run alone, in the folder of the module, from which the hosts' binary
// is built; without, the others.
func runDocument(t *testing.T, name string, images map[string]string) (commands int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(enginetest.Root(), "docs", name))
	require.NoError(t, err)
	dir := t.TempDir()
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		if block[1] != "sh" {
			file := filepath.Join(dir, block[2])
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, []byte(block[3]), 0o644))
			continue
		}
		if strings.HasPrefix(block[2], "images ") != (images != nil) {
			continue
		}
		first, _, _ := strings.Cut(block[3], "\n")
		t.Run(first, func(t *testing.T) {
			if needs, some := strings.CutPrefix(block[2], "needs "); some {
				skipWithout(t, strings.Fields(needs)...)
			}
			commands++
			cmd := exec.Command("sh", "-ec", block[3])
			cmd.Dir = dir
			if images != nil {
				cmd = exec.Command("sh", "-ec", withImages(block[3], images))
				cmd.Dir = enginetest.Root()
			}
			out, err := cmd.CombinedOutput()
			if want, fails := strings.CutPrefix(block[2], "exit "); fails {
				assert.EqualError(t, err, "exit status "+want, "%s\n%s", block[3], out)
			} else {
				assert.NoError(t, err, "%s\n%s", block[3], out)
			}
		})
	}
	return commands
}

// withImages are commands with the names of images that are there, and with a folder for captures that is not the module's.
func withImages(commands string, images map[string]string) string {
	for stands, image := range images {
		commands = strings.ReplaceAll(commands, stands, image)
	}
	return "run_out=$(mktemp -d); trap 'rm -rf $run_out' EXIT\n" + strings.ReplaceAll(commands, "tcplab run ", "tcplab run --out $run_out ")
}

func skipWithout(t *testing.T, programs ...string) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
}
