package trial

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table prints one line for each result.
func Table(w io.Writer, results []*TrialResult) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FAILURE\tENDED\tAFTER\tCONNECTIONS\tSYNS\tVERDICT\t")
	for _, r := range results {
		act := r.Broken
		if act == nil {
			act = r.Healthy
		}
		if act == nil {
			fmt.Fprintf(t, "%s\t-\t-\t-\t-\t%s\t%s\n", r.Scenario, r.Verdict, r.why())
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%s\t%s\n", r.Scenario, act, seconds(act.Elapsed), act.Connections, act.SYNs, r.Verdict, r.why())
	}
	return t.Flush()
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

// The elements of JUnit's XML, as CI systems read it.
type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string    `xml:"name,attr"`
	Class   string    `xml:"classname,attr"`
	Seconds string    `xml:"time,attr"`
	Failure *junitEnd `xml:"failure"`
	Skipped *junitEnd `xml:"skipped"`
}

type junitEnd struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the results as a suite of tests.
func JUnit(w io.Writer, results []*TrialResult) error {
	suite := junitSuite{Name: "tcplab", Tests: len(results)}
	for _, r := range results {
		c := junitCase{Name: r.Scenario, Class: "tcplab." + r.Engine, Seconds: "0"}
		if r.Broken != nil {
			c.Seconds = fmt.Sprintf("%.3f", r.Broken.Elapsed.Seconds())
		}
		var text strings.Builder
		r.Details(&text)
		switch {
		case r.Verdict == Skipped:
			suite.Skipped++
			c.Skipped = &junitEnd{Message: r.Skipped}
		case !r.Good():
			suite.Failures++
			c.Failure = &junitEnd{fmt.Sprintf("%s: %s", r.Verdict, r.Sentence), text.String()}
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
