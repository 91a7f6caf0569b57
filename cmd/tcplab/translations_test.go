package main

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

// listing is a block of a page that is not prose, between fences or indented.
var listing = regexp.MustCompile("(?ms)^```.*?^```\n|^(?:    [^\n]*\n)+")

// TestTranslatedDocuments: a page in Korean has the same commands as the one in English, whose commands are typed by tests, and nothing of it
// is missing: headings, rows of tables and links are the same.
func TestTranslatedDocuments(t *testing.T) {
	t.Parallel()
	pages := append(cmdtest.PagesOf(t, "*.ko.md"), cmdtest.PagesOf(t, "docs/*.ko.md")...)
	require.Contains(t, pages, "README.ko.md")
	for _, page := range pages {
		original := strings.TrimSuffix(page, ".ko.md") + ".md"
		english, korean := cmdtest.Document(t, original), cmdtest.Document(t, page)
		assert.Regexp(t, `^# .*\n\n\[한국어\]\(`+regexp.QuoteMeta(path.Base(page))+`\)\n\n`, english, original)
		assert.Regexp(t, `^# .*\n\n\[English\]\(`+regexp.QuoteMeta(path.Base(original))+`\)\n\n`, korean, page)
		assert.Equal(t, listing.FindAllString(english, -1), listing.FindAllString(korean, -1), "the listings of %s", page)
		assert.Equal(t, once(cmdtest.InlineCommands(english)), once(cmdtest.InlineCommands(korean)), "the commands within the lines of %s", page)
		assert.Equal(t, shapeOf(english), shapeOf(korean), "the headings and tables of %s", page)
		assert.Equal(t, linksOf(english), linksOf(korean), "the links of %s", page)
	}
}

// once has each element once, sorted.
func once(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// shapeOf is the order of a page's headings and rows of tables: "##" for a heading, "||||" for a row with three cells.
func shapeOf(text string) (shape []string) {
	for line := range strings.Lines(cmdtest.Prose(text)) {
		switch {
		case heading.MatchString(strings.TrimSuffix(line, "\n")):
			shape = append(shape, line[:strings.Index(line, " ")])
		case strings.HasPrefix(line, "|"):
			shape = append(shape, strings.Repeat("|", strings.Count(line, "|")))
		}
	}
	return shape
}

// linksOf are the files and addresses that a page links to. Of a page in two languages it is the one in English.
func linksOf(text string) []string {
	var list []string
	_, body, _ := strings.Cut(text, ")\n\n") // the other language comes first
	for _, found := range link.FindAllStringSubmatch(cmdtest.Prose(body), -1) {
		file, _, _ := strings.Cut(found[1]+found[2], "#")
		list = append(list, strings.Replace(file, ".ko.md", ".md", 1))
	}
	return once(list)
}
