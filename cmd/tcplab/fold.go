package main

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/lang"
)

// folded is a writer that breaks lines between words where the terminal is too narrow for them; elsewhere it is out itself. The
// function writes what is left of a line without an end.
func folded(out io.Writer) (io.Writer, func()) {
	f := fileOf(out)
	if f == nil || !isTerminal(out) {
		return out, func() {}
	}
	columns, _, err := terminalSize(f)
	if err != nil || columns < leastColumns {
		return out, func() {}
	}
	w := &foldWriter{out: out, columns: columns}
	return w, w.flush
}

// leastColumns is the width below which breaking lines makes nothing better.
const leastColumns = 30

// foldWriter breaks lines.
type foldWriter struct {
	out     io.Writer
	columns int
	rest    []byte
}

func (w *foldWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	end := bytes.LastIndexByte(w.rest, '\n') + 1
	var b strings.Builder
	for line := range strings.Lines(string(w.rest[:end])) {
		b.WriteString(fold(line, w.columns))
	}
	w.rest = w.rest[end:]
	if _, err := io.WriteString(w.out, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *foldWriter) flush() {
	_, _ = w.out.Write(w.rest)
	w.rest = nil
}

// asItIs are lines that must not be broken: drawings, and what is to be copied as one line.
var asItIs = regexp.MustCompile(`[│┊╌║]|^\s*(next:|다음:|in Wireshark|Wireshark에서|\$ |tcplab |sudo |\| )`)

// gaps are where the columns of a table end.
var gaps = regexp.MustCompile(`\S {2,}`)

// fold breaks a line between words so that it is no wider than the columns. What follows stands below the last column of a table,
// where there is one, else a little to the right of the beginning.
func fold(line string, columns int) string {
	if widthOf(line) <= columns || asItIs.MatchString(line) {
		return line
	}
	indent := len(line) - len(strings.TrimLeft(line, " "))
	hang := indent + 2
	if found := gaps.FindAllStringIndex(line, -1); found != nil {
		hang = widthOf(line[:found[len(found)-1][1]])
	} else if indent == 0 {
		hang = 0
	}
	if hang > columns/2 {
		hang = indent + 4
	}
	var b strings.Builder
	at := 0
	for i, word := range splitWords(strings.TrimRight(line, "\n")) {
		switch room := columns - at; {
		case i > 0 && widthOf(strings.TrimRight(word, " ")) > room && at > hang:
			trimmed := strings.TrimRight(b.String(), " ")
			b.Reset()
			b.WriteString(trimmed + "\n" + strings.Repeat(" ", hang))
			at = hang
		}
		b.WriteString(word)
		at += widthOf(word)
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

// splitWords cuts a text behind its spaces: what is before the first word belongs to that.
func splitWords(text string) []string {
	var list []string
	start := 0
	for i := 1; i < len(text); i++ {
		if text[i-1] == ' ' && text[i] != ' ' && strings.TrimSpace(text[start:i]) != "" {
			list = append(list, text[start:i])
			start = i
		}
	}
	return append(list, text[start:])
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// widthOf is how many columns a text takes on a terminal; a colour takes none.
func widthOf(text string) int {
	return lang.Columns(escapes.ReplaceAllString(strings.TrimRight(text, "\n"), ""))
}

// foldedHelp shows the help of a command so that it fits the terminal.
func foldedHelp(help func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		out := cmd.OutOrStdout()
		text, flush := folded(out)
		if text != out {
			cmd.Long = reflowed(cmd.Long)
			cmd.SetOut(text)
			defer cmd.SetOut(out)
		}
		help(cmd, args)
		flush()
	}
}

// reflowed joins the lines of each paragraph of a help text, so that it can be broken anew. Lines that are indented stay.
func reflowed(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		switch {
		case i == 0:
		case line == "" || strings.HasPrefix(line, " ") || strings.HasSuffix(b.String(), "\n"):
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}
