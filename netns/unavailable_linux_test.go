package netns

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/harness/enginetest"
)

func TestEngine(t *testing.T) { enginetest.Run(t, New()) }

// TestEngineIsNotCollectedWhileItIsAsked: nobody but the call itself holds the engine here.
func TestEngineIsNotCollectedWhileItIsAsked(t *testing.T) {
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
	os.Exit(m.Run())
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
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "netns: user namespaces are off here (user.max_user_namespaces=0): run as root, or sysctl -w user.max_user_namespaces=10000")
}
