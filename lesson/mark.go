package lesson

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// ExerciseKind is a kind of exercise.
type ExerciseKind string

// The kinds.
const (
	KindMystery ExerciseKind = "mystery"
	KindQuiz    ExerciseKind = "quiz"
)

// Mark is what a student has got for a mystery or a quiz, as a line of the results of a class. The names of its fields are
// stable.
type Mark struct {
	Student string       `json:"student"`
	Kind    ExerciseKind `json:"kind"`
	// Level is 0 for a quiz of all levels.
	Level int `json:"level"`
	// Case is the hidden fault, Verdict and Where the answer. Of a quiz each is a list by question, with spaces between, and
	// "-" for what was not answered.
	Case    string           `json:"case"`
	Verdict diagnose.Verdict `json:"verdict"`
	Where   HostPlace        `json:"where"`
	// The four parts of the score. Of a quiz the first two say that all answers are right, and there is no evidence.
	VerdictRight bool `json:"verdict_right"`
	WhereRight   bool `json:"where_right"`
	Shown        bool `json:"evidence_shows_verdict"`
	Located      bool `json:"evidence_shows_where"`
	// Score is in points, of 100.
	Score int `json:"score"`
	// Answers is how often the student had answered until then; 0 for a quiz, where nothing counts it.
	Answers int `json:"answers"`
	// Answered is when, to the millisecond: a program may answer, build the lab anew and answer again within a second.
	Answered time.Time `json:"answered"`
	// Class and Signature are the public half of the class's key, and what its other half has made of all the rest; empty
	// where there is none.
	Class     string `json:"class,omitempty"`
	Signature string `json:"signature,omitempty"`
}

// Grade grades a hand-in by the record that came with it, or by the cases that the quiz asks for: the same each time. It refuses
// what tcplab does not hand in: a seal only says that nobody has changed what a student wrote, and what it says stands in the
// results, which a spreadsheet opens.
func (h *HandIn) Grade() (Mark, Grade, error) {
	if !datable(h.Answered) {
		return Mark{}, Grade{}, fmt.Errorf("it says that it was answered in the year %d", h.Answered.UTC().Year())
	}
	if h.Kind() == KindQuiz {
		return h.gradeQuiz()
	}
	m, err := NewMystery(h.Student, h.Level, h.Class)
	if err != nil {
		return Mark{}, Grade{}, err
	}
	if err := (Choice{h.Answer.Verdict, h.Answer.Where}).check(); err != nil {
		return Mark{}, Grade{}, err
	}
	record, err := ReadRecord(bytes.NewReader(h.Record))
	if err == nil {
		err = record.ofMystery()
	}
	if err != nil {
		return Mark{}, Grade{}, err
	}
	c := m.Case()
	g, err := c.Grade(record, h.Answer)
	if err != nil {
		return Mark{}, Grade{}, err
	}
	return Mark{Student: m.Student, Kind: KindMystery, Level: m.Level, Case: c.Name, Verdict: h.Answer.Verdict, Where: h.Answer.Where,
		VerdictRight: g.Verdict, WhereRight: g.Where, Shown: g.Shown, Located: g.Located, Score: g.Score(), Answers: h.Answers,
		Answered: h.Answered.UTC().Truncate(time.Millisecond), Class: h.Class}, g, nil
}

// datable reports whether JSON can say the time in UTC, whose year must have four digits.
func datable(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 0 && year <= 9999
}

// signed is the text that is signed.
func (r Mark) signed() []byte {
	r.Signature = ""
	text, err := json.Marshal(r)
	if err != nil { // it is made of strings, numbers and a time that is datable
		panic(err)
	}
	return text
}

// Sign signs the mark with the class's key.
func (r *Mark) Sign(key *ClassKey) {
	r.Class = key.Public()
	r.Signature = key.Sign(r.signed())
}

// Verify reports whether the mark is what the teacher of its class has signed.
func (r Mark) Verify(class *Class) bool { return class.Verify(r.signed(), r.Signature) }

// maxClockError is how far the clock of the computer may be off on which a student answers.
const maxClockError = time.Hour

// CheckTime reports that a mark is for an answer which is still to come: it would be the last one for as long as that.
func (r Mark) CheckTime(now time.Time) error {
	if r.Answered.Before(now.Add(maxClockError)) {
		return nil
	}
	return fmt.Errorf("it says that it was answered on %s, which is still to come: the clock of the computer was wrong, so let the student answer once more",
		r.Answered.Format(time.DateTime))
}

// Superseded is an answer in place of which a later one to the same mystery or quiz counts: where they stand in the list.
type Superseded struct{ Old, By int }

// Final finds the last answer of each student to each mystery and quiz: where these stand in the list, sorted by student, kind and
// level, and the others.
func Final(list []Mark) (last []int, old []Superseded) {
	exercise := func(a, b int) int {
		x, y := &list[a], &list[b]
		return cmp.Or(strings.Compare(x.Student, y.Student), cmp.Compare(x.Kind, y.Kind), x.Level-y.Level)
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Or(exercise(a, b), list[b].Answered.Compare(list[a].Answered)) })
	for _, i := range order {
		if n := len(last); n > 0 && exercise(last[n-1], i) == 0 {
			old = append(old, Superseded{i, last[n-1]})
			continue
		}
		last = append(last, i)
	}
	return last, old
}

// columns are those of a table of results, named as the fields in JSON.
var columns = []string{"student", "kind", "level", "case", "verdict", "where", "verdict_right", "where_right", "evidence_shows_verdict",
	"evidence_shows_where", "score", "answers", "answered", "class", "signature"}

// WriteCSV writes results as a table (RFC 4180) with a line of names.
func WriteCSV(w io.Writer, list []Mark) error {
	table := csv.NewWriter(w)
	_ = table.Write(columns) // an error stays for Error
	for _, r := range list {
		_ = table.Write([]string{r.Student, string(r.Kind), strconv.Itoa(r.Level), r.Case, string(r.Verdict), string(r.Where), strconv.FormatBool(r.VerdictRight),
			strconv.FormatBool(r.WhereRight), strconv.FormatBool(r.Shown), strconv.FormatBool(r.Located), strconv.Itoa(r.Score),
			strconv.Itoa(r.Answers), r.Answered.Format(time.RFC3339Nano), r.Class, r.Signature})
	}
	table.Flush()
	return table.Error()
}

// WriteJSON writes results as JSON, one object per line.
func WriteJSON(w io.Writer, list []Mark) error {
	e := json.NewEncoder(w)
	for _, r := range list {
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// ReadMarks reads what [WriteCSV] or [WriteJSON] has written. What says more than that comes without its signature.
func ReadMarks(file []byte) ([]Mark, error) {
	if bytes.HasPrefix(bytes.TrimSpace(file), []byte("{")) {
		return readJSON(file)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))).ReadAll() // which spreadsheets put before it
	if err != nil || len(rows) == 0 || !slices.Equal(rows[0], columns) {
		return nil, errors.New("it holds no results, as \"tcplab lesson grade\" writes them")
	}
	var list []Mark
	for i, row := range rows[1:] {
		r, err := markOf(row)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+2, err)
		}
		list = append(list, r)
	}
	return list, nil
}

func readJSON(file []byte) (list []Mark, err error) {
	for d := json.NewDecoder(bytes.NewReader(file)); ; {
		var line json.RawMessage
		err := d.Decode(&line)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		var r Mark
		if err == nil {
			err = json.Unmarshal(line, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("it holds no results, as \"tcplab lesson grade\" writes them: %w", err)
		}
		if !r.says(line) {
			r.Signature = ""
		}
		list = append(list, r)
	}
}

// says reports whether JSON is that of the mark, and no more. What says something else besides, or the same field twice, or in
// other letters, may be read otherwise by other programs: it is not what was signed.
func (r Mark) says(line []byte) bool {
	var got bytes.Buffer
	want, err := json.Marshal(r)
	return err == nil && json.Compact(&got, line) == nil && bytes.Equal(got.Bytes(), want)
}

// markOf reads a line of the table.
func markOf(row []string) (r Mark, err error) {
	number := func(text string) (n int) {
		n, failed := strconv.Atoi(text)
		err = errors.Join(err, failed)
		return n
	}
	truth := func(text string) (b bool) {
		b, failed := strconv.ParseBool(text)
		err = errors.Join(err, failed)
		return b
	}
	answered, failed := time.Parse(time.RFC3339, row[12])
	if failed == nil && !datable(answered) {
		failed = fmt.Errorf("the time %q is in a year that cannot be", row[12])
	}
	r = Mark{Student: row[0], Kind: ExerciseKind(row[1]), Level: number(row[2]), Case: row[3], Verdict: diagnose.Verdict(row[4]), Where: HostPlace(row[5]),
		VerdictRight: truth(row[6]), WhereRight: truth(row[7]), Shown: truth(row[8]), Located: truth(row[9]), Score: number(row[10]),
		Answers: number(row[11]), Answered: answered.UTC(), Class: row[13], Signature: row[14]}
	return r, errors.Join(err, failed)
}
