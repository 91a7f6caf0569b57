package diagnose

// chunkLine is what was read of a line between the chunks of an answer (RFC 9112 section 7.1), which may come in pieces.
type chunkLine struct {
	size   int64
	length int  // bytes of the line that count
	beyond bool // behind the size is an extension
}

// mostChunk is larger than any chunk, in bytes.
const mostChunk = 1 << 40

// chunkSize reads the line that tells the size of the next chunk, and returns what is left.
func (t *content) chunkSize(b []byte) []byte {
	l := &t.chunk
	for i, c := range b {
		digit, isHex := hexDigit(c)
		switch {
		case c == '\n' && l.length == 0, l.size >= mostChunk:
			t.state = contentUnknown
			return nil
		case c == '\n':
			t.beginChunk()
			return b[i+1:]
		case c == '\r', l.beyond:
		case isHex:
			l.size, l.length = l.size<<4|int64(digit), l.length+1
		case l.length > 0:
			l.beyond = true
		default:
			t.state = contentUnknown
			return nil
		}
	}
	return nil
}

// beginChunk goes on with the chunk whose size was read: its data and the end of a line, or what follows the last one.
func (t *content) beginChunk() {
	const endOfLine = 2
	if t.chunk.size == 0 {
		t.state, t.chunk = contentTrailers, chunkLine{}
		return
	}
	t.state, t.left = contentChunk, t.chunk.size+endOfLine
}

// trailers reads the lines after the last chunk: an empty one ends the answer.
func (t *content) trailers(b []byte) []byte {
	l := &t.chunk
	for i, c := range b {
		switch {
		case c == '\n' && l.length == 0:
			t.state = contentStart
			return b[i+1:]
		case c == '\n':
			l.length = 0
		case c != '\r':
			l.length++
		}
	}
	return nil
}

func hexDigit(c byte) (digit byte, ok bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
