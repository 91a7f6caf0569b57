package trial

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report/junit"
	"github.com/tcplab/tcplab/wire"
)

// heads are those of the columns that every table has.
var heads = []lang.Text{{English: "FAILURE", Korean: "장애"}, {English: "ENDED", Korean: "끝"}, {English: "AFTER", Korean: "시간"}, {English: "VERDICT", Korean: "판정"}}

// Table prints one line for each result.
func Table(w io.Writer, results []*TrialResult, tag lang.Tag) error {
	columns := tcpColumns
	if slices.ContainsFunc(results, (*TrialResult).overUDP) {
		columns = udpColumns
	}
	head := []string{heads[0].In(tag), heads[1].In(tag), heads[2].In(tag)}
	for _, c := range columns {
		head = append(head, c.head.In(tag))
	}
	rows := [][]string{append(head, heads[3].In(tag), "")}
	for _, r := range results {
		act := r.Broken
		if act == nil {
			act = r.Healthy
		}
		if act == nil {
			rows = append(rows, slices.Concat([]string{r.Scenario}, slices.Repeat([]string{"-"}, 2+len(columns)), []string{string(r.Verdict), r.Why(tag)}))
			continue
		}
		row := []string{r.Scenario, act.Words().In(tag), SecondsWords(act.Elapsed).In(tag)}
		for _, c := range columns {
			row = append(row, strconv.Itoa(c.of(act)))
		}
		rows = append(rows, append(row, string(r.Verdict), r.Why(tag)))
	}
	return align(w, rows)
}

// align prints rows so that their columns stand below each other on a terminal; package text/tabwriter does not know that letters may take two
// columns. Nothing follows the last cell.
func align(w io.Writer, rows [][]string) error {
	const between = 2
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], lang.Columns(cell)+between)
		}
	}
	var b strings.Builder
	for _, row := range rows {
		last := len(row) - 1
		for i, cell := range row[:last] {
			b.WriteString(cell + strings.Repeat(" ", widths[i]-lang.Columns(cell)))
		}
		b.WriteString(row[last] + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// overUDP reports whether the command has spoken with a service on UDP.
func (r *TrialResult) overUDP() bool { return r.Healthy != nil && r.Healthy.Datagrams != nil }

// column is a number of the table.
type column struct {
	head lang.Text
	of   func(*Act) int
}

// The numbers for a service on TCP, and for one on UDP: there, datagrams that left the client, and that reached the server; answers and ICMP
// errors that reached the client.
var (
	tcpColumns = []column{
		{lang.Text{English: "CONNECTIONS", Korean: "연결"}, func(a *Act) int { return a.Connections }},
		{lang.Text{English: "SYNS", Korean: "SYN"}, func(a *Act) int { return a.SYNs }},
	}
	udpColumns = []column{
		{lang.Text{English: "DATAGRAMS", Korean: "데이터그램"}, func(a *Act) int { return a.counted(lab.ClientHost).ToService }},
		{lang.Text{English: "ARRIVED", Korean: "도착"}, func(a *Act) int { return a.counted(lab.ServerHost).ToService }},
		{lang.Text{English: "ANSWERS", Korean: "응답"}, func(a *Act) int { return a.counted(lab.ClientHost).FromService }},
		{lang.Same("ICMP"), func(a *Act) int { return a.counted(lab.ClientHost).Errors }},
	}
)

// counted is what a vantage point has seen, nothing where it was switched off.
func (a *Act) counted(point string) wire.DatagramCount {
	if seen := a.seenAt(point); seen != nil {
		return *seen
	}
	return wire.DatagramCount{}
}

// Why is what is wrong with the command, or what else is to be known of its run.
func (r *TrialResult) Why(tag lang.Tag) string {
	var parts []string
	for _, part := range []string{r.reason(tag), r.Moment.Words().In(tag)} {
		if part != "" {
			parts = append(parts, part)
		}
		if r.Skipped != "" {
			break
		}
	}
	return strings.Join(parts, "; ")
}

// reason is Skipped or Sentence in a language.
func (r *TrialResult) reason(tag lang.Tag) string {
	return cmp.Or(r.words.In(tag), r.Skipped, r.Sentence)
}

// Good reports whether there is nothing to blame the client for.
func (r *TrialResult) Good() bool { return r.Verdict == OK || r.Verdict == Skipped }

// Heading prints the verdict and its reason.
func (r *TrialResult) Heading(w io.Writer, tag lang.Tag) {
	heading := fmt.Sprintf("%s: %s", r.Scenario, r.Verdict)
	if why := r.Why(tag); why != "" {
		heading += ": " + why
	}
	fmt.Fprintln(w, heading)
}

// Details prints what the command said in the last phase that it ran in, and the sockets that it left.
func (r *TrialResult) Details(w io.Writer, tag lang.Tag) {
	last := r.Healed
	if last == nil || last.OK() {
		last = r.Broken
	}
	if last == nil {
		last = r.Healthy
	}
	if last == nil {
		return
	}
	for _, d := range last.Datagrams {
		words := lang.Text{English: d.String(), Korean: koreanDatagrams.Format(lang.Korean, d.Point, d.ToService, d.FromService, d.Errors)}
		fmt.Fprintf(w, "  %s\n", words.In(tag))
	}
	for _, s := range last.Sockets {
		fmt.Fprintf(w, "  %s: %s\n", socketWord.In(tag), s)
	}
	stream(w, "stdout", last.Stdout, tag)
	stream(w, "stderr", last.Stderr, tag)
	stream(w, serverWord.In(tag), r.Server, tag)
}

var (
	// koreanDatagrams is String of [wire.DatagramCount], which knows no language.
	koreanDatagrams = lang.Text{Korean: "%s에서 본 데이터그램: 서비스로 %d개, 서비스에서 %d개, 이에 관한 ICMP 오류 %d개"}

	socketWord  = lang.Text{English: "socket", Korean: "소켓"}
	serverWord  = lang.Text{English: "server", Korean: "서버"}
	linesBefore = lang.Text{English: "[%d lines before]", Korean: "[앞의 %d줄 생략]"}
)

// stream prints a stream, the end of it where it is long.
func stream(w io.Writer, name, text string, tag lang.Tag) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return
	}
	const most = 10
	if cut := len(lines) - most; cut > 0 {
		fmt.Fprintf(w, "  %s: %s\n", name, linesBefore.Format(tag, cut))
		lines = lines[cut:]
	}
	for _, line := range lines {
		fmt.Fprintf(w, "  %s: %s\n", name, line)
	}
}

// JUnit writes the results as a suite of tests.
func JUnit(w io.Writer, results []*TrialResult) error {
	var cases []junit.Test
	for _, r := range results {
		c := junit.Test{Name: r.Scenario, Class: "tcplab." + r.Engine}
		if r.Broken != nil {
			c.Took = r.Broken.Elapsed
		}
		switch {
		case r.Verdict == Skipped:
			c.Skipped = &junit.Reason{Message: r.Skipped}
		case !r.Good():
			var text strings.Builder
			r.Heading(&text, lang.English)
			r.Details(&text, lang.English)
			c.Failure = &junit.Reason{Message: fmt.Sprintf("%s: %s", r.Verdict, r.Sentence), Text: text.String()}
		}
		cases = append(cases, c)
	}
	return junit.Write(w, cases)
}
