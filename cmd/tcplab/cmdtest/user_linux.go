package cmdtest

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Nobody is the ordinary user's number.
const Nobody = 65534

// RequireUserNamespaces skips the test where the system forbids user namespaces to that user, which is not for tcplab
// to say: another program is asked.
func RequireUserNamespaces(t *testing.T, asNobody func(...string) (string, error)) {
	t.Helper()
	probe := exec.Command("unshare", "--user", "true")
	probe.Dir = "/"
	probe.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: Nobody, Gid: Nobody}}
	text, err := probe.CombinedOutput()
	if err == nil {
		return
	}
	// Where it is forbidden, tcplab says so.
	out, _ := asNobody("engines")
	assert.True(t, strings.Contains(out, "netns     not available: netns: "), out)
	t.Skipf("user namespaces are forbidden to ordinary users here: %s", text)
}
