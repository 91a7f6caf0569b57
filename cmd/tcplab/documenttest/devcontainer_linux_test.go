package documenttest

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// devcontainer has the properties that we use, as containers.dev/implementors/json_reference calls them.
type devcontainer struct {
	Name              string   `json:"name"`
	Image             string   `json:"image"`
	RunArgs           []string `json:"runArgs"`
	PostCreateCommand string   `json:"postCreateCommand"`
	RemoteUser        string   `json:"remoteUser"`
	HostRequirements  struct {
		CPUs   int    `json:"cpus"`
		Memory string `json:"memory"`
	} `json:"hostRequirements"`
}

// What a development container does when it is made is done in a container with its rights. The image is one that is here, and has this
// machine's Go; so neither a registry nor a network is asked.
func TestDevcontainer(t *testing.T) {
	if testing.Short() {
		t.Skip("a container that builds the program is not for -short")
	}
	var config devcontainer
	strict := json.NewDecoder(strings.NewReader(cmdtest.Document(t, ".devcontainer/devcontainer.json")))
	strict.DisallowUnknownFields()
	require.NoError(t, strict.Decode(&config))
	require.Equal(t, "root", config.RemoteUser)
	cmdtest.NeedEngine(t, "docker")
	images, err := exec.Command("docker", "image", "ls", "--quiet", "--filter", "reference=localhost/tcplab/tools").Output()
	if err != nil || len(images) == 0 {
		t.Skip(`the image of hosts is not there: "tcplab run healthy --engine docker" builds it, where docker is the command line's engine, too`)
	}
	root, err := filepath.Abs(enginetest.Root())
	require.NoError(t, err)
	text, err := exec.Command("go", "env", "GOROOT", "GOMODCACHE", "GOCACHE").Output()
	require.NoError(t, err)
	folders := strings.Fields(string(text))
	require.Len(t, folders, 3)
	run := func(rights []string) ([]byte, error) {
		argv := append([]string{"run", "--rm", "--network", "none", "--user", config.RemoteUser, "--volume", root + ":" + root + ":ro", "--workdir", root,
			"--env", "PATH=" + folders[0] + "/bin:/usr/sbin:/usr/bin:/sbin:/bin", "--env", "GOPATH=/go", "--env", "GOFLAGS=-buildvcs=false -p=1",
			"--env", "GOMODCACHE=" + folders[1], "--env", "GOCACHE=" + folders[2]}, rights...)
		for i, folder := range folders {
			mode := []string{":ro", ":ro", ""}[i]
			argv = append(argv, "--volume", folder+":"+folder+mode)
		}
		argv = append(argv, strings.Fields(string(images))[0], config.PostCreateCommand)
		return exec.CommandContext(t.Context(), "docker", argv...).CombinedOutput()
	}
	out, err := run(config.RunArgs)
	if bytes.Contains(out, []byte("no such file or directory: unknown")) {
		t.Skip("the engine is on another machine, and has no folder of this one")
	}
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "match     closed-port/netns/ipv4")
	out, err = run(nil)
	assert.Error(t, err, "the rights are needed")
	assert.Contains(t, string(out), "netns: ")
}
