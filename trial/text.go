package trial

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/report/junit"
	"github.com/tcplab/tcplab/wire"
)

// Table prints one line for each result.
func Table(w io.Writer, results []*TrialResult) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	columns := tcpColumns
	if slices.ContainsFunc(results, (*TrialResult).overUDP) {
		columns = udpColumns
	}
	var heads []string
	for _, c := range columns {
		heads = append(heads, c.head)
	}
	fmt.Fprintf(t, "FAILURE\tENDED\tAFTER\t%s\tVERDICT\t\n", strings.Join(heads, "\t"))
	for _, r := range results {
		act := r.Broken
		if act == nil {
			act = r.Healthy
		}
		if act == nil {
			fmt.Fprintf(t, "%s\t-\t-\t%s%s\t%s\n", r.Scenario, strings.Repeat("-\t", len(columns)), r.Verdict, r.why())
			continue
		}
		var cells strings.Builder
		for _, c := range columns {
			fmt.Fprintf(&cells, "%d\t", c.of(act))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s%s\t%s\n", r.Scenario, act, seconds(act.Elapsed), &cells, r.Verdict, r.why())
	}
	return t.Flush()
}

// overUDP reports whether the command has spoken with a service on UDP.
func (r *TrialResult) overUDP() bool { return r.Healthy != nil && r.Healthy.Datagrams != nil }

// column is a number of the table.
type column struct {
	head string
	of   func(*Act) int
}

// The numbers for a service on TCP, and for one on UDP: there, datagrams that left the client, and that reached the server; answers and ICMP
// errors that reached the client.
var (
	tcpColumns = []column{
		{"CONNECTIONS", func(a *Act) int { return a.Connections }},
		{"SYNS", func(a *Act) int { return a.SYNs }},
	}
	udpColumns = []column{
		{"DATAGRAMS", func(a *Act) int { return a.counted(lab.ClientHost).ToService }},
		{"ARRIVED", func(a *Act) int { return a.counted(lab.ServerHost).ToService }},
		{"ANSWERS", func(a *Act) int { return a.counted(lab.ClientHost).FromService }},
		{"ICMP", func(a *Act) int { return a.counted(lab.ClientHost).Errors }},
	}
)

// counted is what a vantage point has seen, nothing where it was switched off.
func (a *Act) counted(point string) wire.DatagramCount {
	if seen := a.seenAt(point); seen != nil {
		return *seen
	}
	return wire.DatagramCount{}
}

func (r *TrialResult) why() string {
	if r.Skipped != "" {
		return r.Skipped
	}
	if r.Moment == nil {
		return r.Sentence
	}
	if r.Sentence == "" {
		return r.Moment.String()
	}
	return r.Sentence + "; " + r.Moment.String()
}

// Good reports whether there is nothing to blame the client for.
func (r *TrialResult) Good() bool { return r.Verdict == OK || r.Verdict == Skipped }

// Details prints what the command said in the last phase that it ran in, and the sockets that it left.
func (r *TrialResult) Details(w io.Writer) {
	fmt.Fprintf(w, "%s: %s: %s\n", r.Scenario, r.Verdict, r.why())
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
		fmt.Fprintf(w, "  %s\n", d)
	}
	for _, s := range last.Sockets {
		fmt.Fprintf(w, "  socket: %s\n", s)
	}
	stream(w, "stdout", last.Stdout)
	stream(w, "stderr", last.Stderr)
	stream(w, "server", r.Server)
}

// stream prints a stream, the end of it where it is long.
func stream(w io.Writer, name, text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return
	}
	const most = 10
	if cut := len(lines) - most; cut > 0 {
		fmt.Fprintf(w, "  %s: [%d lines before]\n", name, cut)
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
			r.Details(&text)
			c.Failure = &junit.Reason{Message: fmt.Sprintf("%s: %s", r.Verdict, r.Sentence), Text: text.String()}
		}
		cases = append(cases, c)
	}
	return junit.Write(w, cases)
}
