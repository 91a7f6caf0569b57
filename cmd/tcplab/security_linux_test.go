package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// bridged is a machine with a bridge that has the name of a lab's, in a network namespace of its own, and a host on the bridge that
// asks a service of the machine at the bridge's link-local address, before the rule and after it.
const bridged = `set -e
ip link set lo up
ip link add tcplab-test type bridge
ip link set tcplab-test addrgenmode none up
ip -6 addr add fe80::1/64 dev tcplab-test nodad
ip link add outside type veth peer name inside
ip link set outside master tcplab-test up
unshare -n sleep 1000 & host=$!
trap 'kill $host $service' EXIT
until [ "$(readlink /proc/$host/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
ip link set inside netns $host
nsenter -t $host -n ip link set inside addrgenmode none up
nsenter -t $host -n ip -6 addr add fe80::2/64 dev inside nodad
mkfifo "$DIR/open"
tcplab host listen --port 9999 <"$DIR/open" & service=$!
exec 3>"$DIR/open"
until ss -ltn | grep -q :9999; do :; done
ask() { nsenter -t $host -n tcplab host dial --timeout $1 "[fe80::1%inside]:9999"; }
echo "before $(ask 30s)"
nft "$RULE"
echo "after $(ask 2s)"
`

// TestRuleOfSECURITYCloses applies the rule that SECURITY.md gives to a machine of our own.
func TestRuleOfSECURITYCloses(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a network namespace for the machine takes root")
	}
	for _, tool := range []string{"nft", "ip", "ss", "nsenter", "unshare", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(enginetest.Root(), "SECURITY.md"))
	require.NoError(t, err)
	rule := regexp.MustCompile(`(?m)^ +nft '(.*)'$`).FindSubmatch(text)
	require.NotNil(t, rule, "SECURITY.md gives a rule")
	cmd := exec.Command("unshare", "-n", "bash", "-c", bridged)
	cmd.Env = append(os.Environ(), "DIR="+t.TempDir(), "RULE="+string(rule[1]), "PATH="+filepath.Dir(cmdtest.Program(t))+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Regexp(t, `before .*"error":""`, string(out), "the way is open without the rule")
	assert.Regexp(t, `after .*"timeout":true`, string(out))
}
