package wire

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func gzipped(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	require.NoError(t, errors.Join(err, w.Close()))
	return b.Bytes()
}

func zstandard(t testing.TB, data []byte) []byte {
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return w.EncodeAll(data, nil)
}

func TestCompressed(t *testing.T) {
	plain := manyPackets(t, 5)
	want := readAll(t, plain)
	for name, packed := range map[string][]byte{"gzip": gzipped(t, plain), "zstd": zstandard(t, plain)} {
		assert.Equal(t, want, readAll(t, packed), name)

		trace, err := ReadAll(bytes.NewReader(packed[:len(packed)-1]), "")
		assert.True(t, errors.Is(err, ErrTruncated) || errors.Is(err, ErrCorrupt), "%s: %v", name, err)
		assert.LessOrEqual(t, len(trace.Packets), 5)

		_, err = NewReader(bytes.NewReader(packed[:6]))
		require.ErrorIs(t, err, ErrTruncated, name)
		assert.EqualError(t, err, "wire: byte 0 of the decompressed capture, after frame 0: the capture ends in the middle of a record", name)
	}
}

func TestCompressedGarbage(t *testing.T) {
	for input, want := range map[string]error{
		"\x1f\x8b\x07\x00aaaaaaaaaaaaaaaa":                  ErrCorrupt,
		"\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff\xff":          ErrCorrupt,
		string(gzipped(t, []byte("text"))):                  ErrNotCapture,
		string(gzipped(t, nil)):                             ErrNotCapture,
		string(gzipped(t, zstandard(t, manyPackets(t, 1)))): ErrNotCapture,
	} {
		_, err := NewReader(bytes.NewReader([]byte(input)))
		assert.ErrorIs(t, err, want)
	}
	broken := errors.New("broken pipe")
	packed := gzipped(t, manyPackets(t, 5000))
	_, err := ReadAll(io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), failing{broken}), "")
	assert.ErrorIs(t, err, broken, "what the input reports is not the file's damage")
}

func TestModifiedPcap(t *testing.T) {
	f := newPcap(binary.BigEndian, pcapModified, linkEthernet)
	f.u32(1, 2, uint32(len(synFrame(t))), uint32(len(synFrame(t))), 7, 8<<24)
	f.Write(synFrame(t))
	got := readAll(t, f.Bytes())
	require.Len(t, got, 1)
	assert.Equal(t, KindTCP, got[0].Kind)
}
