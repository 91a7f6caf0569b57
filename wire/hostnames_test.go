package wire

import (
	"bytes"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var labNames = []HostName{
	{netip.MustParseAddr("198.51.100.10"), "client"}, {netip.MustParseAddr("2001:db8:2::10"), "server"}, {netip.MustParseAddr("203.0.113.10"), "server"},
}

// The names stand behind the interfaces, and nothing else is changed: without the block the stream is what came in.
func TestWithNames(t *testing.T) {
	var plain, names bytes.Buffer
	w, err := NewWriter(&plain, "a test")
	require.NoError(t, err)
	for _, name := range []string{"eth0", "eth1"} {
		_, err = w.AddInterface(name, 1)
		require.NoError(t, err)
	}
	header := plain.Len()
	require.NoError(t, w.Write(0, Frame{Time: time.Unix(1, 0), Length: 60, Data: make([]byte, 60), Link: 1}, ""))
	require.NoError(t, (&Writer{w: &names}).WriteNames(labNames))
	want := string(plain.Bytes()[:header]) + names.String() + string(plain.Bytes()[header:])

	for name, in := range map[string]io.Reader{"at once": bytes.NewReader(plain.Bytes()), "byte by byte": iotest.OneByteReader(bytes.NewReader(plain.Bytes()))} {
		got, err := io.ReadAll(WithNames(in, labNames))
		require.NoError(t, err, name)
		assert.Equal(t, want, string(got), name)
	}
	r, err := NewReader(strings.NewReader(want))
	require.NoError(t, err)
	_, err = r.Next()
	require.NoError(t, err)

	var bare bytes.Buffer
	_, err = NewWriter(&bare, "a test")
	require.NoError(t, err)
	for _, other := range []string{"", "short", plain.String()[:header-3], bare.String(), bare.String() + "no interface", strings.Repeat("no capture ", 10)} {
		got, err := io.ReadAll(WithNames(strings.NewReader(other), labNames))
		require.NoError(t, err)
		assert.Equal(t, other, string(got))
	}
}

// A packet is handed on when it comes: the capture of a lab that stands is looked at while it runs.
func TestWithNamesDoesNotWait(t *testing.T) {
	out, in := io.Pipe()
	defer in.Close()
	go func() { _, _ = NewWriter(in, "a test") }()
	head := make([]byte, 12)
	_, err := io.ReadFull(WithNames(out, labNames), head)
	require.NoError(t, err) // the pipe is still open: who waits for its end waits for ever
}

// TestTsharkShowsTheNames asks the independent witness.
func TestTsharkShowsTheNames(t *testing.T) {
	needTshark(t)
	golden := filepath.Join("..", "report", "testdata", "runs", "closed-port-netns-ipv4", "client.pcapng")
	capture, err := os.Open(golden)
	require.NoError(t, err)
	defer capture.Close()
	text, err := io.ReadAll(WithNames(capture, labNames))
	require.NoError(t, err)
	named := filepath.Join(t.TempDir(), "named.pcapng")
	require.NoError(t, os.WriteFile(named, text, 0o600))

	assert.Equal(t, "198.51.100.10\t203.0.113.10\n203.0.113.10\t198.51.100.10\n", ends(t, golden))
	assert.Equal(t, "client\tserver\nserver\tclient\n", ends(t, named))
	for _, program := range [][]string{{"mergecap", "-w", os.DevNull, named, named}, {"editcap", named, os.DevNull}} {
		out, err := exec.CommandContext(t.Context(), program[0], program[1:]...).CombinedOutput()
		assert.NoError(t, err, "%s: %s", program[0], out)
	}
}

// ends are the two ends of each packet of a capture as tshark names them, without asking anybody.
func ends(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "tshark", "-N", "n", "-o", "nameres.use_external_name_resolver:FALSE", "-r", file,
		"-T", "fields", "-e", "ip.src_host", "-e", "ip.dst_host").Output()
	require.NoError(t, err)
	return string(out)
}

// requireTshark, set to 1, makes a missing tshark a failure: CI must not go without its independent witness.
const requireTshark = "TCPLAB_REQUIRE_TSHARK"

func needTshark(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv(requireTshark) == "1" {
			t.Fatalf("tshark is required (%s): %v", requireTshark, err)
		}
		t.Skip("tshark is not installed")
	}
}
