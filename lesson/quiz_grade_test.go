package lesson

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// filledIn is a sheet with something behind the numbers.
func filledIn(sheet string, answers ...string) string {
	for i, answer := range answers {
		sheet = regexp.MustCompile(fmt.Sprintf(`(?m)^%d:$`, i+1)).ReplaceAllString(sheet, answer)
	}
	return sheet
}

// rightChoices are the right answers.
func rightChoices(q Quiz) (list []Choice) {
	for _, c := range q.Cases() {
		list = append(list, Choice{c.Verdicts[0], c.Where})
	}
	return list
}

func TestSheetIsReadAsWritten(t *testing.T) {
	key, err := NewClassKey(rand.Reader)
	require.NoError(t, err)
	for _, tag := range lang.Tags() {
		for _, q := range []Quiz{newQuiz(t, "kim", 0, 0, ""), newQuiz(t, "20231234.a", 2, 6, key.Public())} {
			text := q.Sheet(tag)
			empty, err := ReadSheet(text)
			require.NoError(t, err)
			assert.Equal(t, Sheet{q, tag, make([]Choice, q.Questions)}, empty)

			filled, err := ReadSheet(filledIn(text, "1: refused server", "2. NO-ANSWER , Router # a guess", " 3) server  reset-by-server", "4 rejected", "5\tclient"))
			require.NoError(t, err)
			want := make([]Choice, q.Questions)
			copy(want, []Choice{{diagnose.Refused, Server}, {diagnose.NoAnswer, Router}, {diagnose.ResetByServer, Server}, {Verdict: diagnose.Rejected}, {Where: Client}})
			assert.Equal(t, Sheet{q, tag, want}, filled)

			windows, err := ReadSheet("\ufeff" + strings.ReplaceAll(filledIn(text, "1: refused server"), "\n", "\r\n"))
			require.NoError(t, err)
			assert.Equal(t, Choice{diagnose.Refused, Server}, windows.Choices[0])
			assert.Equal(t, q, windows.Quiz)
		}
	}
}

// The sheet asks what the complaint is about, and tells no case.
func TestSheetTellsTheComplaints(t *testing.T) {
	q := everyQuestion(t, "kim")
	for _, tag := range lang.Tags() {
		text := q.Sheet(tag)
		complaints := q.Complaints(tag)
		for i, c := range q.Cases() {
			assert.NotContains(t, text, c.Name)
			assert.NotContains(t, text, c.Solution.In(tag))
			assert.Contains(t, text, complaints[i])
			assert.Equal(t, c.Pings, strings.Contains(complaints[i], "ping"), c.Name)
			assert.Contains(t, complaints[i], "203.0.113.10")
		}
		for _, v := range verdictTexts {
			assert.Contains(t, text, "#   "+string(v.verdict)+" ")
		}
	}
}

func TestSheetThatCannotBeRead(t *testing.T) {
	sheet := newQuiz(t, "kim", 0, 0, "").Sheet(lang.English)
	line := 1 + strings.Count(sheet[:strings.Index(sheet, "\n1:\n")+1], "\n")
	for text, want := range map[string]string{
		filledIn(sheet, "1: reset server"):                                fmt.Sprintf("line %d: there is no verdict \"reset\"; there are: refused, rejected, no-answer, ", line),
		filledIn(sheet, "1: refused here"):                                fmt.Sprintf("line %d: the place is client, router or server, not \"here\"", line),
		filledIn(sheet, "1: refused by the server"):                       fmt.Sprintf("line %d: after the number come a verdict and a place, and not 4 words", line),
		filledIn(sheet, "1: server client"):                               fmt.Sprintf("line %d: there is no verdict \"client\"", line),
		filledIn(sheet, "refused server"):                                 fmt.Sprintf("line %d: it begins with the number of a question, not \"refused\"", line),
		filledIn(sheet, "6: refused server"):                              fmt.Sprintf("line %d: there is no question 6: there are 1 to 5", line),
		filledIn(sheet, "2: refused server"):                              fmt.Sprintf("question 2 is answered in line %d already", line),
		strings.Replace(sheet, "student kim", "", 1):                      `it has no line "student ID"`,
		strings.Replace(sheet, "level all", "level easy", 1):              `the level is a number or "all", not "easy"`,
		strings.Replace(sheet, "level all", "level 4", 1):                 "there is no level 4",
		strings.Replace(sheet, "questions 5", "questions many", 1):        `the number of questions is a number, not "many"`,
		strings.Replace(sheet, "questions 5", "questions 17", 1):          "there cannot be 17 questions",
		strings.Replace(sheet, "student kim", "student kim\nclass 2b", 1): `the line "class": it is not the public half of a class key`,
		strings.Replace(sheet, "language en", "language -", 1):            `"-" is not the name of a language`,
	} {
		_, err := ReadSheet(text)
		assert.ErrorContains(t, err, want)
	}
}

// gradeOf is what answers to a quiz are worth.
func gradeOf(t *testing.T, q Quiz, choices []Choice) (Mark, Grade) {
	t.Helper()
	h := &HandIn{Student: q.Student, Level: q.Level, Class: q.Class, Answered: time.Date(2026, 11, 25, 10, 0, 0, 5, time.UTC), Quiz: choices}
	m, g, err := h.Grade()
	require.NoError(t, err)
	return m, g
}

func TestQuizThatIsRight(t *testing.T) {
	for _, level := range []int{0, 1, 2, 3} {
		q := newQuiz(t, "kim", level, 0, "")
		m, g := gradeOf(t, q, rightChoices(q))
		assert.Equal(t, FullScore, m.Score)
		assert.Equal(t, strings.Join(caseNames(q), " "), m.Case)
		assert.True(t, m.VerdictRight && m.WhereRight)
		for i, c := range q.Cases() {
			assert.Equal(t, fmt.Sprintf("%d: right: %s, %s. %s", i+1, c.Verdicts[0], c.Where, c.Solution.English), g.Notes[i].In(lang.English))
			assert.Contains(t, g.Notes[i].In(lang.Korean), c.Solution.Korean)
		}
	}
	for _, c := range Cases() { // what the server's side shows is right, too
		q := everyQuestion(t, "kim")
		i := slices.Index(caseNames(q), c.Name)
		for _, v := range c.Verdicts {
			choices := rightChoices(q)
			choices[i].Verdict = v
			m, _ := gradeOf(t, q, choices)
			assert.Equal(t, FullScore, m.Score, c.Name)
		}
	}
}

// What is not right is worth what it is worth, and the story is not told.
func TestQuizThatIsNotRight(t *testing.T) {
	q := newQuiz(t, "kim", 1, 4, "")
	right := rightChoices(q)
	elsewhere := map[HostPlace]HostPlace{Server: Router, Router: Client}
	for _, one := range []struct {
		change Choice
		score  int
		note   string
	}{
		{Choice{}, 75, "1: no answer yet"},
		{Choice{Where: right[0].Where}, 75, "1: a place counts with the verdict, and there is none yet"},
		{Choice{Verdict: right[0].Verdict}, 87, fmt.Sprintf("1: half right: %s. And where?", right[0].Verdict)},
		{Choice{right[0].Verdict, elsewhere[right[0].Where]}, 87,
			fmt.Sprintf("1: half right: %s. But it is not the %s. Hold the two files", right[0].Verdict, elsewhere[right[0].Where])},
		{Choice{diagnose.ClosedEarly, right[0].Where}, 75, `1: not right. It is not "closed-early". Look at what comes back`},
	} {
		choices := slices.Clone(right)
		choices[0] = one.change
		m, g := gradeOf(t, q, choices)
		assert.Equal(t, one.score, m.Score, one.note)
		assert.True(t, strings.HasPrefix(g.Notes[0].In(lang.English), one.note), g.Notes[0].In(lang.English))
		assert.NotContains(t, g.Notes[0].In(lang.English), q.Cases()[0].Solution.English)
		assert.NotContains(t, g.Notes[0].In(lang.Korean), q.Cases()[0].Solution.Korean)
		assert.NotContains(t, g.Notes[0].In(lang.Korean), "%!")
		assert.False(t, m.VerdictRight && m.WhereRight)
	}
	m, g := gradeOf(t, q, make([]Choice, 4))
	assert.Zero(t, m.Score)
	assert.Len(t, g.Notes, 4)
	assert.Equal(t, diagnose.Verdict("- - - -"), m.Verdict)
	assert.Equal(t, HostPlace("- - - -"), m.Where)
}

// An answer that no sheet can give, or to a quiz that cannot be, has been made by hand.
func TestQuizHandInThatCannotBe(t *testing.T) {
	for want, h := range map[string]*HandIn{
		"question 1: there is no verdict":         {Student: "kim", Quiz: []Choice{{Verdict: "x y"}}},
		"question 2: the place is":                {Student: "kim", Quiz: []Choice{{}, {Where: "=1+1"}}},
		"there cannot be 17 questions":            {Student: "kim", Quiz: make([]Choice, 17)},
		`"" cannot be the ID of a student`:        {Quiz: make([]Choice, 1)},
		"there is no level 9: there are 1 to 3, ": {Student: "kim", Level: 9, Quiz: make([]Choice, 1)},
		"answered in the year 10000":              {Student: "kim", Answered: lastHour(-1), Quiz: make([]Choice, 1)},
	} {
		_, _, err := h.Grade()
		assert.ErrorContains(t, err, want)
	}
}

// A quiz is handed in, sealed and graded as a mystery is, and its results are signed.
func TestQuizIsHandedIn(t *testing.T) {
	key, err := NewClassKey(rand.Reader)
	require.NoError(t, err)
	class, err := ParseClass(key.Public())
	require.NoError(t, err)
	q := newQuiz(t, "kim", 0, 3, key.Public())
	h := &HandIn{Student: "kim", Class: key.Public(), Answered: time.Date(2026, 11, 25, 10, 0, 0, 5, time.UTC), Quiz: rightChoices(q)}
	h.Quiz[2] = Choice{}
	var file bytes.Buffer
	require.NoError(t, h.Write(&file, nil))
	assert.NotContains(t, file.String(), "kim")
	opened, err := ReadHandIn(file.Bytes(), key)
	require.NoError(t, err)
	assert.Equal(t, h, opened)
	assert.Equal(t, KindQuiz, opened.Kind())

	m, _, err := opened.Grade()
	require.NoError(t, err)
	m.Sign(key)
	cases := q.Cases()
	assert.Equal(t, Mark{Student: "kim", Kind: KindQuiz, Case: strings.Join(caseNames(q), " "),
		Verdict: cases[0].Verdicts[0] + " " + cases[1].Verdicts[0] + " -", Where: cases[0].Where + " " + cases[1].Where + " -", Score: 66,
		Answered: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC), Class: key.Public(), Signature: m.Signature}, m)

	mystery := Mark{Student: "kim", Kind: KindMystery, Level: 2, Case: "way-back", Verdict: "no-answer", Where: Router, Answered: m.Answered}
	mystery.Sign(key)
	var asJSON, asCSV bytes.Buffer
	require.NoError(t, WriteJSON(&asJSON, []Mark{m, mystery}))
	require.NoError(t, WriteCSV(&asCSV, []Mark{m, mystery}))
	assert.Contains(t, asJSON.String(), `"kind":"quiz"`)
	for _, text := range []string{asJSON.String(), asCSV.String()} {
		read, err := ReadMarks([]byte(text))
		require.NoError(t, err)
		require.Equal(t, []Mark{m, mystery}, read)
		assert.True(t, read[0].Verify(class) && read[1].Verify(class))
		read[0].Kind = KindMystery
		assert.False(t, read[0].Verify(class), "the kind is signed, too")
	}
}

// The last answer counts of each kind.
func TestFinalKeepsTheKindsApart(t *testing.T) {
	at := func(kind ExerciseKind, hour, score int) Mark {
		return Mark{Student: "kim", Kind: kind, Level: 1, Score: score, Answered: time.Date(2026, 11, 25, hour, 0, 0, 0, time.UTC)}
	}
	assert.Equal(t, []Mark{at(KindMystery, 3, 20), at(KindQuiz, 2, 40)},
		final([]Mark{at(KindQuiz, 1, 100), at(KindMystery, 3, 20), at(KindQuiz, 2, 40), at(KindMystery, 1, 10)}))
}

func TestMysteryHasItsKind(t *testing.T) {
	record, err := scenarios.Recorded("closed-port", Recording)
	require.NoError(t, err)
	h := &HandIn{Student: "kim", Level: 1, Record: record, Answer: Answer{Verdict: diagnose.ClosedEarly, Where: Client}}
	m, _, err := h.Grade()
	require.NoError(t, err)
	assert.Equal(t, KindMystery, m.Kind)
}
