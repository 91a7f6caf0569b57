package wire

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// open finds out what the input is, and reads the header of the capture in it.
func (r *Reader) open() error {
	start, err := r.peekStart()
	if err != nil {
		return err
	}
	switch {
	case len(start) == 4 && be.Uint32(start) == blockSection:
		return r.startPcapng()
	case len(start) == 4 && r.isPcap(start):
		return r.readPcapHeader()
	case string(start) == netMonMagic:
		return r.startNetMon()
	case string(start) == snoopMagic[:4] && r.begins(snoopMagic):
		return r.startSnoop()
	}
	// What else it is must not depend on how much has arrived: the first bytes decide whether it may be text.
	mayBeText := beginsAsText(start)
	start, _ = r.in.Peek(max(len(start), r.in.Buffered()))
	switch {
	case r.unwrapText(start):
		err := r.openText()
		if r.utf16 && errors.Is(err, ErrNotCapture) {
			return fmt.Errorf("wire: %w: this is UTF-16, as PowerShell's > writes it, which destroys a capture: let tcpdump write the file itself (-w FILE), or use > in cmd.exe",
				ErrNotCapture)
		}
		return err
	case mayBeText:
		return r.openText()
	}
	return r.openOther(start)
}

// openOther is for what is neither a capture nor text.
func (r *Reader) openOther(start []byte) error {
	if r.archive == nil && r.isArchive() {
		return r.openArchive()
	}
	return notCapture(start)
}

func (r *Reader) begins(magic string) bool {
	b, _ := r.in.Peek(len(magic))
	return string(b) == magic
}

// peekStart returns the first four bytes of the capture, fewer where it has no more. It unpacks what is compressed, once:
// a capture that was compressed twice is not worth the trap that a small file can be.
func (r *Reader) peekStart() ([]byte, error) {
	start, err := r.in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	plain, err := unpacked(r.in, start)
	r.packed = r.packed || plain != nil || err != nil
	if plain == nil || err != nil {
		return start, err
	}
	r.in = bufio.NewReaderSize(plain, inputBuffer)
	start, err = r.in.Peek(4)
	if err != nil && len(start) == 0 && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return start, nil
}

// isArchive recognizes a tar archive by the checksum of its first header; older ones have no magic number.
func (r *Reader) isArchive() bool {
	const block, sumAt, sumLen = 512, 148, 8
	h, err := r.in.Peek(block)
	if err != nil || h[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(string(bytes.Trim(h[sumAt:sumAt+sumLen], " \x00")), 8, 64)
	if err != nil {
		return false
	}
	sum := int64(sumLen * ' ')
	for i, c := range h {
		if i < sumAt || i >= sumAt+sumLen {
			sum += int64(c)
		}
	}
	return sum == want
}

// openArchive begins with the first capture of a tar archive.
func (r *Reader) openArchive() error {
	r.packed = true // offsets are those within a member
	r.archive = tar.NewReader(r.in)
	err := r.openMember()
	if err == io.EOF {
		return fmt.Errorf("wire: %w: it is a tar archive without a capture in it", ErrNotCapture)
	}
	return err
}

// openMember opens the next member of the archive that is a capture. The error is io.EOF when there is none.
func (r *Reader) openMember() error {
	for {
		member, err := r.archive.Next()
		switch {
		case err == io.EOF:
			return err
		case errors.Is(err, io.ErrUnexpectedEOF):
			return ErrTruncated
		case err != nil:
			return fmt.Errorf("%w: the archive cannot be read: %w", ErrCorrupt, err)
		case member.Typeflag != tar.TypeReg || member.Size == 0:
			continue
		}
		r.in = bufio.NewReaderSize(r.archive, inputBuffer)
		r.offset, r.record = 0, 0
		if err := r.open(); !errors.Is(err, ErrNotCapture) {
			return err
		}
	}
}

// ErrSeveral is wrapped by the [ReadError] for an archive with captures that do not follow one another in time. The first
// one, and what follows it, has been returned.
var ErrSeveral = errors.New("the archive holds several captures that do not follow one another: extract it (tar -xf) and give each of them")

// Captures are pieces of one if the next begins after the end of the one before, and soon.
const (
	PieceOverlap = 50 * time.Millisecond
	PieceGap     = 10 * time.Minute
)

// Follows reports whether a capture that begins at the time may continue one that ended at the other.
func Follows(begin, end time.Time) bool {
	return !begin.Before(end.Add(-PieceOverlap)) && !begin.After(end.Add(PieceGap))
}

// nextOfArchive reads the first packet of the next capture in an archive.
func (r *Reader) nextOfArchive(p *Packet) error {
	for {
		if err := r.openMember(); err != nil {
			return err
		}
		switch err := r.next(p); {
		case err == io.EOF:
			continue
		case err != nil:
			return err
		case !r.last.IsZero() && !p.Time.IsZero() && !Follows(p.Time, r.last):
			return ErrSeveral
		}
		return nil
	}
}
