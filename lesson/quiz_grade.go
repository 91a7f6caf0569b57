package lesson

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// quizPoints are those of a question: half of them for the verdict, and half for the place with the verdict. The score of a
// quiz is their mean.
const quizPoints = FullScore / 2

// gradeQuiz grades the answers to a quiz. The grade has a note for each question.
func (h *HandIn) gradeQuiz() (Mark, Grade, error) {
	q, err := NewQuiz(h.Student, h.Level, len(h.Quiz), h.Class)
	if err != nil {
		return Mark{}, Grade{}, err
	}
	g := Grade{Verdict: true, Where: true}
	points := 0
	var names, verdicts, places []string
	for i, one := range q.questions() {
		a := h.Quiz[i]
		if err := a.check(); err != nil {
			return Mark{}, Grade{}, fmt.Errorf("question %d: %w", one.number, err)
		}
		verdict := slices.Contains(one.Verdicts, a.Verdict)
		where := verdict && a.Where == one.Where
		for _, right := range []bool{verdict, where} {
			if right {
				points += quizPoints
			}
		}
		g.Verdict, g.Where = g.Verdict && verdict, g.Where && where
		g.Notes = append(g.Notes, one.note(a, verdict, where))
		names = append(names, one.Name)
		verdicts = append(verdicts, cmp.Or(string(a.Verdict), "-"))
		places = append(places, cmp.Or(string(a.Where), "-"))
	}
	return Mark{Student: q.Student, Kind: KindQuiz, Level: q.Level, Case: strings.Join(names, " "),
		Verdict: diagnose.Verdict(strings.Join(verdicts, " ")), Where: HostPlace(strings.Join(places, " ")), VerdictRight: g.Verdict,
		WhereRight: g.Where, Score: points / q.Questions, Answered: h.Answered.UTC().Truncate(time.Millisecond), Class: q.Class}, g, nil
}

// check refuses what no sheet can say, and no command line.
func (c Choice) check() (err error) {
	if c.Verdict != "" {
		_, err = ParseVerdict(string(c.Verdict))
	}
	if c.Where != "" && err == nil {
		_, err = ParsePlace(string(c.Where))
	}
	return err
}

// note says what an answer is worth.
func (q question) note(c Choice, verdict, where bool) Note {
	switch {
	case where:
		return note(quizRight, q.number, c.Verdict, c.Where, q.Solution)
	case c == Choice{}:
		return note(quizEmpty, q.number)
	case c.Verdict == "":
		return note(quizNoVerdict, q.number)
	case !verdict:
		return note(quizWrong, q.number, note(notVerdict, c.Verdict))
	case c.Where == "":
		return note(quizNoPlace, q.number, c.Verdict)
	}
	return note(quizHalf, q.number, c.Verdict, note(quizNotPlace, placeNames[c.Where]))
}

var (
	quizRight     = lang.Text{English: "%d: right: %s, %s. %s", Korean: "%d: 정답(%s, %s). %s"}
	quizEmpty     = lang.Text{English: "%d: no answer yet", Korean: "%d: 아직 답이 없다"}
	quizNoVerdict = lang.Text{English: "%d: a place counts with the verdict, and there is none yet", Korean: "%d: 위치는 판정이 맞아야 인정되는데, 판정이 아직 없다"}
	quizWrong     = lang.Text{English: "%d: not right. %s", Korean: "%d: 오답. %s"}
	quizNoPlace   = lang.Text{English: "%d: half right: %s. And where?", Korean: "%d: 반만 정답(%s). 위치는?"}
	quizHalf      = lang.Text{English: "%d: half right: %s. %s", Korean: "%d: 반만 정답(%s). %s"}
	quizNotPlace  = lang.Text{
		English: "But it is not the %s. Hold the two files against each other: which of them still has the packet, and which address and TTL does the answer bear?",
		Korean:  "그러나 %s가 아니다. 두 파일을 나란히 놓고 보라. 패킷이 어느 파일까지 보이는가? 응답의 출발지 주소와 TTL은 무엇인가?",
	}
)
