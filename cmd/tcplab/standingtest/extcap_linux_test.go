package standingtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

// TestExtcap lets tshark list the hosts of a lab that stands among its interfaces, and capture on one of them.
func TestExtcap(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	if _, err := exec.LookPath("tshark"); err != nil {
		require.NotEqual(t, "1", os.Getenv("TCPLAB_REQUIRE_TSHARK"), "tshark is required: %v", err)
		t.Skip("tshark is not installed (Debian: apt-get install tshark)")
	}
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Env = append(d.Env, "HOME="+d.Dir, "XDG_CONFIG_HOME=", "XDG_DATA_HOME=")
	for _, folder := range []string{".config", ".local/lib"} { // Wireshark 4.0 and older, and newer ones
		d.Must("wireshark", "extcap", filepath.Join(d.Dir, folder, "wireshark", "extcap"))
		d.Must("wireshark", "extcap", filepath.Join(d.Dir, folder, "wireshark", "extcap")) // there is nothing to do
	}
	assert.NotContains(t, interfaces(d), "tcplab:")
	d.Must("up", "closed-port", "--engine", "netns", "--name", "extcap-test")
	list := interfaces(d)
	for _, name := range []string{"client (", "server (", "router (", "router/to-server ("} {
		assert.Contains(t, list, ". tcplab:extcap-test/"+name)
	}

	tshark := exec.CommandContext(t.Context(), "tshark", "-N", "n", "-i", "tcplab:extcap-test/server", "-c", "3", "-T", "fields", "-e", "ip.src_host", "-e", "tcp.flags.str")
	tshark.Dir, tshark.Env = d.Dir, d.Env
	r := d.Start(tshark)
	for ended := false; !ended; { // the capture tells nobody that it has begun: the client asks until it has seen enough
		d.Must("exec", "client", "tcplab", "host", "dial", "--timeout", "2s", "203.0.113.10:8080")
		select {
		case <-r.Done:
			ended = true
		default:
		}
	}
	assert.Zero(t, r.Exit(cmdtest.Deadline), r.Out)
	assert.Contains(t, r.Out.String(), "\nclient\t··········S·\nserver\t·······A··S·\nclient\t·······A····\n")
	assert.NotContains(t, r.Out.String(), "rror")
}

// TestExtcapIsNotForPeople: what it is asked, and for what, Wireshark decides.
func TestExtcapIsNotForPeople(t *testing.T) {
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Fails(`this is for Wireshark: "tcplab wireshark extcap DIR" installs it, "tcplab capture HOST FILE" captures`, "extcap")
	d.Fails(`"eth0" is no interface of tcplab's: such as tcplab:closed-port/server`, "extcap", "--capture", "--extcap-interface", "eth0", "--fifo", "pipe")
	assert.NoFileExists(t, filepath.Join(d.Dir, "pipe"))
	other := filepath.Join(d.Dir, "tcplab-extcap")
	require.NoError(t, os.WriteFile(other, []byte("somebody's\n"), 0o600))
	d.Fails(other+" is there already, and is not what this tcplab writes: move it away, or choose another place", "wireshark", "extcap", d.Dir)
	kept, err := os.ReadFile(other)
	require.NoError(t, err)
	assert.Equal(t, "somebody's\n", string(kept))
}

// interfaces are what tshark lists.
func interfaces(d *cmdtest.Desk) string {
	d.Helper()
	cmd := exec.CommandContext(d.Context(), "tshark", "-D")
	cmd.Dir, cmd.Env = d.Dir, d.Env
	out, err := cmd.Output()
	require.NoError(d, err)
	require.NotEmpty(d, strings.TrimSpace(string(out)))
	return string(out)
}
