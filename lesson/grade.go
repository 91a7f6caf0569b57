package lesson

import (
	"fmt"
	"slices"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Answer is what a student hands in.
type Answer struct {
	Verdict  diagnose.Verdict `json:"verdict"`
	Where    HostPlace        `json:"where"`
	Evidence []File           `json:"evidence"`
}

// The points: the place counts with the verdict, and evidence with what it is for.
const (
	verdictPoints = 30
	placePoints   = 30
	// shownPoints are for captures that show the verdict, locatedPoints for captures that show the place, too.
	shownPoints   = 20
	locatedPoints = 20
	// FullScore is for an answer that is right and proven.
	FullScore = verdictPoints + placePoints + shownPoints + locatedPoints
)

// Grade is what an answer is worth, and why.
type Grade struct {
	// Verdict and Where say that they are right, Shown that the evidence shows the verdict, Located that it shows the place.
	Verdict, Where, Shown, Located bool
	// Notes explain it, in the order in which to read them.
	Notes []Note
}

// Score is the grade in points, of [FullScore].
func (g Grade) Score() int {
	score := 0
	for _, part := range []struct {
		got    bool
		points int
	}{{g.Verdict, verdictPoints}, {g.Verdict && g.Where, placePoints}, {g.Shown, shownPoints}, {g.Located, locatedPoints}} {
		if part.got {
			score += part.points
		}
	}
	return score
}

// Note is one remark.
type Note struct {
	text      lang.Text
	arguments []any
}

func note(text lang.Text, arguments ...any) Note { return Note{text, arguments} }

// In is the remark in a language.
func (n Note) In(tag lang.Tag) string {
	arguments := slices.Clone(n.arguments)
	for i, a := range arguments {
		switch a := a.(type) {
		case lang.Text:
			arguments[i] = a.In(tag)
		case Note:
			arguments[i] = a.In(tag)
		}
	}
	return n.text.Format(tag, arguments...)
}

// Grade grades an answer by the record of the lab that it is about. The error is for a file that is not a capture.
func (c Case) Grade(r *LabRecord, a Answer) (Grade, error) {
	if len(a.Evidence) > maxFiles {
		return Grade{}, fmt.Errorf("there are %d captures, and at most %d are looked at", len(a.Evidence), maxFiles)
	}
	x := newIndex(r, c.topic())
	var files []*evidence
	for _, f := range a.Evidence {
		e, err := x.examine(f)
		if err != nil {
			return Grade{}, err
		}
		files = append(files, e)
	}
	g := Grade{Verdict: slices.Contains(c.Verdicts, a.Verdict), Where: a.Where == c.Where}
	g.weigh(c, a, files)
	return g, nil
}

// weigh holds the answer against the evidence.
func (g *Grade) weigh(c Case, a Answer, files []*evidence) {
	for _, e := range files {
		g.Notes = append(g.Notes, e.notes()...)
	}
	files = slices.DeleteFunc(files, func(e *evidence) bool { return e.state != genuine })
	if !g.Verdict {
		g.Notes = append(g.Notes, note(notVerdict, a.Verdict))
		return
	}
	f := newFindings(files, c.topic())
	hasty := false
	for _, s := range f.all() {
		if !slices.Contains(s.verdicts, a.Verdict) {
			continue
		}
		hasty = hasty || s.hasty
		g.Shown = g.Shown || !s.hasty
		g.Located = g.Located || !s.hasty && g.Where && s.place == c.Where
	}
	if !g.Where {
		g.Notes = append(g.Notes, note(notPlace, placeNames[a.Where]))
	}
	switch {
	case len(files) == 0:
		g.Notes = append(g.Notes, note(noEvidence))
	case !g.Shown && hasty:
		g.Notes = append(g.Notes, note(tooShort))
	case !g.Shown:
		g.Notes = append(g.Notes, note(notShown, a.Verdict))
	case g.Where && !g.Located:
		g.Notes = append(g.Notes, f.lacks())
	}
	if g.Score() == FullScore {
		g.Notes = append(g.Notes, note(c.Solution))
	}
}

// lacks says what evidence would show the place.
func (f *findings) lacks() Note {
	front, behind := len(f.sides[Client].spans) > 0, len(f.sides[Server].spans) > 0
	switch {
	case front && !behind:
		return note(clientOnly)
	case behind && !front:
		return note(serverOnly)
	}
	return note(notTogether)
}
