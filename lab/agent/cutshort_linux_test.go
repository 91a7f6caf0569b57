package agent_test

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent/agenttest"
)

// TestHalfARecordIsSent: what comes is half of what the header of the record announces, and the connection stays open.
func TestHalfARecordIsSent(t *testing.T) {
	port := agenttest.FreePort(t)
	argv, told := lab.Service{Port: port, TLS: lab.TLSCutShort}.Command()
	s := agenttest.Start(t, port, told, argv[2:]...)
	conn, err := net.Dial("tcp", s.Address())
	require.NoError(t, err)
	defer conn.Close()
	go func() { _ = tls.Client(helloOnly{conn}, &tls.Config{ServerName: "tcplab.example"}).Handshake() }()

	const header = 5
	start := make([]byte, header)
	_, err = io.ReadFull(conn, start)
	require.NoError(t, err)
	half := (header + int(binary.BigEndian.Uint16(start[3:]))) / 2
	_, err = io.ReadFull(conn, make([]byte, half-header))
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	_, err = conn.Read(start)
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "nothing more comes, and no end")
	s.End(t)
}

// helloOnly is a connection whose answers are read elsewhere.
type helloOnly struct{ net.Conn }

func (helloOnly) Read([]byte) (int, error) { return 0, io.EOF }
