package main

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// textWriter is where all text of the commands goes, on its way to standard output or standard error. It lets no escape sequence
// through that somebody else has written, into the name of a file, a capture, a hand-in or a report: what a terminal could take for an
// order is shown as Go writes it in a string. Where colours are on, those of the drawings are let through, and nothing but those.
type textWriter struct {
	file *os.File
	// ascii says that the terminal has no signs but those of ASCII.
	ascii bool

	mutex sync.Mutex
	color bool
	rest  []byte // the beginning of a character whose end is still to come
}

// fileOf is the file to which text goes, nil where that is none.
func fileOf(out io.Writer) *os.File {
	switch out := out.(type) {
	case *textWriter:
		return out.file
	case *os.File:
		return out
	}
	return nil
}

// isTerminal reports whether text goes to a terminal.
func isTerminal(out io.Writer) bool {
	f := fileOf(out)
	return f != nil && term.IsTerminal(int(f.Fd()))
}

// terminalSize is how many characters a terminal has. One in a container begins without a size, which is in the environment then.
func terminalSize(f *os.File) (columns, lines int, err error) {
	columns, lines, err = term.GetSize(int(f.Fd()))
	if err == nil && columns == 0 && lines == 0 {
		columns, err = strconv.Atoi(os.Getenv(columnsVariable))
		if err == nil {
			lines, err = strconv.Atoi(os.Getenv(linesVariable))
		}
	}
	return columns, lines, err
}

// The variables that have the size of a terminal, environ(7).
const (
	columnsVariable = "COLUMNS"
	linesVariable   = "LINES"
)

func (w *textWriter) allowColor() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.color = true
}

func (w *textWriter) Write(p []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	text := p
	if len(w.rest) > 0 {
		text = append(w.rest, p...)
	}
	w.rest = nil
	if end := cutAt(text); end < len(text) {
		w.rest = bytes.Clone(text[end:])
		text = text[:end]
	}
	if !plain(text) {
		text = []byte(escaped(string(text), w.color))
		if w.ascii {
			text = []byte(inASCII.Replace(string(text)))
		}
	}
	if _, err := w.file.Write(text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// cutAt is where a text ends whose last character is whole.
func cutAt(text []byte) int {
	for i := len(text) - 1; i >= 0 && i >= len(text)-utf8.UTFMax; i-- {
		if utf8.RuneStart(text[i]) {
			if !utf8.FullRune(text[i:]) {
				return i
			}
			break
		}
	}
	return len(text)
}

// plain reports whether a text is nothing but printable ASCII and ends of lines, as most of it is.
func plain(text []byte) bool {
	for _, b := range text {
		if (b < ' ' || b > '~') && b != '\n' && b != '\t' {
			return false
		}
	}
	return true
}

// ownColor are the escape sequences of the drawings, and only those: a foreground, perhaps bold or faint, and its end.
var ownColor = regexp.MustCompile(`^\x1b\[(0|2|1;3[12]|3[1-6])m`)

// escaped is a text without escape sequences; colours stay where they are allowed.
func escaped(text string, color bool) string {
	var b strings.Builder
	for len(text) > 0 {
		if color && text[0] == 0x1b {
			if own := ownColor.FindString(text); own != "" {
				b.WriteString(own)
				text = text[len(own):]
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[0]), 16))
		case unicode.IsGraphic(r), r == '\n', r == '\t':
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		text = text[size:]
	}
	return b.String()
}

// printable escapes what a terminal could take for an order. A message may quote what somebody else has written: the name of a file,
// or what stands in a hand-in.
func printable(text string) string { return escaped(text, false) }
