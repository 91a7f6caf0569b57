package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// DiagnosisList tells one line of each failure in a capture.
type DiagnosisList struct {
	// Counts have the filter, and count what is taken in.
	Counts Counts
	// Sort orders the lines; where two are equal, the time does.
	Sort SortKey
	// Style says whether verdicts have colours, and in which language it is told.
	Style Style

	rows   []listRow
	beyond int
}

// mostListed bounds how many lines there are: memory is bounded, however long the capture is.
const mostListed = 100_000

// listRow is a line.
type listRow struct {
	first          int64 // ns since 1970
	client, server netip.AddrPort
	verdict        diagnose.Verdict
	ending         diagnose.Verdict
	packets        int64
	frames         diagnose.Frames
}

// SortKey names the order of a list.
type SortKey string

// orders are what the keys mean.
var orders = map[SortKey]func(a, b *listRow) int{
	"time":    func(*listRow, *listRow) int { return 0 },
	"client":  func(a, b *listRow) int { return a.client.Compare(b.client) },
	"server":  func(a, b *listRow) int { return a.server.Compare(b.server) },
	"verdict": func(a, b *listRow) int { return cmp.Compare(a.verdict, b.verdict) },
	"packets": func(a, b *listRow) int { return cmp.Compare(b.packets, a.packets) }, // the most first
}

// SortKeys are the names that there are.
func SortKeys() []string { return []string{"time", "client", "server", "verdict", "packets"} }

// Add takes in an attempt.
func (l *DiagnosisList) Add(a *diagnose.Judged) {
	if l.Counts.Add(a) && (a.Failed() || l.Counts.Filter.Verdicts != nil) {
		l.add(listRow{a.First().UnixNano(), a.Client(), a.Server(), a.Verdict, a.Ending, a.Packets(), a.Frames()})
	}
}

// AddDiagnosis takes in what has been counted elsewhere.
func (l *DiagnosisList) AddDiagnosis(d *diagnose.Diagnosis) {
	if d.Failed || l.Counts.Filter.Verdicts != nil {
		l.add(listRow{d.First.UnixNano(), d.Client, d.Server, d.Verdict, d.Ending, d.Packets, d.Frames})
	}
}

func (l *DiagnosisList) add(row listRow) {
	if len(l.rows) == mostListed {
		l.beyond++
		return
	}
	l.rows = append(l.rows, row)
}

// Write writes the lines below a line that names the columns. Where all are of one day, that line has the day.
func (l *DiagnosisList) Write(out io.Writer) error {
	if len(l.rows) == 0 {
		return nil
	}
	order := orders[cmp.Or(l.Sort, "time")]
	slices.SortFunc(l.rows, func(a, b listRow) int {
		return cmp.Or(order(&a, &b), cmp.Compare(a.first, b.first), cmp.Compare(a.frames.First, b.frames.First))
	})
	heading, format := l.days()
	var widths [5]int
	l.lines(heading, format, func(line [5]string) {
		for column, text := range line {
			widths[column] = max(widths[column], lang.Columns(text))
		}
	})
	w := bufio.NewWriter(out)
	isHeading := true
	l.lines(heading, format, func(line [5]string) {
		verdict := padded(line[3], widths[3])
		switch {
		case isHeading:
			isHeading = false
		case line[3] == string(diagnose.OK):
			verdict = l.Style.paint("good", verdict)
		default:
			verdict = l.Style.paint("cross", verdict)
		}
		fmt.Fprintf(w, "%s  %s  %s  %s  %s\n", padded(line[0], widths[0]), padded(line[1], widths[1]), padded(line[2], widths[2]), verdict, line[4])
	})
	if l.beyond > 0 {
		more := lang.Text{English: "and %d more: --json has all, and --since, --until, --host and --port narrow it down\n",
			Korean: "그 밖에 %d개: --json에는 모두 있고, --since, --until, --host, --port로 좁힌다\n"}
		fmt.Fprint(w, more.Format(l.Style.Language, l.beyond))
	}
	return w.Flush()
}

// lines gives all lines to a function, the names of the columns first: as text, so many would not be kept.
func (l *DiagnosisList) lines(heading, format string, do func([5]string)) {
	columns := [...]lang.Text{{English: "client", Korean: "클라이언트"}, {English: "server", Korean: "서버"}, {English: "verdict", Korean: "판정"},
		{English: "frames", Korean: "프레임"}}
	names := [5]string{heading}
	for i, c := range columns {
		names[i+1] = c.In(l.Style.Language)
	}
	do(names)
	for i := range l.rows {
		do(l.rows[i].line(format))
	}
}

// days is how the column of the times is called, and how a time is written: without the day, where all are of one day.
func (l *DiagnosisList) days() (heading, format string) {
	day := func(r *listRow) string { return time.Unix(0, r.first).UTC().Format(time.DateOnly) }
	first := day(&l.rows[0])
	for i := range l.rows {
		if day(&l.rows[i]) != first {
			return "UTC", "2006-01-02 15:04:05.000"
		}
	}
	return "UTC " + first, "15:04:05.000"
}

func (r *listRow) line(format string) [5]string {
	verdict := string(r.verdict)
	if r.ending != "" {
		verdict += ", " + string(r.ending)
	}
	return [5]string{time.Unix(0, r.first).UTC().Format(format), endText(r.client), endText(r.server), verdict, r.span()}
}

func (r *listRow) span() string {
	if r.frames.First == r.frames.Last {
		return fmt.Sprint(r.frames.First)
	}
	return fmt.Sprintf("%d-%d", r.frames.First, r.frames.Last)
}
