package wire

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// a frame of 60 bytes, of which 43 were captured: neither is a multiple of four, as blocks are.
func sampleFrame(at time.Time) Frame {
	data := bytes.Repeat([]byte{0xff}, 43)
	return Frame{Time: at, Length: 60, Data: data, Link: uint16(linkEthernet)}
}

func writeSample(t *testing.T, w io.Writer) time.Time {
	t.Helper()
	at := time.Unix(1_700_000_000, 123_456_789).UTC()
	n, err := NewWriter(w, "tcplab")
	require.NoError(t, err)
	client, err := n.AddInterface("client", uint16(linkEthernet))
	require.NoError(t, err)
	server, err := n.AddInterface("router:to-server", uint16(linkEthernet))
	require.NoError(t, err)
	require.NoError(t, n.Write(client, sampleFrame(at), ""))
	require.NoError(t, n.Write(server, sampleFrame(at.Add(time.Nanosecond)), "lost in the router"))
	return at
}

func TestWriterWritesWhatTheReaderReads(t *testing.T) {
	var b bytes.Buffer
	at := writeSample(t, &b)
	r, err := NewReader(&b)
	require.NoError(t, err)
	for i, name := range []string{"client", "router:to-server"} {
		p, err := r.Next()
		require.NoError(t, err)
		assert.Equal(t, name, p.Interface)
		assert.Equal(t, at.Add(time.Duration(i)), p.Time)
		assert.True(t, p.Truncated)
		frame := r.Frame(&p)
		assert.Equal(t, sampleFrame(p.Time), frame)
	}
	_, err = r.Next()
	assert.ErrorIs(t, err, io.EOF)
}

func TestWriterRefusesAnInterfaceThatItDoesNotDescribe(t *testing.T) {
	n, err := NewWriter(io.Discard, "tcplab")
	require.NoError(t, err)
	assert.EqualError(t, n.Write(0, sampleFrame(time.Unix(1, 0)), ""), "wire: a packet of interface 0, but 0 are described")
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriterReportsWhatItCouldNotWrite(t *testing.T) {
	_, err := NewWriter(fullDisk{}, "tcplab")
	assert.ErrorIs(t, err, errFull)
}

// An independent reader finds the interfaces' names and the comments.
func TestWiresharkReadsNamesAndComments(t *testing.T) {
	program, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("TCPLAB_REQUIRE_TSHARK") != "" {
			t.Fatal("tshark is required (TCPLAB_REQUIRE_TSHARK) and not installed: apt-get install tshark")
		}
		t.Skip("tshark is not installed: apt-get install tshark")
	}
	name := filepath.Join(t.TempDir(), "run.pcapng")
	f, err := os.Create(name)
	require.NoError(t, err)
	writeSample(t, f)
	require.NoError(t, f.Close())
	out, err := exec.Command(program, "-r", name, "-T", "fields", "-e", "frame.interface_name", "-e", "frame.time_epoch", "-e", "frame.len",
		"-e", "frame.comment").Output()
	require.NoError(t, err)
	assert.Equal(t, "client\t1700000000.123456789\t60\t\nrouter:to-server\t1700000000.123456790\t60\tlost in the router\n", string(out))
}
