package browse

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent/agenttest"
)

// The verb leaves nothing behind, and tells what Chromium and the person before it have seen.
func TestBrowse(t *testing.T) {
	if _, err := lab.FindProgram("chromium"); err != nil {
		if os.Getenv("TCPLAB_REQUIRE_CHROMIUM") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	folder, err := os.MkdirTemp("", "browse-") // not the test's own, whose path is too long for Chromium's socket
	require.NoError(t, err)
	defer os.RemoveAll(folder)
	t.Setenv("TMPDIR", folder)

	code, stdout, stderr := agenttest.Run("browse", "http://"+l.Addr().String()+"/")
	require.Equal(t, 0, code, stderr)
	var o lab.Outcome
	require.NoError(t, json.Unmarshal([]byte(stdout), &o))
	assert.Equal(t, "net::ERR_CONNECTION_REFUSED", o.Code)
	_, err = png.Decode(bytes.NewReader(o.Attachments["chromium.png"]))
	assert.NoError(t, err)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// Typed by hand, the half that drives Chromium says who runs it.
func TestPageSaysWhoRunsIt(t *testing.T) {
	code, _, stderr := agenttest.Run("page", "http://192.0.2.1/")
	assert.Equal(t, 2, code)
	assert.Contains(t, stderr, `("tcplab host browse" runs it)`)
}
