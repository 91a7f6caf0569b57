package lesson

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/tcplab/tcplab/faults"
)

// Quiz is a student's exercise without a lab: captures of real investigations, to be told what is broken. It is a value
// that can be compared.
type Quiz struct {
	Student string
	// Level is 0 for all levels together.
	Level int
	// Class is the public key of the class ([ClassKey.Public]), empty for somebody who learns alone.
	Class string
	// Questions is how many there are.
	Questions int
}

// DefaultQuestions is the number of questions where nobody says another, and as many cases are there.
const DefaultQuestions = 5

// NewQuiz checks what a student has typed. Level 0 is for all levels together, and so many questions as 0 are
// [DefaultQuestions].
func NewQuiz(student string, level, questions int, class string) (Quiz, error) {
	id, err := parseStudent(student)
	if err != nil {
		return Quiz{}, err
	}
	if level < 0 || level > Levels {
		return Quiz{}, fmt.Errorf("there is no level %d: there are 1 to %d, or 0 for all of them", level, Levels)
	}
	q := Quiz{Student: id, Level: level, Class: class, Questions: questions}
	most := len(q.pool())
	switch {
	case questions == 0:
		q.Questions = min(DefaultQuestions, most)
	case questions < 0 || questions > most:
		return Quiz{}, fmt.Errorf("there cannot be %d questions: each is about another case, and here are 1 to %d", questions, most)
	}
	return q, nil
}

// Name is that of the quiz's folder.
func (q Quiz) Name() string { return "quiz-" + q.Student + q.suffix() }

// HandInName is that of the file to hand in.
func (q Quiz) HandInName() string { return q.Student + "-quiz" + q.suffix() + ".handin" }

// suffix keeps the quizzes of a student apart.
func (q Quiz) suffix() string {
	if q.Level == 0 {
		return ""
	}
	return fmt.Sprintf("-%d", q.Level)
}

// pool has the cases that may be asked for.
func (q Quiz) pool() []Case {
	return slices.DeleteFunc(Cases(), func(c Case) bool { return q.Level != 0 && c.Level != q.Level })
}

// Cases are those that are asked for, easy ones first, and of each level about as many: the same each time for the same
// student, level and class.
func (q Quiz) Cases() []Case {
	list := q.pool()
	lots, turns, drawn := map[string][]byte{}, map[string]int{}, map[int]int{}
	for _, c := range list {
		lots[c.Name] = q.digest("case " + c.Name)
	}
	slices.SortFunc(list, func(a, b Case) int { return bytes.Compare(lots[a.Name], lots[b.Name]) })
	for _, c := range list {
		turns[c.Name] = drawn[c.Level]
		drawn[c.Level]++
	}
	slices.SortStableFunc(list, func(a, b Case) int { return cmp.Or(turns[a.Name]-turns[b.Name], a.Level-b.Level) })
	list = list[:q.Questions]
	slices.SortStableFunc(list, func(a, b Case) int { return a.Level - b.Level })
	return list
}

// digest is what chance would be elsewhere: it depends on who takes the quiz, and on what it is for.
func (q Quiz) digest(purpose string) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "tcplab quiz\n%s\n%s\n%d\n%s", q.Class, q.Student, q.Level, purpose))
	return sum[:]
}

// question is one of the quiz.
type question struct {
	number int // from 1
	Case
}

func (q Quiz) questions() (list []question) {
	for i, c := range q.Cases() {
		list = append(list, question{i + 1, c})
	}
	return list
}

// file is the name of the capture from one side.
func (q question) file(side HostPlace) string { return fmt.Sprintf("%d-%s.pcapng", q.number, side) }

// point is the vantage point of one side. A server that is switched off captures nothing: what it would have seen is what
// the router sees on its side.
func (q question) point(side HostPlace) string {
	if off, is := q.Fault.(faults.StopHost); is && off.Host == string(side) {
		return "router:to-" + string(side)
	}
	return string(side)
}
