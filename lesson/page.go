package lesson

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tcplab/tcplab/lang"
)

// pages are the guided lessons. A file "NN-name.md" is a lesson and its number; "NN-name.ko.md" is the same in Korean.
//
//go:embed pages/*.md
var pages embed.FS

// Page is a guided lesson: what to type, what to look at, and questions in between.
type Page struct {
	Number int
	Name   string
	Title  string
	// Markdown is the page as it was written, questions in full.
	Markdown  string
	Questions []Question
}

// Pages returns the guided lessons in their order, in one language, or in English where there is no translation.
func Pages(tag lang.Tag) []Page { return allPages().in(tag) }

// PageNamed returns the guided lesson with this name, or with this number. The error for a name that is unknown suggests
// the nearest one.
func PageNamed(name string, tag lang.Tag) (Page, error) {
	list := Pages(tag)
	number, err := strconv.Atoi(name)
	for _, p := range list {
		if p.Name == name || err == nil && p.Number == number {
			return p, nil
		}
	}
	if err == nil {
		return Page{}, fmt.Errorf("there is no lesson %d: they are numbered from 1 to %d (\"tcplab lesson list\" shows all)", number, len(list))
	}
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	return Page{}, fmt.Errorf("there is no lesson %q%s (\"tcplab lesson list\" shows all)", name, lang.Suggestion(name, names))
}

// Question returns the question with this name.
func (p Page) Question(name string) (Question, error) {
	var names []string
	for _, q := range p.Questions {
		if q.Name == name {
			return q, nil
		}
		names = append(names, q.Name)
	}
	return Question{}, fmt.Errorf("lesson %s has no question %q; it has: %s", p.Name, name, strings.Join(names, ", "))
}

// Show is the page to be read: how a question is answered stands in the place of how it is checked.
func (p Page) Show(tag lang.Tag) string {
	next := 0
	return questionBlock.ReplaceAllStringFunc(p.Markdown, func(string) string {
		q := p.Questions[next]
		next++
		return "> " + strings.ReplaceAll(q.Text, "\n", "\n> ") + "\n>\n> " + answerWith.Format(tag, p.Name, q.Name) + "\n"
	})
}

var answerWith = lang.Text{English: "Answer: `tcplab lesson check %s %s ANSWER`", Korean: "답: `tcplab lesson check %s %s 답`"}

var (
	pageFile      = regexp.MustCompile(`^(\d\d)-([a-z0-9-]+)(\.ko)?\.md$`)
	questionBlock = regexp.MustCompile("(?ms)^```question\n(.*?)^```\n")
)

// allPages are all the lessons. It panics when one is not as it must be: that is a mistake in this package.
var allPages = sync.OnceValue(func() shelf {
	byTag, err := readPages(pages)
	if err != nil {
		panic("lesson: " + err.Error())
	}
	return byTag
})

// shelf is the lessons by language.
type shelf map[lang.Tag][]Page

// in is the lessons in a language, or in English where there is no translation.
func (s shelf) in(tag lang.Tag) []Page {
	var list []Page
	for _, p := range s[lang.English] {
		if i := slices.IndexFunc(s[tag], func(t Page) bool { return t.Name == p.Name }); i >= 0 {
			p = s[tag][i]
		}
		list = append(list, p)
	}
	return list
}

func readPages(files fs.FS) (shelf, error) {
	names, err := fs.Glob(files, "pages/*.md") // sorted
	if err != nil {
		return nil, err
	}
	byTag := shelf{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if err := byTag.add(strings.TrimPrefix(name, "pages/"), string(text)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, p := range byTag[lang.Korean] {
		if !slices.ContainsFunc(byTag[lang.English], func(e Page) bool { return e.Name == p.Name && e.Number == p.Number }) {
			original := fmt.Sprintf("pages/%02d-%s", p.Number, p.Name)
			return nil, fmt.Errorf("%s.ko.md: it translates no lesson: there is no %s.md", original, original)
		}
	}
	return byTag, nil
}

// add takes in a file by its name.
func (s shelf) add(file, text string) error {
	parts := pageFile.FindStringSubmatch(file)
	if parts == nil {
		return errors.New("a lesson is called 01-name.md, its translation 01-name.ko.md")
	}
	tag := lang.English
	if parts[3] != "" {
		tag = lang.Korean
	}
	number, _ := strconv.Atoi(parts[1]) // of two digits
	if i := slices.IndexFunc(s[tag], func(p Page) bool { return p.Number == number }); i >= 0 {
		return fmt.Errorf("lesson %d is there already: %s", number, s[tag][i].Name)
	}
	p := Page{Number: number, Name: parts[2], Markdown: text}
	if err := p.parse(); err != nil {
		return err
	}
	s[tag] = append(s[tag], p)
	return nil
}

// parse reads title and questions.
func (p *Page) parse() error {
	first, _, _ := strings.Cut(p.Markdown, "\n")
	title, ok := strings.CutPrefix(first, "# ")
	if !ok {
		return fmt.Errorf("the first line is the title, \"# Title\", not %q", first)
	}
	p.Title = title
	blocks := questionBlock.FindAllStringSubmatch(p.Markdown, -1)
	if begun := strings.Count(p.Markdown, "```question"); begun != len(blocks) {
		return fmt.Errorf("%d questions begin, and %d are closed", begun, len(blocks))
	}
	for _, b := range blocks {
		q, err := parseQuestion(strings.Split(strings.TrimSuffix(b[1], "\n"), "\n"))
		if err != nil {
			return err
		}
		if _, err := p.Question(q.Name); err == nil {
			return fmt.Errorf("question %s is asked twice", q.Name)
		}
		p.Questions = append(p.Questions, q)
	}
	return nil
}
