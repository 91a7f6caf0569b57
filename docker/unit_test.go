package docker

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

func TestOwner(t *testing.T) {
	me, err := self()
	require.NoError(t, err)
	back, err := parseOwner(me.String())
	require.NoError(t, err)
	assert.Equal(t, me, back)
	assert.False(t, me.gone(me.machine), "this process")

	elsewhere := owner{machine: "other:1", pid: me.pid, start: "1"}
	assert.False(t, elsewhere.gone(me.machine), "of a process elsewhere nothing is known")
	_, err = parseOwner("host/x/1")
	require.ErrorContains(t, err, `owner label "host/x/1"`)
	_, err = parseOwner("")
	require.Error(t, err)

	if runtime.GOOS == "linux" {
		later := owner{machine: me.machine, pid: me.pid, start: "1"}
		assert.True(t, later.gone(me.machine), "the number of this process, of another time")
		never := owner{machine: me.machine, pid: 1 << 30, start: "1"}
		assert.True(t, never.gone(me.machine))
	}
}

// Cloned machines share host name, machine-id(5) and the numbers of namespaces: a process of another boot may live on a clone, as long as
// its lab does.
func TestOwnerOfAnotherBoot(t *testing.T) {
	here := "host:id:4026531836:boot2"
	before := owner{machine: "host:id:4026531836:boot1", pid: 1 << 30, start: "1"}
	assert.False(t, before.gone(here))
	assert.True(t, before.earlier(here))
	for _, machine := range []string{here, "host:other:4026531836:boot1", "other:id:4026531836:boot1", "host:id:4026532000:boot1", "host", ""} {
		assert.False(t, owner{machine: machine}.earlier(here), machine)
	}
	now := time.Now()
	assert.True(t, remains{made: now.Add(-2 * time.Hour)}.dead(now))
	assert.False(t, remains{made: now.Add(-2 * time.Hour), running: true}.dead(now))
	assert.False(t, remains{made: now.Add(-time.Minute)}.dead(now))
	if runtime.GOOS == "linux" {
		name, err := machineName()
		require.NoError(t, err)
		for _, file := range []string{"/etc/machine-id", "/proc/sys/kernel/random/boot_id"} {
			if id, err := os.ReadFile(file); err == nil {
				assert.NotContains(t, name, strings.TrimSpace(string(id)), "it is confidential")
			}
		}
	}
}

func TestSysctlsFor(t *testing.T) {
	const newer = "net.ipv4.tcp_syn_linear_timeouts" // since 6.5
	for kernel, has := range map[string]bool{"6.18.44-x": true, "6.5.0": true, "6.4.9": false, "5.15.0-91-generic": false} {
		set, err := sysctlsFor(lab.Routed(), "router", kernel)
		require.NoError(t, err)
		_, got := set[newer]
		assert.Equal(t, has, got, kernel)
		assert.Equal(t, "1", set["net.ipv4.ip_forward"])
	}
	_, err := sysctlsFor(lab.Routed(), "router", "unknown")
	require.ErrorContains(t, err, `kernel release "unknown"`)
}

func TestRandomSubnet(t *testing.T) {
	all := netip.MustParsePrefix("198.18.0.0/15")
	for range 1000 {
		s := randomSubnet()
		assert.Equal(t, s.Masked(), s)
		assert.True(t, all.Contains(s.Addr()))
	}
}

func TestFollowOutput(t *testing.T) {
	require.NoError(t, followOutput(strings.NewReader(`{"stream":"Step 1"}{"status":"pulling"}`)))
	var account strings.Builder
	for range 30 {
		account.WriteString(`{"stream":"line\n"}`)
	}
	account.WriteString(`{"stream":"E: Unable to locate package\n"}{"errorDetail":{"message":"x"},"error":"exit code 100"}`)
	err := followOutput(strings.NewReader(account.String()))
	require.ErrorContains(t, err, "exit code 100; the last lines of its output:\n\tline\n")
	require.ErrorContains(t, err, "\tE: Unable to locate package")
	assert.Equal(t, keptLines, strings.Count(err.Error(), "\n"))
}

func TestCheckBinary(t *testing.T) {
	require.ErrorContains(t, checkBinary("unit_test.go", "amd64"), "is not a Linux program")
	self, err := os.Executable()
	require.NoError(t, err)
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		require.ErrorContains(t, checkBinary(self, "arm64"), "the engine's machine is EM_AARCH64")
	}
}

func TestRuntimeFilter(t *testing.T) {
	var out strings.Builder
	f := runtimeFilter{w: &out}
	_, _ = f.Write([]byte("OCI runtime exec failed: exec: \"x\": executable file not found in $PATH: unknown\r\n"))
	assert.Empty(t, out.String())
	require.EqualError(t, f.failure(),
		`docker: executable file not found in $PATH (exec: "x": executable file not found in $PATH: unknown)`)

	f = runtimeFilter{w: &out}
	_, _ = f.Write([]byte("hello"))
	assert.Equal(t, "hello", out.String())
	require.NoError(t, f.failure())
}

// TestLabsAreMadeInTurn: no more labs than turns are made at once, and one whose turn does not come says what it waits for.
func TestLabsAreMadeInTurn(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var here, elsewhere daemon
	for _, d := range []*daemon{&here, &elsewhere} {
		d.turns, d.inOrder = newTurns("an:engine/id", 1)
		require.Len(t, d.turns, 2)
	}
	for says, third := range map[string]*daemon{"wait for another lab to be made": &here, "wait for another process of tcplab": &elsewhere} {
		err := here.inTurn(t.Context(), func() error {
			return here.inTurn(t.Context(), func() error {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
				defer cancel()
				return third.inTurn(ctx, func() error { return errors.New("a third is made beside two others") })
			})
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, says)
	}
	for _, d := range []*daemon{&here, &elsewhere} {
		require.NoError(t, d.inTurn(t.Context(), func() error { return nil }), "both have been given back")
	}
}
