package wire

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

var (
	gzipMagic = []byte("\x1f\x8b")
	zstdMagic = []byte("\x28\xb5\x2f\xfd")
)

// largestWindow bounds what a zstd file can make the decoder allocate; "zstd --long" needs this much.
const largestWindow = 128 << 20

// inputBuffer is the size of the buffers before and after decompression.
const inputBuffer = 1 << 16

// unpacked is the decompressed data of a stream that begins with start; it returns nil for one that is not compressed.
func unpacked(in *bufio.Reader, start []byte) (io.Reader, error) {
	under := &source{in: in}
	var err error
	switch {
	case bytes.HasPrefix(start, gzipMagic):
		under.unpack, err = gzip.NewReader(in)
	case bytes.HasPrefix(start, zstdMagic):
		// With a concurrency of 1 it starts no goroutine, so that it need not be closed.
		under.unpack, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(largestWindow))
	default:
		return nil, nil
	}
	if err != nil {
		return nil, under.failure(err)
	}
	return under, nil
}

// source is a compressed stream. It tells damage, which is the file's, from what the input itself reports.
type source struct {
	in     *bufio.Reader
	unpack io.Reader
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.unpack.Read(b)
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
