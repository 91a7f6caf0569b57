package netns

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/enginetest"
	"golang.org/x/sys/unix"
)

func TestEngine(t *testing.T) { enginetest.Run(t, newEngine(t)) }

// newEngine returns an engine, or skips the test where it cannot run. Where it is required, TestMain has failed before.
func newEngine(t testing.TB) *Engine {
	t.Helper()
	e := New()
	enginetest.Need(t, e)
	return e
}

// TestEngineIsNotCollectedWhileItIsAsked: nobody but the call itself holds the engine here.
func TestEngineIsNotCollectedWhileItIsAsked(t *testing.T) {
	newEngine(t)
	stop := make(chan struct{})
	var collector sync.WaitGroup
	collector.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	})
	for range 30 {
		assert.NoError(t, New().Available(t.Context()))
	}
	close(stop)
	collector.Wait()
}

// askVariable makes the test binary print what Available says.
const askVariable = "TCPLAB_TEST_ASK_AVAILABLE"

func TestMain(m *testing.M) {
	if os.Getenv(askVariable) != "" {
		fmt.Println(New().Available(context.Background()))
		os.Exit(0)
	}
	os.Exit(enginetest.Main(m, New()))
}

// TestUserNamespacesForbidden takes them away from an ordinary user, inside a user namespace in which that setting is
// its own: the machine's is not touched.
func TestUserNamespacesForbidden(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to make a user namespace with several users")
	}
	everybody := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 65536}}
	cmd := exec.Command("sh", "-c", `echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --reuid=1000 --keep-groups "$0"`, "/proc/self/fd/3")
	self, err := os.Open("/proc/self/exe")
	require.NoError(t, err)
	defer self.Close()
	cmd.ExtraFiles = []*os.File{self}
	cmd.Env = append(os.Environ(), askVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER, UidMappings: everybody, GidMappings: everybody}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, unix.EPERM) {
		t.Skipf("namespaces cannot be made here: %v", err)
	}
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "netns: user namespaces are off here (user.max_user_namespaces=0): run as root, or sysctl -w user.max_user_namespaces=10000")
}

// TestReadOnlySysctls puts an engine where a container has it: /proc/sys is read-only. In a mount namespace of the test's own
// the machine's is not touched. As root, the helper makes it writable for itself; in a user namespace that is forbidden, and
// the reason is told in one line.
func TestReadOnlySysctls(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to mount /proc/sys read-only, in a mount namespace of its own")
	}
	const readOnly = "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && "
	for name, c := range map[string]struct{ command, want string }{
		"root": {`"$0" && ! echo 0 2>/dev/null > /proc/sys/net/ipv4/ip_no_pmtu_disc && echo still read-only`, "<nil>\nstill read-only\n"},
		"an ordinary user": {`exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0"`,
			"netns: the sysctls of a lab cannot be set, because /proc/sys is read-only, as in a container: " + containerAdvice + " (read-only file system)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command("sh", "-c", readOnly+c.command, "/proc/self/fd/3")
			self, err := os.Open("/proc/self/exe")
			require.NoError(t, err)
			defer self.Close()
			cmd.ExtraFiles = []*os.File{self}
			cmd.Env = append(os.Environ(), askVariable+"=1")
			cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
			out, err := cmd.CombinedOutput()
			if errors.Is(err, unix.EPERM) {
				t.Skipf("namespaces cannot be made here: %v", err)
			}
			require.NoError(t, err, "%s", out)
			if strings.Contains(string(out), "user namespaces") {
				t.Skipf("user namespaces are forbidden here: %s", out)
			}
			assert.Equal(t, c.want, string(out))
		})
	}
}
