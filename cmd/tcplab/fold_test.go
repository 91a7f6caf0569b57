package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestFold breaks lines between words, below the column that they belong to, and leaves alone what must stay in one line.
func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		columns    int
		line, want string
	}{
		{40, "short\n", "short\n"},
		{20, "one two three four five six\n", "one two three four\nfive six\n"},
		{30, "    cannot tell apart: dead host; a firewall drops\n", "    cannot tell apart: dead\n      host; a firewall drops\n"},
		{44, "  closed-port  refused  The host is up, nobody listens on the port\n", "  closed-port  refused  The host is up,\n      nobody listens on the port\n"},
		{60, "  closed-port  refused  The host is up, nobody listens on the port\n", "  closed-port  refused  The host is up, nobody listens on\n                        the port\n"},
		{20, "    next: sudo tcpdump -ni any 'tcp port 9'\n", "    next: sudo tcpdump -ni any 'tcp port 9'\n"},
		{20, "0.000 s │╌ SYN ╌╌╌╌╌╌╌╌╌╌╌╌→│\n", "0.000 s │╌ SYN ╌╌╌╌╌╌╌╌╌╌╌╌→│\n"},
		{10, "averylongwordthatdoesnotfit\n", "averylongwordthatdoesnotfit\n"},
		{20, "호스트는 살아 있지만 포트에서\n", "호스트는 살아 있지만\n포트에서\n"},
		{12, "\x1b[31mred\x1b[0m and \x1b[32mgreen\x1b[0m!\n", "\x1b[31mred\x1b[0m and\n\x1b[32mgreen\x1b[0m!\n"},
	} {
		assert.Equal(t, c.want, fold(c.line, c.columns))
	}
}

// TestFoldWriter: lines may come in pieces.
func TestFoldWriter(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := &foldWriter{out: &b, columns: 12}
	for _, piece := range []string{"one t", "wo three ", "four\nfi", "ve"} {
		n, err := w.Write([]byte(piece))
		assert.NoError(t, err)
		assert.Equal(t, len(piece), n)
	}
	assert.Equal(t, "one two\nthree four\n", b.String())
	w.flush()
	assert.Equal(t, "one two\nthree four\nfive", b.String())
}

// TestReflow: the lines of a paragraph are one, and examples stay as they are.
func TestReflow(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a b\n\nc\n  indented\n  too", reflowed("a\nb\n\nc\n  indented\n  too"))
	for line := range strings.Lines(reflowed(newDiagnose().Long)) {
		assert.False(t, strings.HasSuffix(line, "the verdict rests\n"), "a line of the source")
	}
}
