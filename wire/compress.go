package wire

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

var (
	gzipMagic      = []byte("\x1f\x8b")
	zstdMagic      = []byte("\x28\xb5\x2f\xfd")
	xzMagic        = []byte("\xfd7zX")
	bzip2Magic     = []byte("BZh")
	lz4Magic       = []byte("\x04\x22\x4d\x18")
	lz4LegacyMagic = []byte("\x02\x21\x4c\x18")
)

// largestWindow bounds what a compressed file can make the decoder allocate; "zstd --long" needs this much, "xz -9" half
// of it.
const largestWindow = 128 << 20

// inputBuffer is the size of the buffers before and after decompression.
const inputBuffer = 1 << 16

// unpacked is the decompressed data of a stream that begins with start; it returns nil for one that is not compressed.
func unpacked(in *bufio.Reader, start []byte) (io.Reader, error) {
	packed := &counted{Reader: in}
	under := &source{in: packed}
	var err error
	switch {
	case bytes.HasPrefix(start, gzipMagic):
		under.unpack, err = gzip.NewReader(packed)
	case bytes.HasPrefix(start, zstdMagic):
		// With a concurrency of 1 it starts no goroutine, so that it need not be closed.
		under.unpack, err = zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(largestWindow))
	case bytes.HasPrefix(start, xzMagic):
		if err = checkXZ(in); err == nil {
			under.unpack, err = xz.NewReader(packed)
		}
	case bytes.HasPrefix(start, bzip2Magic) && len(start) > 3 && start[3] >= '1' && start[3] <= '9':
		under.unpack = bzip2.NewReader(packed)
	case bytes.HasPrefix(start, lz4Magic), bytes.HasPrefix(start, lz4LegacyMagic):
		under.unpack = lz4.NewReader(packed)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, under.failure(err)
	}
	return under, nil
}

// checkXZ refuses a file whose first block asks for more memory than xz's own levels do. The header of a block is behind
// that of the stream: its size, flags, and the filters (the .xz file format, section 3.1).
func checkXZ(in *bufio.Reader) error {
	const stream, lzma2, sizes = 12, 0x21, 0xc0
	b, err := in.Peek(stream + 5)
	if err != nil || b[stream] == 0 || b[stream+1]&(sizes|3) != 0 || b[stream+2] != lzma2 {
		return nil // the decoder tells what is wrong with it, if anything is
	}
	exponent := b[stream+4]
	if window := uint64(2|exponent&1) << (exponent/2 + 11); window > largestWindow {
		return fmt.Errorf("it needs %d MB of memory: decompress it with unxz", window>>20)
	}
	return nil
}

// Bounds of what a compressed file may unfold to, beyond which it is a trap and no capture: 33 bytes of zstd stand for a
// megabyte, and so a small file for days of reading. Real captures unfold to 2 to 200 times their size, and to some 5,000 times
// where nothing but zeros was sent, in segments of 64 kB. Below the first bound, in bytes, a file costs a second at most.
const (
	cheapToUnpack = 1 << 30
	maxExpansion  = 4096
)

// source is a compressed stream. It tells damage, which is the file's, from what the input itself reports.
type source struct {
	in     *counted
	unpack io.Reader
	out    int64 // bytes so far
}

// counted counts the bytes that are taken of a compressed input.
type counted struct {
	*bufio.Reader
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	return n, err
}

func (c *counted) ReadByte() (byte, error) {
	b, err := c.Reader.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.unpack.Read(b)
	s.out += int64(n)
	if s.out > cheapToUnpack && s.out/maxExpansion > s.in.n {
		return 0, fmt.Errorf("%w: it unfolds to over %d times its size, as no capture does", ErrCorrupt, maxExpansion)
	}
	return n, s.failure(err)
}

func (s *source) failure(err error) error {
	if err == nil || err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if _, inputErr := s.in.Peek(1); inputErr != nil && inputErr != io.EOF {
		return inputErr
	}
	return fmt.Errorf("%w: it cannot be decompressed: %w", ErrCorrupt, err)
}
