package lesson

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// SheetName is the name of the file into which the answers to a quiz are written.
const SheetName = "answers.txt"

// Choice is an answer to a question of a quiz; what is empty was not answered.
type Choice struct {
	Verdict diagnose.Verdict `json:"verdict,omitempty"`
	Where   HostPlace        `json:"where,omitempty"`
}

// Sheet is what the file with the answers says.
type Sheet struct {
	Quiz     Quiz
	Language lang.Tag
	// Choices has one for each question.
	Choices []Choice
}

// The words that begin the lines of a sheet which are not answers.
const (
	studentKey   = "student"
	levelKey     = "level"
	questionsKey = "questions"
	classKey     = "class"
	languageKey  = "language"
	allLevels    = "all"
)

// Sheet is the file in which the student writes the answers, see [ReadSheet]. It says what the quiz depends on, what each
// question is about, and how to answer.
func (q Quiz) Sheet(tag lang.Tag) string {
	var b strings.Builder
	comment := func(text string) {
		for line := range strings.Lines(text) {
			b.WriteString(strings.TrimRightFunc("# "+line, unicode.IsSpace) + "\n")
		}
	}
	comment(sheetHead.Format(tag, q.Student))
	level := allLevels
	if q.Level != 0 {
		level = strconv.Itoa(q.Level)
	}
	fmt.Fprintf(&b, "\n%s %s\n%s %s\n%s %d\n", studentKey, q.Student, levelKey, level, questionsKey, q.Questions)
	if q.Class != "" {
		fmt.Fprintf(&b, "%s %s\n", classKey, q.Class)
	}
	fmt.Fprintf(&b, "%s %s\n\n", languageKey, tag)
	comment(sheetHelp.Format(tag, VerdictTable(tag)))
	for _, one := range q.questions() {
		b.WriteString("\n")
		comment(fmt.Sprintf("%s, %s\n%s", one.file(Client), one.file(Server), one.complaint(tag)))
		fmt.Fprintf(&b, "%d:\n", one.number)
	}
	return b.String()
}

var (
	sheetHead = lang.Text{
		English: "The answers of %s to the quiz. The files beside this one depend on the next lines: leave them as they are.",
		Korean:  "%s의 퀴즈 답안. 함께 있는 캡처 파일은 아래 몇 줄에 따라 정해지므로 고치지 말 것.",
	}
	sheetHelp = lang.Text{
		English: "Write a verdict and a place behind the number of each question, for example\n    1: refused server\n" +
			"What comes behind a # does not count.\n\nThe verdicts:\n%s\nThe places: client, router, server",
		Korean: "각 문제 번호 뒤에 판정과 위치를 쓴다. 예:\n    1: refused server\n# 뒤의 내용은 무시된다.\n\n판정:\n%s\n위치: client, router, server",
	}
)

// complaint is what is known of the question.
func (q question) complaint(tag lang.Tag) string {
	target := netip.AddrPortFrom(topology.Addr("server", lab.IPv4), lab.Port)
	return q.Complaint(tag, target)
}

// Complaints are what is known of each question.
func (q Quiz) Complaints(tag lang.Tag) (list []string) {
	for _, one := range q.questions() {
		list = append(list, one.complaint(tag))
	}
	return list
}

// ReadSheet reads a sheet that was filled in. Upper and lower case are the same, and so are spaces, commas and colons
// between the words. The error names the line that it is about.
func ReadSheet(text string) (Sheet, error) {
	r := sheetReader{header: map[string]string{}, answers: map[int]answered{}}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) { // which Windows' editors put before it
		number++
		line, _, _ = strings.Cut(line, "#")
		if err := r.read(line, number); err != nil {
			return Sheet{}, fmt.Errorf("line %d: %w", number, err)
		}
	}
	return r.sheet()
}

type sheetReader struct {
	header  map[string]string
	answers map[int]answered
}

// answered is an answer, and the line in which it stands.
type answered struct {
	Choice
	line int
}

// read reads a line that has no comment.
func (r *sheetReader) read(line string, number int) error {
	words := strings.FieldsFunc(line, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",;:", c) })
	if len(words) == 0 {
		return nil
	}
	first := strings.ToLower(words[0])
	if slices.Contains([]string{studentKey, levelKey, questionsKey, classKey, languageKey}, first) {
		_, value, _ := strings.Cut(strings.TrimSpace(line), words[0])
		r.header[first] = strings.TrimLeftFunc(strings.TrimSpace(value), func(c rune) bool { return c == ':' || unicode.IsSpace(c) })
		return nil
	}
	question, err := strconv.Atoi(strings.TrimRight(first, ".)"))
	if err != nil {
		return fmt.Errorf("it begins with the number of a question, not %q", words[0])
	}
	if before, twice := r.answers[question]; twice {
		return fmt.Errorf("question %d is answered in line %d already", question, before.line)
	}
	choice, err := parseChoice(words[1:])
	r.answers[question] = answered{choice, number}
	return err
}

// parseChoice reads a verdict and a place, either of which may be missing yet.
func parseChoice(words []string) (c Choice, err error) {
	if len(words) > 2 {
		return c, fmt.Errorf("after the number come a verdict and a place, and not %d words", len(words))
	}
	for _, word := range words {
		word = strings.ToLower(word)
		place, failed := ParsePlace(word)
		switch {
		case failed == nil && c.Where == "":
			c.Where = place
		case c.Verdict != "": // the second word
			return c, failed
		default:
			if c.Verdict, err = ParseVerdict(word); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}

// sheet puts together what was read.
func (r *sheetReader) sheet() (s Sheet, err error) {
	if r.header[studentKey] == "" {
		return s, errors.New("it has no line \"student ID\", with which the quiz has written it: begin the quiz again")
	}
	level, questions := 0, 0
	if text := r.header[levelKey]; text != "" && !strings.EqualFold(text, allLevels) {
		if level, err = strconv.Atoi(text); err != nil || level == 0 {
			return s, fmt.Errorf("the level is a number or %q, not %q", allLevels, text)
		}
	}
	if text := r.header[questionsKey]; text != "" {
		if questions, err = strconv.Atoi(text); err != nil {
			return s, fmt.Errorf("the number of questions is a number, not %q", text)
		}
	}
	class := r.header[classKey]
	if class != "" {
		key, err := ParseClass(class)
		if err != nil {
			return s, fmt.Errorf("the line %q: %w", classKey, err)
		}
		class = key.String()
	}
	if s.Language, err = lang.Parse(r.header[languageKey]); err != nil {
		return s, err
	}
	if s.Quiz, err = NewQuiz(r.header[studentKey], level, questions, class); err != nil {
		return s, err
	}
	s.Choices = make([]Choice, s.Quiz.Questions)
	for _, question := range slices.Sorted(maps.Keys(r.answers)) {
		a := r.answers[question]
		if question < 1 || question > s.Quiz.Questions {
			return s, fmt.Errorf("line %d: there is no question %d: there are 1 to %d", a.line, question, s.Quiz.Questions)
		}
		s.Choices[question-1] = a.Choice
	}
	return s, nil
}
