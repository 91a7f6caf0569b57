package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// JoinedAttempt is what was found in the client's capture by the help of the server's.
type JoinedAttempt struct {
	// File is the client's capture, Server the server's.
	File, Server string
	// Diagnoses are those of the client's capture, joined by [diagnose.Locate], which has given Clocks.
	Diagnoses []diagnose.Diagnosis
	Clocks    diagnose.SidePair
	// Counts are of the client's capture.
	Counts Counts
	// Style says whether verdicts have colours.
	Style Style
	// Stats are those of the client's capture.
	Stats diagnose.Stats
}

// Heading writes the summary of both captures.
func (j *JoinedAttempt) Heading(out io.Writer) error {
	var b strings.Builder
	if j.Stats.TCP+j.Stats.Echoes+j.Stats.Messages == 0 && len(j.Diagnoses) == 0 {
		fmt.Fprintf(&b, "%s: %s\n", j.File, withoutTraffic(j.Stats))
	}
	clocks := j.clockText()
	if clocks != "" {
		clocks = "; " + clocks
	}
	fmt.Fprintf(&b, "%s and %s: %s%s\n", j.File, j.Server, j.Counts.brief(), clocks)
	_, err := io.WriteString(out, b.String())
	return err
}

// Text writes what failed, and where it was lost.
func (j *JoinedAttempt) Text(out io.Writer) error {
	if err := j.Heading(out); err != nil {
		return err
	}
	var b strings.Builder
	for i := range j.Diagnoses {
		if d := &j.Diagnoses[i]; d.Failed || d.Lossy {
			writeJoined(&b, d, j.Style)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func writeJoined(b *strings.Builder, d *diagnose.Diagnosis, style Style) {
	fmt.Fprintf(b, "\n  %s: %s -> %s\n    %s\n    where: %s\n", style.verdict(d), endText(d.Client), serverText(d), d.Summary, d.Place.Text)
	if d.Place.NAT {
		fmt.Fprintf(b, "    the server's side knows it as %s -> %s\n", endText(d.Place.Client), endText(d.Place.Server))
	}
	writeNotes(b, d)
	fmt.Fprintf(b, "    frames %s\n", framesText(d.Evidence))
	writeAdvice(b, d)
	writeFilter(b, d, 1)
}

// JSON writes all of them, an object on a line each.
func (j *JoinedAttempt) JSON(out io.Writer) error {
	e := NewDiagnosisJSON(out, j.File)
	for i := range j.Diagnoses {
		if err := e.Write(&j.Diagnoses[i]); err != nil {
			return err
		}
	}
	return nil
}

// clockText tells of clocks that differ by more than the path's delay explains.
func (j *JoinedAttempt) clockText() string {
	p := j.Clocks
	if !p.Known || p.Offset.Abs() <= p.Margin+time.Millisecond {
		return ""
	}
	direction := "ahead of"
	if p.Offset < 0 {
		direction = "behind"
	}
	return fmt.Sprintf("the server's clock is %s %s the client's (give or take %s)", p.Offset.Abs().Round(time.Microsecond), direction,
		p.Margin.Round(time.Microsecond))
}
