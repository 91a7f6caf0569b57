package failures

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// builder puts a page together.
type builder struct {
	tag      lang.Tag
	sections []Section
}

func (b *builder) add(heading lang.Text, blocks ...Block) {
	b.sections = append(b.sections, Section{heading.In(b.tag), blocks})
}

// fact is a row of a table: what it is called, and what it is.
func (b *builder) fact(name lang.Text, value Inline) [2]Inline {
	return [2]Inline{plain("%s", name.In(b.tag)), value}
}

// scenario tells of a scenario.
func (b *builder) scenario(s harness.Scenario) {
	b.add(headingWhat, Block{Paragraph: plain("%s", paragraph(s.Story.In(b.tag)))}, Block{Table: b.facts(s)})
	if rows := b.feltRows(s.Name); len(rows) > 0 {
		b.add(headingFelt, Block{Table: rows})
	}
	b.rivals(subjectOf(s), diagnose.Verdict(s.Verdict), s.Cause, b.alike(s))
	b.add(headingSeeIt, Block{Code: strings.Join(b.commandsOf(s), "\n")})
	if drawing, err := scenarios.Recorded(s.Name, "ladder.txt"); err == nil {
		b.add(headingDrawing, Block{Code: strings.TrimRight(string(drawing), "\n")})
	}
	b.add(headingSource, Block{Paragraph: Inline{{Text: "scenarios/" + scenarios.Source(s.Name), Link: "../../scenarios/" + scenarios.Source(s.Name), Code: true}}})
}

// ruleCommand is a command that would change the firewall of whoever copies it.
var ruleCommand = regexp.MustCompile(`iptables -A `)

// paragraph is a story without the ends of its lines, and with a firewall's rules in place of the commands that set them.
func paragraph(text string) string {
	return ruleCommand.ReplaceAllString(strings.Join(strings.Fields(text), " "), "")
}

// subjectOf is what a scenario's client speaks.
func subjectOf(s harness.Scenario) diagnose.Subject {
	if s.Client != nil && lab.ProtocolOf(s.Client) == lab.Echo {
		return diagnose.ICMP
	}
	return diagnose.TCP
}

func (b *builder) facts(s harness.Scenario) [][2]Inline {
	rows := [][2]Inline{b.fact(factVerdict, verdictLink(diagnose.Verdict(s.Verdict)))}
	if s.ServerVerdict != "" {
		rows = append(rows, b.fact(factServerVerdict, verdictLink(diagnose.Verdict(s.ServerVerdict))))
	}
	if s.Cause != "" {
		rows = append(rows, b.fact(factCause, b.causeLink(s.Cause)))
	}
	if s.Place != "" {
		rows = append(rows, b.fact(factPlace, plain("%s", placeWords(s.Place).In(b.tag))))
	}
	if s.Fault != nil {
		rows = append(rows, b.fact(factFault, plain("%s", lang.WordsOf(s.Fault).In(b.tag))))
	}
	return append(rows, b.fact(factClient, plain("%s", s.Want.Client.Words().In(b.tag))))
}

func verdictLink(v diagnose.Verdict) Inline {
	return Inline{{Text: string(v), Link: string(v) + ".md", Code: true}}
}

func (b *builder) causeLink(c diagnose.Cause) Inline {
	return Inline{{Text: c.Words().In(b.tag), Link: "causes.md#" + string(c)}}
}

func scenarioLink(name string) Inline {
	return Inline{{Text: name, Link: name + ".md", Code: true}}
}

// felt is what each client felt when the scenario was recorded, by the client's name.
func felt(scenario string) map[string]string {
	text, err := scenarios.Recorded(scenario, "clients.json")
	if err != nil { // newer than the recordings: a test of the table of clients says so
		return nil
	}
	list := map[string]string{}
	if json.Unmarshal(text, &list) != nil {
		return nil
	}
	return list
}

// feltRows has a row for each client that the scenario is about.
func (b *builder) feltRows(scenario string) [][2]Inline {
	all := felt(scenario)
	var rows [][2]Inline
	for _, client := range slices.Sorted(maps.Keys(all)) {
		if text := all[client]; text != "-" {
			rows = append(rows, [2]Inline{{{Text: client, Code: true}}, plain("%s%s", feltWords(text).In(b.tag), quotedWords(client, text))})
		}
	}
	return rows
}

// commandsOf make the scenario; none of them touches anything but a lab.
func (b *builder) commandsOf(s harness.Scenario) []string {
	list := []string{"tcplab run " + s.Name, "tcplab show " + s.Name, "tcplab up " + s.Name, "tcplab break", "tcplab down"}
	if h, ok := s.Fault.(harness.ByHand); ok {
		byHand := h.ByHand(lab.IPv4)
		for i, c := range byHand {
			byHand[i] = c + "  # " + insteadOfBreak.In(b.tag)
		}
		list = slices.Insert(list, len(list)-1, byHand...)
	}
	return list
}

// alike are the scenarios that no vantage point tells from this one.
func (b *builder) alike(s harness.Scenario) []Inline {
	var list []Inline
	for _, p := range scenarios.Pairs() {
		if p.Scenario == s.Name {
			list = append(list, append(scenarioLink(p.Fault), plain(": %s", p.Reason.In(b.tag))...))
		}
	}
	return list
}

// rivals tell what else looks so, what a second capture leaves of it, and which commands tell.
func (b *builder) rivals(subject diagnose.Subject, v diagnose.Verdict, own diagnose.Cause, alike []Inline) {
	var blocks []Block
	var commands []string
	for _, g := range diagnose.Guide(subject, v) {
		if len(g.Rivals) == 0 {
			continue
		}
		blocks = append(blocks, Block{Paragraph: plain("%s", lossWords(g.Place).In(b.tag))}, Block{List: b.causes(g.Rivals, own)})
		if g.Place == nil && own != "" && !isAmong(own, g.Rivals) {
			blocks = append(blocks, Block{Paragraph: append(plain("%s", leadOwn.In(b.tag)), b.causeLink(own)...)})
		}
		for _, step := range g.Next {
			if command := step.In(b.tag); !slices.Contains(commands, command) {
				commands = append(commands, command)
			}
		}
	}
	if len(alike) > 0 {
		blocks = append(blocks, Block{Paragraph: plain("%s", leadAlike.In(b.tag))}, Block{List: alike})
	}
	if len(blocks) > 0 {
		b.add(headingRivals, blocks...)
	}
	if len(commands) > 0 {
		b.add(headingCommands, Block{Paragraph: plain("%s", leadCommands.In(b.tag))}, Block{Code: strings.Join(commands, "\n")})
	}
}

func isAmong(c diagnose.Cause, rivals []diagnose.Rival) bool {
	return slices.ContainsFunc(rivals, func(r diagnose.Rival) bool { return r.Cause == c })
}

func (b *builder) causes(rivals []diagnose.Rival, own diagnose.Cause) []Inline {
	var list []Inline
	for _, r := range rivals {
		line := b.causeLink(r.Cause)
		if r.Cause == own {
			line = append(line, plain(" (%s)", wordThis.In(b.tag))...)
		}
		list = append(list, line)
	}
	return list
}

// verdict tells of a verdict.
func (b *builder) verdict(v diagnose.Verdict) {
	b.add(lang.Text{English: "The verdict " + string(v), Korean: "판정 " + string(v)}, Block{Paragraph: plain("%s", meanings[v].In(b.tag))})
	var list []Inline
	seen := map[string][]string{}
	for _, s := range scenarios.All() {
		if s.Verdict != string(v) {
			continue
		}
		list = append(list, append(scenarioLink(s.Name), plain(": %s", s.Title.In(b.tag))...))
		for client, text := range felt(s.Name) {
			if text != "-" && !slices.Contains(seen[client], text) && !(v.Failed() && isBystander(text)) {
				seen[client] = append(seen[client], text)
			}
		}
	}
	if len(list) > 0 {
		b.add(headingScenarios, Block{List: list})
	}
	var rows [][2]Inline
	for _, client := range slices.Sorted(maps.Keys(seen)) {
		slices.Sort(seen[client])
		var list []lang.Text
		for _, text := range seen[client] {
			list = append(list, feltWords(text))
		}
		rows = append(rows, [2]Inline{{{Text: client, Code: true}}, plain("%s", lang.Join(list, lang.Same("; ")).In(b.tag))})
	}
	if len(rows) > 0 {
		b.add(headingFelt, Block{Table: rows})
	}
	b.rivals(diagnose.TCP, v, "", nil)
	if len(diagnose.Guide(diagnose.ICMP, v)[0].Rivals) > 0 {
		b.add(headingPing)
		b.rivals(diagnose.ICMP, v, "", nil)
	}
	if len(diagnose.Guide(diagnose.DNS, v)[0].Rivals) > 0 {
		b.add(headingLookup)
		b.rivals(diagnose.DNS, v, "", nil)
	}
}

// isBystander reports whether a client does not notice the failure.
func isBystander(text string) bool {
	return strings.HasPrefix(text, "ok") || strings.HasPrefix(text, "0 of ") || strings.HasPrefix(text, "reached at") || strings.HasPrefix(text, "does not get through")
}

// cause tells of a cause.
func (b *builder) cause(c diagnose.Cause) {
	blocks := []Block{{Paragraph: plain("%s", c.Words().In(b.tag))}}
	if list := c.Verdicts(); len(list) > 0 {
		var verdicts []Inline
		for _, v := range list {
			verdicts = append(verdicts, append(verdictLink(v), plain(": %s", meanings[v].In(b.tag))...))
		}
		blocks = append(blocks, Block{Paragraph: plain("%s", leadVerdicts.In(b.tag))}, Block{List: verdicts})
	} else {
		blocks = append(blocks, Block{Paragraph: plain("%s", leadEvidence.In(b.tag))})
	}
	var shown []Inline
	for _, s := range scenarios.All() {
		if s.Cause == c {
			shown = append(shown, append(scenarioLink(s.Name), plain(": %s", s.Title.In(b.tag))...))
		}
	}
	if len(shown) > 0 {
		blocks = append(blocks, Block{Paragraph: plain("%s", leadShown.In(b.tag))}, Block{List: shown})
	}
	b.add(lang.Text{English: "The cause " + string(c), Korean: "원인 " + string(c)}, blocks...)
}

// Causes is the page about all causes.
func Causes(tag lang.Tag) FailurePage {
	p := FailurePage{Name: "causes", Title: titleCauses.In(tag)}
	for _, c := range diagnose.Causes() {
		b := builder{tag: tag}
		b.cause(c)
		b.sections[0].Heading = string(c)
		p.Sections = append(p.Sections, b.sections...)
	}
	return p
}
