package failures

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode/utf8"
)

// Text writes the page for a terminal.
func (p FailurePage) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", p.Name, p.Title)
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "\n%s\n", s.Heading)
		for _, block := range s.Blocks {
			block.text(&b)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// textWidth is the width of a paragraph on a terminal, in characters.
const textWidth = 110

func (k Block) text(b *strings.Builder) {
	const indent = "  "
	if k.Paragraph != nil {
		b.WriteString(wrapped(k.Paragraph.Plain(), indent, indent))
	}
	for _, item := range k.List {
		b.WriteString(wrapped(item.Plain(), indent+"- ", indent+"  "))
	}
	width := 0
	for _, row := range k.Table {
		width = max(width, utf8.RuneCountInString(row[0].Plain()))
	}
	for _, row := range k.Table {
		name := row[0].Plain()
		padding := strings.Repeat(" ", width-utf8.RuneCountInString(name)+2)
		b.WriteString(wrapped(row[1].Plain(), indent+name+padding, indent+strings.Repeat(" ", width+2)))
	}
	if k.Code != "" {
		for line := range strings.Lines(k.Code + "\n") {
			b.WriteString(indent + line)
		}
	}
}

// wrapped breaks a text into lines, of which the first one and the others begin differently.
func wrapped(text, first, others string) string {
	var b strings.Builder
	line := first
	begun := false
	for _, word := range strings.Fields(text) {
		switch {
		case !begun:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > textWidth:
			b.WriteString(line + "\n")
			line = others + word
		default:
			line += " " + word
		}
		begun = true
	}
	return b.String() + line + "\n"
}

// Markdown writes the page as a file of docs/failures.
func (p FailurePage) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n", p.Name, escapedMarkdown(p.Title))
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "\n## %s\n", s.Heading)
		for _, block := range s.Blocks {
			b.WriteString("\n")
			block.markdown(&b)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (k Block) markdown(b *strings.Builder) {
	if k.Paragraph != nil {
		b.WriteString(k.Paragraph.markdown() + "\n")
	}
	for _, item := range k.List {
		b.WriteString("- " + item.markdown() + "\n")
	}
	if len(k.Table) > 0 {
		b.WriteString("| | |\n|---|---|\n")
	}
	for _, row := range k.Table {
		fmt.Fprintf(b, "| %s | %s |\n", inCell(row[0]), inCell(row[1]))
	}
	if k.Code != "" {
		b.WriteString("```\n" + k.Code + "\n```\n")
	}
}

func inCell(i Inline) string { return strings.ReplaceAll(i.markdown(), "|", `\|`) }

func (i Inline) markdown() string {
	var b strings.Builder
	for _, s := range i {
		text := escapedMarkdown(s.Text)
		if s.Code {
			text = "`" + s.Text + "`"
		}
		if s.Link != "" {
			text = "[" + text + "](" + s.Link + ")"
		}
		b.WriteString(text)
	}
	return b.String()
}

// markdownMarks are the characters that would mean something else than themselves.
var markdownMarks = strings.NewReplacer(`\`, `\\`, "*", `\*`, "`", "\\`", "<", "&lt;", "[", `\[`, "]", `\]`)

func escapedMarkdown(text string) string { return markdownMarks.Replace(text) }

//go:embed page.html.tmpl
var pageTemplate string

var page = template.Must(template.New("page").Parse(pageTemplate))

// HTML writes the page as one file that needs nothing else. Links, which lead to other pages, are left out.
func (p FailurePage) HTML(w io.Writer) error {
	var b bytes.Buffer
	if err := page.Execute(&b, p); err != nil {
		return err
	}
	_, err := b.WriteTo(w)
	return err
}
