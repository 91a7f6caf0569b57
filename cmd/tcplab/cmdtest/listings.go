package cmdtest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Block is a listing of commands; what follows a command is what it prints.
type Block struct {
	Line     int
	Commands []TypedCommand
}

type TypedCommand struct {
	Text string
	Want []string
}

func Blocks(t *testing.T, text string) []Block {
	t.Helper()
	var list []Block
	open := ""
	for i, line := range strings.Split(text, "\n") {
		switch fence, isFence := strings.CutPrefix(line, "```"); {
		case isFence && open == "":
			open = fence
			if fence == "console" || fence == "sh" {
				list = append(list, Block{Line: i + 1})
			}
		case isFence:
			open = ""
		case open == "console" || open == "sh":
			b := &list[len(list)-1]
			if typed, ok := strings.CutPrefix(line, "$ "); ok {
				b.Commands = append(b.Commands, TypedCommand{Text: typed})
				continue
			}
			require.NotEmpty(t, b.Commands, "line %d: a listing begins with a command, behind \"$ \"", b.Line)
			c := &b.Commands[len(b.Commands)-1]
			c.Want = append(c.Want, line)
		}
	}
	return list
}

// number is a time: one with a fraction, or in microseconds, and the space before or after one that is aligned.
var number = regexp.MustCompile(`( {2,}(\\\+)?)?(\d+\\\.\d+( +(m?s\b *)?)?|\d+ µs)`)

// column is the space before a column of a table: the one before it is as wide as its contents are.
var column = regexp.MustCompile(` {2,}([^ *])`)

// stamp is the name of a folder that is named by date and time.
var stamp = regexp.MustCompile(`\d{4}-\d{2}-\d{2}-\d{6}`)

// Pattern is a regular expression for what a listing shows. Where the listing has a time, or a folder named by its date, every other one
// matches; a line "..." stands for any lines, and "..." at the end of a line for any words.
func Pattern(lines []string) string {
	p := "^"
	for _, line := range lines {
		if line == "..." {
			p += `(.*\n)*?`
			continue
		}
		if begin, ok := strings.CutSuffix(line, " ..."); ok {
			p += regexp.QuoteMeta(begin) + ` .*\n`
			continue
		}
		line = stamp.ReplaceAllString(line, "STAMP")
		text := number.ReplaceAllString(regexp.QuoteMeta(line), ` *\+?[\d.]+ *([mµ]?s)? *`)
		if !strings.ContainsAny(line, "│┆") { // in a drawing each place counts
			columns := strings.TrimLeft(text, " ")
			text = text[:len(text)-len(columns)] + column.ReplaceAllString(columns, " {2,}$1")
		}
		p += strings.ReplaceAll(text, "STAMP", stamp.String()+`(-\d+)?`) + ` *\n`
	}
	return p + "$"
}
