package standingtest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/scenarios"
)

// stranger is the number of a user who has nothing to do with nobody.
const stranger = 65533

// TestAskSocket is a child of TestTwoUsers: it speaks to a holder by itself, and not through tcplab, which would refuse.
func TestAskSocket(t *testing.T) {
	socket := os.Getenv(askEnv)
	if socket == "" {
		t.Skip("run by TestTwoUsers")
	}
	c, err := net.Dial("unix", socket)
	require.NoError(t, err)
	defer c.Close()
	if _, err = c.Write([]byte(`{"op":"info"}` + "\n")); !errors.Is(err, unix.EPIPE) { // the holder may have hung up by then
		require.NoError(t, err)
	}
	answer := make([]byte, 4096)
	n, err := c.Read(answer)
	fmt.Printf("the holder answers %q, %v\n", answer[:n], err)
}

// Two users on one machine: one works, and the other tries to see, enter, break, link and overwrite. All of it is refused, and nothing
// of the first one's is touched.
func TestTwoUsers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("it takes root to be two users")
	}
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	owner := cmdtest.NewDesk(t)
	owner.AsNobody()
	cmdtest.RequireUserNamespaces(t, func(args ...string) (string, error) {
		out, code := owner.TCPLab(args...)
		return out, fmt.Errorf("exit code %d", code)
	})
	out, code := owner.TCPLab("up", "closed-port", "--name", "mine")
	require.Zero(t, code, out)
	labs := filepath.Join(owner.Dir, "tcplab")
	socket := filepath.Join(labs, "mine.sock")

	other := cmdtest.NewDesk(t)
	other.Credential = &syscall.Credential{Uid: stranger, Gid: stranger}
	require.NoError(t, os.Chown(other.Dir, stranger, stranger))
	other.Program = owner.Program
	other.Env = []string{"HOME=" + other.Dir, "PATH=/usr/bin:/bin", "XDG_RUNTIME_DIR=" + other.Dir}
	tries := func(what string, d *cmdtest.Desk, want string, args ...string) {
		out, code := d.TCPLab(args...)
		t.Logf("%-60s %s", what, strings.SplitN(strings.TrimSpace(out), "\n", 2)[0])
		assert.NotZero(t, code, "%s: %s", what, out)
		assert.Contains(t, out, want, what)
	}
	none := "no lab stands"
	for _, variable := range []string{"XDG_RUNTIME_DIR=" + owner.Dir, "TCPLAB_LABS=" + labs} {
		curious := *other
		curious.Env = append(other.Env, variable)
		name, _, _ := strings.Cut(variable, "=")
		out, _ := curious.TCPLab("status")
		assert.NotContains(t, out, "mine", "see")
		t.Logf("%-60s %s", "see, with the "+name+" of the owner", strings.TrimSpace(out))
		tries("enter, with the "+name+" of the owner", &curious, none, "exec", "client", "true")
		tries("break, with the "+name+" of the owner", &curious, none, "break", "--lab", "mine")
		tries("take down, with the "+name+" of the owner", &curious, none, "down", "--lab", "mine")
	}
	ask := func(what, want string) {
		self, err := os.Executable()
		require.NoError(t, err)
		program := filepath.Join(other.Dir, "ask")
		if _, err := os.Stat(program); err != nil {
			cmdtest.CopyFile(t, self, program)
		}
		cmd := exec.Command(program, "-test.run=^TestAskSocket$")
		cmd.Dir, cmd.Env = other.Dir, append(other.Env, askEnv+"="+socket)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: other.Credential}
		out, _ := cmd.CombinedOutput()
		assert.Contains(t, string(out), want, what)
		assert.NotContains(t, string(out), "closed-port", what)
		t.Logf("%-60s %s", what, want)
	}
	ask("speak to the socket", "permission denied")
	// The owner opens everything by mistake: the holder still asks who it is, and the owner's own tcplab refuses to go on.
	require.NoError(t, os.Chmod(labs, 0o777))
	require.NoError(t, os.Chmod(socket, 0o777))
	ask("speak to the socket of a folder that the owner has opened", `the holder answers ""`)
	tries("the owner, whose folder is open to others", owner, "is not a folder of yours that is closed to others", "status")
	require.NoError(t, os.Chmod(labs, 0o700))

	testPlantedLinks(t, owner, other, tries)
	tries("overwrite the runs of the owner", other, "permission denied", "run", "closed-port", "--engine", "netns", "--out", filepath.Join(owner.Dir, "runs"))
	out, code = owner.TCPLab("status")
	assert.Zero(t, code, out)
	assert.Contains(t, out, "mine", "the lab stands as before")
}

// testPlantedLinks lets the other user prepare a folder for all, as /tmp is, in which the owner writes then.
func testPlantedLinks(t *testing.T, owner, other *cmdtest.Desk, tries func(what string, d *cmdtest.Desk, want string, args ...string)) {
	shared := cmdtest.PublicDir(t)
	require.NoError(t, os.Chmod(shared, 0o777|os.ModeSticky))
	precious := filepath.Join(owner.Dir, "precious")
	require.NoError(t, os.WriteFile(precious, []byte("mine"), 0o600))
	require.NoError(t, os.Chown(precious, cmdtest.Nobody, cmdtest.Nobody))
	data, err := scenarios.Recorded("closed-port", lesson.Recording)
	require.NoError(t, err)
	mine := filepath.Join(owner.Dir, "a.pcapng")
	require.NoError(t, os.WriteFile(mine, data, 0o644))
	plant := func(name, target string) string {
		link := filepath.Join(shared, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(link), 0o777))
		require.NoError(t, os.Symlink(target, link))
		require.NoError(t, os.Lchown(link, stranger, stranger))
		return link
	}
	taken := "is there already, and is a link: move it away, or choose another place"
	tries("link: a page of diagnose", owner, taken, "diagnose", "--html", plant("page.html", precious), mine)
	tries("link: the file of a capture", owner, taken, "capture", "--lab", "mine", "client", plant("client.pcapng", precious))
	tries("link: the folder of a quiz", owner, taken, "lesson", "quiz", "--student", "kim", "--out", filepath.Dir(plant("quiz-kim", owner.Dir)))
	tries("link: a key", owner, "is there already", "lesson", "key", plant("class.key", filepath.Join(owner.Dir, "new")))
	tries("link: the latest run", owner, "is there already, and is not tcplab's", "run", "closed-port", "--engine", "netns", "--out", filepath.Dir(plant("latest", owner.Dir)))
	tries("link: a file from a host", owner, taken, "fetch", "--lab", "mine", "client:/etc/hostname", plant("hostname", precious))
	text, err := os.ReadFile(precious)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(text))
	assert.NoFileExists(t, filepath.Join(owner.Dir, "new"))
}
