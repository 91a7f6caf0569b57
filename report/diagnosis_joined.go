package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lang"
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
	// Style says whether verdicts have colours, and in which language it is told.
	Style Style
	// Stats are those of the client's capture.
	Stats diagnose.Stats
}

// Heading writes the summary of both captures.
func (j *JoinedAttempt) Heading(out io.Writer) error {
	var b strings.Builder
	if j.Stats.TCP+j.Stats.Echoes+j.Stats.Messages == 0 && len(j.Diagnoses) == 0 {
		fmt.Fprintf(&b, "%s: %s\n", j.File, withoutTraffic(j.Stats).In(j.Style.Language))
	}
	text := j.Counts.brief()
	if clocks := j.clockText(); !clocks.IsEmpty() {
		text = lang.Tell(lang.Same("%s; %s"), text, clocks)
	}
	j.Style.tell(&b, lang.Text{English: "%s and %s: %s\n", Korean: "%s, %s: %s\n"}, j.File, j.Server, text)
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
	fmt.Fprintf(b, "\n  %s: %s -> %s\n    %s\n", style.verdict(d), endText(d.Client), serverText(d), d.Summary.In(style.Language))
	style.tell(b, lang.Text{English: "    where: %s\n", Korean: "    어디서: %s\n"}, d.Place.Text)
	if d.Place.NAT {
		style.tell(b, lang.Text{English: "    the server's side knows it as %s -> %s\n",
			Korean: "    서버 쪽에서 보이는 주소: %s -> %s\n"}, endText(d.Place.Client), endText(d.Place.Server))
	}
	style.writeNotes(b, d.Notes)
	style.tell(b, lang.Text{English: "    frames %s\n", Korean: "    프레임 %s\n"}, framesText(d.Evidence, style.Language))
	style.writeAdvice(b, d)
	style.writeFilter(b, d, 1)
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
func (j *JoinedAttempt) clockText() lang.Message {
	p := j.Clocks
	if !p.Known || p.Offset.Abs() <= p.Margin+time.Millisecond {
		return lang.Message{}
	}
	text := lang.Text{English: "the server's clock is %s ahead of the client's (give or take %s)", Korean: "서버의 시계가 클라이언트의 것보다 %s 빠르다(오차 %s)"}
	if p.Offset < 0 {
		text = lang.Text{English: "the server's clock is %s behind the client's (give or take %s)", Korean: "서버의 시계가 클라이언트의 것보다 %s 늦다(오차 %s)"}
	}
	return lang.Tell(text, p.Offset.Abs().Round(time.Microsecond), p.Margin.Round(time.Microsecond))
}
