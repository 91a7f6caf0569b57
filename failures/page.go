// Package failures is the pages about failures: what a scenario, a verdict or a cause is, what a client feels, how it is told
// from its rivals, and what it looks like. All of it is taken from the catalogue, from what was recorded of the scenarios, and
// from the advice of the diagnosis. A page is a value; it is written for a terminal, in Markdown and in HTML.
package failures

import (
	"fmt"
	"slices"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// FailurePage is all that is to be said of one name.
type FailurePage struct {
	Name, Title string
	Sections    []Section
}

// Section is a part of a page.
type Section struct {
	Heading string
	Blocks  []Block
}

// Block is one paragraph, list, table or listing: the one of its fields that is not empty.
type Block struct {
	Paragraph Inline
	List      []Inline
	// Table has rows of two cells each.
	Table [][2]Inline
	// Code is shown as it is.
	Code string
}

// Inline is text within a line.
type Inline []Span

// Span is a piece of text: a link where it has a target, which is relative to docs/failures; a name where it is code.
type Span struct {
	Text, Link string
	Code       bool
}

// Plain is the text without its marks.
func (i Inline) Plain() string {
	text := ""
	for _, s := range i {
		text += s.Text
	}
	return text
}

func plain(format string, arguments ...any) Inline {
	return Inline{{Text: fmt.Sprintf(format, arguments...)}}
}

// Of returns the page about a scenario, a verdict or a cause; one that has the name of several tells of each. The error for an
// unknown name suggests one that is near.
func Of(name string, tag lang.Tag) (FailurePage, error) {
	var p FailurePage
	b := builder{tag: tag}
	if s, err := scenarios.Named(name); err == nil {
		p.Title = s.Title.In(tag)
		b.scenario(s)
	}
	if v := diagnose.Verdict(name); slices.Contains(diagnose.Verdicts(), v) {
		p.Title = firstOf(p.Title, meanings[v].In(tag))
		b.verdict(v)
	}
	if c := diagnose.Cause(name); slices.Contains(diagnose.Causes(), c) {
		p.Title = firstOf(p.Title, c.Words().In(tag))
		b.cause(c)
	}
	if len(b.sections) == 0 {
		return FailurePage{}, fmt.Errorf("there is no scenario, verdict or cause %q%s (\"tcplab list\" shows the scenarios)", name, lang.Suggestion(name, known()))
	}
	p.Name, p.Sections = name, b.sections
	return p, nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Names are those of the pages that have a file of their own: of the scenarios and of the verdicts. The causes share one.
func Names() []string {
	var list []string
	for _, s := range scenarios.All() {
		list = append(list, s.Name)
	}
	for _, v := range diagnose.Verdicts() {
		list = append(list, string(v))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// known are the names that have a page.
func known() []string {
	list := Names()
	for _, c := range diagnose.Causes() {
		list = append(list, string(c))
	}
	return list
}
