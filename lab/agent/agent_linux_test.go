package agent

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

func TestParseProcAddr(t *testing.T) {
	// As a little-endian kernel prints them; a big-endian one prints the words the other way round, and is read so.
	if !littleEndian() {
		t.Skip("the samples are of a little-endian machine")
	}
	for text, want := range map[string]string{
		"0A7100CB:1F90":                         "203.0.113.10:8080",
		"00000000:0016":                         "0.0.0.0:22",
		"00000000000000000000000000000000:1F90": "[::]:8080",
		"B80D0120000002000000000010000000:0050": "[2001:db8:2::10]:80",
	} {
		got, err := parseProcAddr(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got.String())
	}
	for _, bad := range []string{"", "0A7100CB", "0A7100:1F90", "xx7100CB:1F90", "0A7100CB:FFFFF", "0A7100CB0A7100CB:1F90"} {
		_, err := parseProcAddr(bad)
		assert.Error(t, err, "%q", bad)
	}
}

func littleEndian() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }

func TestReadTwoLine(t *testing.T) {
	got := lab.Counters{}
	require.NoError(t, readTwoLine(strings.NewReader("Tcp: MaxConn OutRsts\nTcp: -1 7\nTcpExt: TCPSynRetrans\nTcpExt: 3\n"), got))
	assert.Equal(t, lab.Counters{"TcpOutRsts": 7, "TcpExtTCPSynRetrans": 3}, got)

	assert.Error(t, readTwoLine(strings.NewReader("Tcp: A B\nTcp: 1\n"), got), "a value is missing")
	assert.Error(t, readTwoLine(strings.NewReader("Tcp: A\nUdp: 1\n"), got), "values of another prefix")
	assert.Error(t, readTwoLine(strings.NewReader("Tcp: A\n"), got), "no values")
}

func TestReadOneLine(t *testing.T) {
	got := lab.Counters{}
	require.NoError(t, readOneLine(strings.NewReader("Ip6InReceives                   \t12\nIcmp6OutMsgs \t3\n"), got))
	assert.Equal(t, lab.Counters{"Ip6InReceives": 12, "Icmp6OutMsgs": 3}, got)
}

func TestCarries(t *testing.T) {
	environ := []byte("HOME=/\x00TCPLAB_EXEC=abc\x00X=TCPLAB_EXEC=abcd\x00")
	assert.True(t, carries(environ, []byte("TCPLAB_EXEC=abc")))
	assert.False(t, carries(environ, []byte("TCPLAB_EXEC=ab")), "a part of a value is another value")
	assert.False(t, carries(environ, []byte("TCPLAB_EXEC=abcd")), "the value of another variable")
}

func TestLinkLocal(t *testing.T) {
	mac, err := net.ParseMAC("02:00:cb:00:71:0a")
	require.NoError(t, err)
	assert.Equal(t, netip.MustParsePrefix("fe80::cbff:fe00:710a/64"), linkLocal(mac))
}

// run runs a verb in the network of this process.
func run(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Run(context.Background(), Streams{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Namespace: &Namespace{}}, args)
	return code, out.String(), errs.String()
}

func TestWrongUse(t *testing.T) {
	for name, args := range map[string][]string{
		"no verb": {}, "no such verb": {"fly"}, "no interface": {"capture"}, "no target": {"dial"}, "a name as target": {"dial", "example.org:80"},
		"no action": {"firewall"}, "no such chain": {"firewall", "add", "--chain", "PREROUTING"}, "no such protocol": {"firewall", "add", "--proto", "sctp"},
		"no such family": {"firewall", "add", "--family", "5"}, "no such answer": {"firewall", "add", "--reject", "tcp-fin"},
		"what ICMPv6 lacks": {"firewall", "add", "--family", "6", "--reject", "icmp-host-prohibited"},
		"a port of ICMP":    {"firewall", "add", "--proto", "icmp", "--source-port", "8"},
		"data of UDP":       {"firewall", "add", "--proto", "udp", "--data"}, "a reset of UDP": {"firewall", "add", "--proto", "udp", "--reject", "tcp-reset"}, "no address": {"neighbour", "pin"}, "a bad address": {"neighbour", "pin", "x", "y"},
		"no allow list": {"allow-list", "set"}, "an allow list on no side": {"allow-list", "set", "x", "tcp/1"},
		"an allow list on two sides": {"allow-list", "set", "x", "--to", "a", "--from", "b"},
		"no NAT":                     {"nat"}, "NAT towards nowhere": {"nat", "set"}, "part of a second": {"nat", "set", "--to", "lo", "--idle", "1500ms"},
		"no link": {"link", "down"}, "no such action on routes": {"route", "add"}, "a name to connect to": {"connect", "example.org:80"},
		"no mark": {"kill"}, "not JSON": {"configure"}, "no such flag": {"listen", "--loud"}, "no page": {"browse"}, "nothing to get": {"get"}, "no program to time": {"time"}, "no address in the page": {"browse", "203.0.113.10:8080"},
	} {
		code, stdout, stderr := run(args...)
		assert.Equal(t, 2, code, name)
		assert.Empty(t, stdout, name)
		assert.NotEmpty(t, stderr, name)
	}
}

func TestAPanicIsAFailureOfItsVerbOnly(t *testing.T) {
	verbs["explode"] = verb{run: func(context.Context, Streams, []string) error { panic("boom") }}
	defer delete(verbs, "explode")
	code, _, stderr := run("explode")
	assert.Equal(t, 1, code)
	assert.Contains(t, stderr, "panic: boom")
}

func TestSysctlLeavesOutWhatTheKernelLacks(t *testing.T) {
	code, stdout, _ := run("sysctl", "net.ipv4.tcp_syn_retries", "net.ipv4.no_such_parameter")
	assert.Equal(t, 0, code)
	assert.Contains(t, stdout, `"net.ipv4.tcp_syn_retries"`)
	assert.NotContains(t, stdout, "no_such_parameter")
}

func TestSwapSocketKeepsWhatGoHasSet(t *testing.T) {
	swapped := -1
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return SwapSocket(c, func(domain, typ, proto int) (int, error) {
			fd, err := unix.Socket(domain, typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, proto)
			swapped = fd
			return fd, err
		})
	}}
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	assert.NotEqual(t, -1, swapped)
	raw, err := l.(*net.TCPListener).SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		reuse, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR)
		assert.NoError(t, err)
		assert.Equal(t, 1, reuse)
	}))
	go func() {
		if c, err := l.Accept(); err == nil {
			_ = c.Close()
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, c.Close())
}
