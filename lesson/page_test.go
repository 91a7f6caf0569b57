package lesson

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
)

func TestPagesAreNumbered(t *testing.T) {
	for _, tag := range lang.Tags() {
		for i, p := range Pages(tag) {
			assert.Equal(t, i+1, p.Number, p.Name)
			assert.NotEmpty(t, p.Questions, p.Name)
		}
	}
}

// Each experience of the article has its lesson, in the same order. The last one says that there are more.
func TestEveryExperienceHasItsLesson(t *testing.T) {
	rows, list := scenarios.Experiences(), Pages(lang.English)
	require.GreaterOrEqual(t, len(list), len(rows)-1)
	for i := range rows[:len(rows)-1] {
		shown := false
		for _, name := range scenarios.Showing(i + 1) {
			shown = shown || strings.Contains(list[i].Markdown, "$ tcplab up "+name+" ")
		}
		assert.True(t, shown, "lesson %d, %s, has none of %v", i+1, list[i].Name, scenarios.Showing(i+1))
	}
}

// A translation has the same commands, and the same questions. Where a command prints something else, TestLessonPages_korean types it.
func TestTranslationsAreTheSame(t *testing.T) {
	console, command := regexp.MustCompile("(?ms)^```console\n.*?^```\n"), regexp.MustCompile(`(?m)^\$ .*$`)
	commands := func(p Page) (list []string) {
		for _, listing := range console.FindAllString(p.Markdown, -1) {
			list = append(list, command.FindAllString(listing, -1)...)
		}
		return list
	}
	byTag := allPages()
	require.Len(t, byTag[lang.Korean], len(byTag[lang.English]))
	for i, english := range byTag[lang.English] {
		korean := byTag[lang.Korean][i]
		require.Equal(t, english.Name, korean.Name)
		assert.Equal(t, commands(english), commands(korean), english.Name)
		assert.NotEqual(t, english.Title, korean.Title)
		require.Len(t, korean.Questions, len(english.Questions), english.Name)
		for k, q := range english.Questions {
			translated := korean.Questions[k]
			assert.Equal(t, []string{q.Name, q.Asks}, []string{translated.Name, translated.Asks}, english.Name)
			assert.NotEqual(t, q.Text, translated.Text, "%s of %s", q.Name, english.Name)
			assert.Equal(t, q.Hint == "", translated.Hint == "", "%s of %s", q.Name, english.Name)
		}
	}
}

const (
	onePage = "# First\n\nText.\n\n```question\nsyns\nHow many\nSYNs?\nhint: Count.\ncount > S at client\n```\n\nMore.\n\n```question\nthere\nThere?\nreached server\n```\n"
	twoPage = "# Second\n"
)

func TestPagesInALanguage(t *testing.T) {
	byTag, err := readPages(fstest.MapFS{
		"pages/01-first.md": {Data: []byte(onePage)}, "pages/01-first.ko.md": {Data: []byte("# 하나\n")}, "pages/02-second.md": {Data: []byte(twoPage)},
	})
	require.NoError(t, err)
	var titles []string
	for _, tag := range lang.Tags() {
		for _, p := range byTag.in(tag) {
			titles = append(titles, p.Title)
		}
	}
	assert.Equal(t, []string{"First", "Second", "하나", "Second"}, titles)
}

// What is shown has neither the hint nor how the answer is found.
func TestShow(t *testing.T) {
	p := Page{Name: "first", Markdown: onePage}
	require.NoError(t, p.parse())
	assert.Equal(t, "# First\n\nText.\n\n> How many\n> SYNs?\n>\n> Answer: `tcplab lesson check first syns ANSWER`\n\nMore.\n\n"+
		"> There?\n>\n> Answer: `tcplab lesson check first there ANSWER`\n", p.Show(lang.English))
	assert.Contains(t, p.Show(lang.Korean), "> 답: `tcplab lesson check first syns 답`\n")
	q, err := p.Question("syns")
	require.NoError(t, err)
	assert.Equal(t, []string{"syns", "How many\nSYNs?", "Count.", "count > S at client"}, []string{q.Name, q.Text, q.Hint, q.Asks})
	_, err = p.Question("synx")
	assert.EqualError(t, err, `lesson first has no question "synx"; it has: syns, there`)
}

func TestPageNamed(t *testing.T) {
	for _, name := range []string{"silent", "2", "02"} {
		p, err := PageNamed(name, lang.English)
		require.NoError(t, err)
		assert.Equal(t, "silent", p.Name)
	}
	p, err := PageNamed("silent", lang.Korean)
	require.NoError(t, err)
	assert.Equal(t, "무응답: SYN을 다시, 또다시 보낸다", p.Title)
	_, err = PageNamed("refusd", lang.English)
	assert.EqualError(t, err, `there is no lesson "refusd"; did you mean "refused"? ("tcplab lesson list" shows all)`)
	_, err = PageNamed("99", lang.English)
	assert.EqualError(t, err, `there is no lesson 99: they are numbered from 1 to 11 ("tcplab lesson list" shows all)`)
}

func TestPagesThatAreNone(t *testing.T) {
	for name, test := range map[string][2]string{
		"pages/1-first.md":     {onePage, "pages/1-first.md: a lesson is called 01-name.md, its translation 01-name.ko.md"},
		"pages/01-first.de.md": {onePage, "pages/01-first.de.md: a lesson is called 01-name.md, its translation 01-name.ko.md"},
		"pages/01-a.md":        {"First\n", `pages/01-a.md: the first line is the title, "# Title", not "First"`},
		"pages/01-b.md":        {"# First\n```question\nsyns\nHow many?\ncount > S at client\n", "pages/01-b.md: 1 questions begin, and 0 are closed"},
		"pages/01-c.md":        {"# First\n```question\nsyns\nHow many?\n```\n", "pages/01-c.md: a question has a name, a text, and a line that says what it asks; this one has 2 lines"},
		"pages/01-d.md":        {onePage + "```question\nthere\nAgain?\nreached server\n```\n", "pages/01-d.md: question there is asked twice"},
	} {
		_, err := readPages(fstest.MapFS{name: {Data: []byte(test[0])}})
		assert.EqualError(t, err, test[1])
	}
	_, err := readPages(fstest.MapFS{"pages/01-first.md": {Data: []byte(onePage)}, "pages/01-second.md": {Data: []byte(twoPage)}})
	assert.EqualError(t, err, "pages/01-second.md: lesson 1 is there already: first")
	_, err = readPages(fstest.MapFS{"pages/01-first.md": {Data: []byte(onePage)}, "pages/02-first.ko.md": {Data: []byte(onePage)}})
	assert.EqualError(t, err, "pages/02-first.ko.md: it translates no lesson: there is no pages/02-first.md")
	_, err = readPages(fstest.MapFS{"pages/01-first.ko.md": {Data: []byte(onePage)}})
	assert.EqualError(t, err, "pages/01-first.ko.md: it translates no lesson: there is no pages/01-first.md")
}
