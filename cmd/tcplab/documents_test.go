package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// Every command that is named within a line of a document exists, and its flags do.
func TestNamesOfCommands(t *testing.T) {
	t.Parallel()
	found := 0
	for _, page := range cmdtest.Documents(t) {
		for _, typed := range cmdtest.InlineCommands(cmdtest.Document(t, page)) {
			found++
			words := strings.Fields(strings.TrimSuffix(typed, " ..."))[1:]
			if words[0] == "host" {
				continue // a verb of a lab's hosts; those have tests of their own
			}
			root := newRoot()
			root.InitDefaultCompletionCmd(words...)
			cmd, rest, err := root.Find(words)
			if !assert.NoError(t, err, "%s: %s", page, typed) {
				continue
			}
			assert.True(t, cmd.HasParent(), "%s: %s", page, typed)
			cmd.InitDefaultHelpFlag()
			for _, word := range rest {
				if word == "--" {
					break // the flags of a command of the reader's
				}
				if name, long := strings.CutPrefix(word, "--"); long && !cmd.DisableFlagParsing {
					name, _, _ = strings.Cut(name, "=")
					assert.NotNil(t, cmd.Flag(name), "%s: %s has no flag --%s", page, cmd.CommandPath(), name)
				}
			}
		}
	}
	assert.Greater(t, found, 30)
}

var (
	// link is one in Markdown, or a picture's source in HTML.
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"`)
	heading = regexp.MustCompile(`^#{1,6} +(.*?) *#*$`)
	inLine  = regexp.MustCompile("`[^`\n]*`")
)

// Every relative link of a document leads to a file of the repository and, where it names a heading, to that one.
func TestLinksInDocuments(t *testing.T) {
	t.Parallel()
	found := 0
	for _, page := range append(cmdtest.Documents(t), cmdtest.PagesOf(t, "docs/failures/*.md")...) {
		for _, match := range link.FindAllStringSubmatch(inLine.ReplaceAllString(cmdtest.Prose(cmdtest.Document(t, page)), ""), -1) {
			target := match[1] + match[2]
			if strings.Contains(target, "://") {
				continue
			}
			found++
			to, fragment, _ := strings.Cut(target, "#")
			file := page
			if to != "" {
				file = path.Join(path.Dir(page), to)
			}
			if _, err := os.Stat(filepath.Join(enginetest.Root(), file)); !assert.NoError(t, err, "%s links to %s", page, target) || fragment == "" {
				continue
			}
			assert.Contains(t, anchors(cmdtest.Document(t, file)), fragment, "%s links to %s", page, target)
		}
	}
	assert.Greater(t, found, 50)
}

// anchors are the names that GitHub gives to the headings of a page: lower case, hyphens in place of spaces, no punctuation, and a number
// where it would be there twice.
func anchors(text string) []string {
	var list []string
	times := map[string]int{}
	for line := range strings.Lines(cmdtest.Prose(text)) {
		h := heading.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if h == nil {
			continue
		}
		name := strings.Map(func(r rune) rune {
			switch {
			case r == ' ' || r == '-':
				return '-'
			case unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, h[1])
		times[name]++
		if n := times[name]; n > 1 {
			name += "-" + strconv.Itoa(n-1)
		}
		list = append(list, name)
	}
	return list
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"what-tcplab-diagnose-can-tell", "go-package-labtest", "a", "a-1"},
		anchors("# What `tcplab diagnose` can tell\n## Go: package labtest\n```sh\n# no heading\n```\n### A\n## A\n"))
}
