package errandtest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/report"
	"golang.org/x/sys/unix"
)

func needContainers(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("containers are not for -short")
	}
	if _, err := exec.LookPath("docker"); err != nil {
		t.Skip(err)
	}
	cmdtest.NeedEngine(t, "docker")
}

// containersOf are the containers that a process has started, by the label that says so.
func containersOf(t *testing.T, pid int) (ids []string) {
	t.Helper()
	out, err := exec.Command("docker", "ps", "--all", "--filter", "label=tcplab.lab", "--format", `{{.ID}} {{.Label "tcplab.owner"}}`).Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(out)) {
		if id, owner, _ := strings.Cut(line, " "); strings.Contains(owner, fmt.Sprintf("/%d/", pid)) {
			ids = append(ids, id)
		}
	}
	return ids
}

// changing is what differs between two runs on one machine.
var changing = regexp.MustCompile(`[+]\d+\.\d+ |TS val \d+ ecr \d+|:\d{5}\b`)

// seen is what a run says that does not depend on when it was.
func seen(t *testing.T, line string) map[string]any {
	t.Helper()
	var r report.RunRecord
	require.NoError(t, json.Unmarshal([]byte(line), &r), "%s", line)
	packets, err := json.Marshal(r.Packets)
	require.NoError(t, err)
	return map[string]any{"scenario": r.Scenario, "engine": r.Engine, "family": r.Family, "match": r.Match, "verdict": r.Verdict, "error": r.Client.Error,
		"packets": changing.ReplaceAllString(string(packets), ""), "kernel": r.Kernel, "sysctls": r.Sysctls, "topology": r.Topology}
}

// The run in a container says what the same run says that is not in one, to an ordinary user of the group that may use Docker; what it keeps is
// that user's.
func TestRunInContainerSeesTheSame(t *testing.T) {
	needContainers(t)
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	o := cmdtest.NewOrdinary(t)
	mayUseDocker(t, o)
	lines := map[string][]string{}
	for _, engine := range []string{"netns", "container"} {
		cmd := o.Command("run", "closed-port", "firewall-reject", "name-unknown", "--family", "6", "--json", "--out", engine, "--engine", engine,
			"--junit", engine+".xml", "--summary-md", engine+".md")
		if g, err := user.LookupGroup("docker"); err == nil && cmd.SysProcAttr != nil {
			gid, err := strconv.ParseUint(g.Gid, 10, 32)
			require.NoError(t, err)
			cmd.SysProcAttr.Credential.Groups = []uint32{uint32(gid)}
		}
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.Output()
		require.NoError(t, err, "%s", &said)
		lines[engine] = strings.Split(strings.TrimSpace(string(out)), "\n")
		require.Len(t, lines[engine], 3)
		assert.Contains(t, said.String(), "closed-port           match\n")

		var r report.RunRecord
		require.NoError(t, json.Unmarshal([]byte(lines[engine][0]), &r))
		for _, name := range []string{filepath.Join(r.Artifacts, "client.pcapng"), filepath.Join(engine, "latest", "index.html"), engine + ".xml", engine + ".md"} {
			info, err := os.Stat(filepath.Join(o.Dir, name))
			require.NoError(t, err)
			if os.Geteuid() == 0 {
				assert.Equal(t, uint32(cmdtest.Nobody), info.Sys().(*syscall.Stat_t).Uid, name)
			}
		}
	}
	for i := range lines["netns"] {
		assert.Equal(t, seen(t, lines["netns"][i]), seen(t, lines["container"][i]))
	}
}

// mayUseDocker skips a test whose user cannot be given what the group "docker" may.
func mayUseDocker(t *testing.T, o cmdtest.Ordinary) {
	t.Helper()
	if o.Command().SysProcAttr == nil {
		return // this user, who may
	}
	if _, err := user.LookupGroup("docker"); err != nil {
		t.Skip(err)
	}
}

// Ctrl-C in the middle, on a terminal: the table of the runs is drawn as ever, the labs are removed in order, and so is the container.
func TestRunInContainerInterrupt(t *testing.T) {
	needContainers(t)
	t.Parallel()
	r := cmdtest.StartOnTerminal(t, "run", "firewall-drop", "stopped-host", "--engine", "container")
	r.AwaitOutput("firewall-drop         observe")
	r.AwaitOutput("stopped-host          observe")
	ids := containersOf(t, r.Cmd.Process.Pid)
	require.Len(t, ids, 1)
	rights, err := exec.Command("docker", "inspect", "--format", "{{.Config.User}} {{.HostConfig.NetworkMode}} {{.HostConfig.Privileged}} {{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}} "+
		"{{index .HostConfig.SecurityOpt 0}} {{.HostConfig.Binds}}", ids[0]).Output()
	require.NoError(t, err)
	if user, _, _ := strings.Cut(string(rights), " "); user != "0:0" { // as root where user namespaces are off
		assert.Equal(t, "65534:65534 none false [ALL] [] no-new-privileges []\n", string(rights))
	}
	_, err = r.TTY.WriteString("\x03")
	require.NoError(t, err)
	assert.Equal(t, 128+int(unix.SIGINT), r.Exit(cmdtest.Deadline))
	assert.Regexp(t, "^firewall-drop         interrupted\nstopped-host          interrupted\n"+
		`removing the labs \(Ctrl-C once more to quit at once\)\n\n`+
		`2 scenarios: 2 interrupted \(firewall-drop, stopped-host\), [\d.]+ s\n`+
		"tcplab: interrupted\n$", cmdtest.Screen(t, r.Out.String()))
	assert.Empty(t, containersOf(t, r.Cmd.Process.Pid))
	left, err := os.ReadDir(filepath.Join(r.Dir, "artifacts"))
	require.NoError(t, err)
	assert.Empty(t, left, "half a capture was left")
}

// After kill -9 the sweep finds the container, and removes it with its volume, though the run in it goes on.
func TestRunInContainerKilled(t *testing.T) {
	needContainers(t)
	t.Parallel()
	r := cmdtest.StartOnTerminal(t, "run", "firewall-drop", "--engine", "container")
	r.AwaitOutput("firewall-drop         observe")
	ids := containersOf(t, r.Cmd.Process.Pid)
	require.Len(t, ids, 1)
	volume, err := exec.Command("docker", "inspect", "--format", "{{range .Mounts}}{{.Name}}{{end}}", ids[0]).Output()
	require.NoError(t, err)
	require.NotEmpty(t, strings.TrimSpace(string(volume)))
	require.NoError(t, r.Cmd.Process.Kill())
	r.Exit(cmdtest.Deadline)
	out, err := exec.Command(cmdtest.Program(t), "sweep").CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Empty(t, containersOf(t, r.Cmd.Process.Pid))
	assert.Error(t, exec.Command("docker", "volume", "inspect", strings.TrimSpace(string(volume))).Run(), "the volume is left")
}

// A command that the hosts' image of the docker engine has is put into failures, and so is a client that is a program. What the image does not
// have is refused by its name.
func TestRunInContainerWithPrograms(t *testing.T) {
	needContainers(t)
	t.Parallel()
	dir := t.TempDir()
	run := func(args ...string) (string, int) {
		cmd := exec.Command(cmdtest.Program(t), append([]string{"run", "closed-port", "--engine", "container"}, args...)...)
		cmd.Dir = dir
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	out, code := run("--client", "curl")
	assert.Zero(t, code, out)
	assert.Contains(t, out, "match     closed-port/netns/ipv4                refused: curl failed with ECONNREFUSED after ")
	out, code = run("--json", "--", "sh", "-c", "echo $TCPLAB_PORT; exec curl --fail --silent --max-time 3 http://server.lab:{port}/")
	assert.Zero(t, code, out)
	assert.Contains(t, out, `"verdict":"ok"`)
	out, code = run("--want-exit", "28", "--", "curl", "--fail", "--max-time", "3", "{url}")
	assert.Equal(t, 1, code, out)
	out, code = run("--", "./client")
	assert.Equal(t, 2, code)
	assert.Equal(t, "tcplab: docker: the hosts' image has no program ./client: not supported: take --engine netns, or --engine docker with an image of your own (--client-image)\n", out)
}

// onlyRun is what is said of everything but a run of scenarios.
const onlyRun = "tcplab: --engine container is for \"tcplab run\" without a server or an image of your own, because they are not in the container, " +
	"which ends with the run: take --engine docker\n"

// What does not make sense in a container is refused in one sentence, before any container is started.
func TestContainerRefuses(t *testing.T) {
	t.Parallel()
	nowhere := "unix://" + filepath.Join(t.TempDir(), "none.sock")
	for typed, want := range map[string]string{
		"run closed-port --engine container --server true":         onlyRun,
		"run closed-port --engine container --server x -- curl":    onlyRun,
		"run closed-port --engine container --client-image x":      onlyRun,
		"with closed-port --engine container -- true":              onlyRun,
		"up closed-port --engine container":                        onlyRun,
		"lesson mystery --student kim --engine container":          onlyRun,
		"run closed-port --engine container --client no-such":      "there is no client",
		"run no-such --engine container":                           "no-such",
		"run closed-port --engine container --out /dev/null/below": "not a directory",
		"run closed-port --engine container":                       "docker: no engine answers at " + nowhere + ": install and start Docker, or set DOCKER_HOST to where one is",
	} {
		cmd := exec.Command(cmdtest.Program(t), strings.Fields(typed)...)
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "DOCKER_HOST="+nowhere)
		out, _ := cmd.CombinedOutput()
		assert.Equal(t, 2, cmd.ProcessState.ExitCode(), typed)
		assert.Contains(t, string(out), want, typed)
		assert.True(t, strings.HasPrefix(string(out), "tcplab: "), "%s: %s", typed, out)
		left, err := filepath.Glob(filepath.Join(cmd.Dir, "artifacts", "*"))
		require.NoError(t, err)
		assert.Empty(t, left, typed)
	}
}
