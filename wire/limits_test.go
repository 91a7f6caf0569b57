package wire

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a file says of its interfaces is bounded, or a small one could fill the memory of who reads it.
func TestInterfacesAreBounded(t *testing.T) {
	f := newPcapng(binary.LittleEndian)
	for range maxInterfaces {
		f.iface(linkEthernet, 0, optionName, "eth0")
	}
	f.enhanced(maxInterfaces-1, 0, len(synFrame(t)), synFrame(t))
	require.Len(t, readAll(t, f.Bytes()), 1)
	f.iface(linkEthernet, 0)
	_, err := ReadAll(bytes.NewReader(f.Bytes()), "client")
	assert.ErrorIs(t, err, ErrCorrupt)
	assert.ErrorContains(t, err, "a section describes more than 10000 interfaces")

	f = newPcapng(binary.LittleEndian)
	f.iface(linkEthernet, 0, optionName, strings.Repeat("n", maxInterfaceName))
	f.enhanced(0, 0, len(synFrame(t)), synFrame(t))
	require.Len(t, readAll(t, f.Bytes()), 1)
	f.iface(linkEthernet, 0, optionName, strings.Repeat("n", maxInterfaceName+1))
	_, err = ReadAll(bytes.NewReader(f.Bytes()), "client")
	assert.ErrorContains(t, err, "the name of an interface has 1025 bytes, more than 1024")
}

// A file that unfolds to any number of bytes that are skipped ends early, and says why.
func TestExpansionIsBounded(t *testing.T) {
	var packed bytes.Buffer
	w, err := zstd.NewWriter(&packed, zstd.WithEncoderLevel(zstd.SpeedFastest))
	require.NoError(t, err)
	_, err = w.Write(newPcapng(binary.LittleEndian).Bytes())
	require.NoError(t, err)
	const unknown, size = 0x0bad, 2 << 30
	_, err = w.Write([]byte{unknown & 0xff, unknown >> 8, 0, 0, 0, 0, 0, size >> 24})
	require.NoError(t, err)
	_, err = io.CopyN(w, noughts{}, size-8)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.Less(t, packed.Len(), size/maxExpansion)
	_, err = ReadAll(&packed, "client")
	assert.ErrorIs(t, err, ErrCorrupt)
	assert.ErrorContains(t, err, "it unfolds to over 4096 times its size, as no capture does")
}

type noughts struct{}

func (noughts) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// A capture of nothing but SYNs on the same ports takes a time that grows with its size, and not with the square of that: this
// one would take a minute.
func TestAttemptsOnTheSamePortsTakeLinearTime(t *testing.T) {
	const many = 200_000
	packets := make([]Packet, many)
	for i := range packets {
		p := Packet{Kind: KindTCP, Src: netip.MustParseAddr("198.51.100.10"), Dst: netip.MustParseAddr("203.0.113.10"), SrcPort: 40000, DstPort: 8080}
		p.TCP.Flags, p.TCP.Seq = SYN, uint32(i)
		packets[i] = p
	}
	begin := time.Now()
	assert.Len(t, Trace{Packets: packets}.Attempts(8080), many)
	assert.Less(t, time.Since(begin), 10*time.Second)
}
