package failures

import (
	"maps"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Index is the page that leads to all others: by group, by verdict, and by the words that one reads.
func Index() FailurePage {
	p := FailurePage{Name: "Failures", Title: "what they are, what a client feels, and how to tell them apart"}
	p.Sections = append(p.Sections, Section{"By the words that one reads", []Block{{Table: byWords()}}})
	for _, g := range scenarios.Groups() {
		var list []Inline
		for _, s := range scenarios.All() {
			if s.Group == g.ID {
				list = append(list, append(scenarioLink(s.Name), plain(": %s", s.Title.English)...))
			}
		}
		if len(list) > 0 {
			p.Sections = append(p.Sections, Section{g.Title.English, []Block{{List: list}}})
		}
	}
	var verdicts []Inline
	for _, v := range diagnose.Verdicts() {
		verdicts = append(verdicts, append(verdictLink(v), plain(": %s", meanings[v].In(lang.English))...))
	}
	p.Sections = append(p.Sections, Section{"By the verdict of tcplab diagnose", []Block{{List: verdicts}}},
		Section{"By the cause", []Block{{Paragraph: Inline{{Text: titleCauses.English, Link: "causes.md"}}}}})
	return p
}

// byWords has a row for each error text, with the scenarios in which a client said so.
func byWords() [][2]Inline {
	found := map[string][]string{}
	for _, s := range scenarios.All() {
		for client, text := range felt(s.Name) {
			if text == "-" {
				continue
			}
			for _, words := range wordsOf(client, text) {
				if !slices.Contains(found[words], s.Name) {
					found[words] = append(found[words], s.Name)
				}
			}
		}
	}
	var rows [][2]Inline
	keys := slices.SortedFunc(maps.Keys(found), func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	for _, words := range keys {
		slices.Sort(found[words])
		var links Inline
		for i, name := range found[words] {
			if i > 0 {
				links = append(links, Span{Text: ", "})
			}
			links = append(links, scenarioLink(name)...)
		}
		rows = append(rows, [2]Inline{plain("%s", words), links})
	}
	return rows
}

// wordsOf are the words that one reads of a client which felt the text, each with who says so.
func wordsOf(client, text string) []string {
	var list []string
	for _, s := range sayings {
		if s.says(client, text) {
			list = append(list, s.words+" ("+s.who+")")
		}
	}
	for _, name := range chromiumError.FindAllString(text, -1) {
		list = append(list, name+" (Chromium)")
	}
	return list
}
