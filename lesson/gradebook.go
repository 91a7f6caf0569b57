package lesson

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lang"
)

// LearningPlatform is one that imports a table of grades.
type LearningPlatform string

// The platforms. Each column of grades becomes an exercise there, of 100 points.
const (
	// Moodle finds a student by the column that the teacher chooses on import: "ID number" (docs.moodle.org, Grade import).
	Moodle LearningPlatform = "moodle"
	// Canvas finds a student by SIS Login ID, and wants the columns of its own export.
	Canvas LearningPlatform = "canvas"
)

// ParsePlatform returns the platform of that name.
func ParsePlatform(name string) (LearningPlatform, error) {
	known := []string{string(Moodle), string(Canvas)}
	if slices.Contains(known, name) {
		return LearningPlatform(name), nil
	}
	return "", fmt.Errorf("there is no table of grades for %q%s; there are: %s", name, lang.Suggestion(name, known), strings.Join(known, ", "))
}

// exercise is what a class was asked for.
type exercise struct {
	kind  ExerciseKind
	level int
}

func (e exercise) String() string {
	if e.level == 0 {
		return "tcplab " + string(e.kind)
	}
	return fmt.Sprintf("tcplab %s, level %d", e.kind, e.level)
}

// exercisesOf are those that have marks, sorted.
func exercisesOf(marks []Mark) (list []exercise) {
	for _, m := range marks {
		list = append(list, exercise{m.Kind, m.Level})
	}
	slices.SortFunc(list, func(a, b exercise) int { return cmp.Or(cmp.Compare(a.kind, b.kind), a.level-b.level) })
	return slices.Compact(list)
}

// WriteGradebook writes a table (RFC 4180) that the platform imports: a line for each student, a column for each exercise. Where a
// student has no mark the cell is empty, which changes nothing on import. The marks are those that count, at most one for each exercise of
// a student; the roster may be nil.
func WriteGradebook(w io.Writer, p LearningPlatform, r *Roster, marks []Mark) error {
	type of struct {
		student string
		exercise
	}
	scores := map[of]int{}
	for _, m := range marks {
		scores[of{m.Student, exercise{m.Kind, m.Level}}] = m.Score
	}
	exercises := exercisesOf(marks)
	table := csv.NewWriter(w)
	line := func(first []string, cell func(exercise) string) {
		for _, e := range exercises {
			first = append(first, cell(e))
		}
		_ = table.Write(first) // an error stays for Error
	}
	if p == Canvas {
		line([]string{"Student", "ID", "SIS User ID", "SIS Login ID", "Section"}, exercise.String)
		line([]string{"Points Possible", "", "", "", ""}, func(exercise) string { return "100" })
	} else {
		line([]string{"ID number"}, exercise.String)
	}
	for _, student := range r.classOf(marks) {
		score := func(e exercise) string {
			if n, handedIn := scores[of{student, e}]; handedIn {
				return strconv.Itoa(n)
			}
			return ""
		}
		if p == Canvas {
			line([]string{r.calls(student), "", "", student, ""}, score)
			continue
		}
		line([]string{student}, score)
	}
	table.Flush()
	return table.Error()
}

// classOf are the students in the roster's order; without one, those who have a mark.
func (r *Roster) classOf(marks []Mark) (list []string) {
	if r != nil {
		return r.order
	}
	for _, m := range marks {
		if !slices.Contains(list, m.Student) {
			list = append(list, m.Student)
		}
	}
	return list
}

// Sort puts the marks into the roster's order, and a student's own by kind and level; the roster may be nil.
func (r *Roster) Sort(marks []Mark) {
	if r == nil {
		return
	}
	place := map[string]int{}
	for i, student := range r.order {
		place[student] = i
	}
	slices.SortStableFunc(marks, func(a, b Mark) int { return place[a.Student] - place[b.Student] })
}

// Missing are the students of the roster who have no mark at all, in its order; the roster may be nil.
func (r *Roster) Missing(marks []Mark) (list []string) {
	if r == nil {
		return nil
	}
	for _, student := range r.order {
		if !slices.ContainsFunc(marks, func(m Mark) bool { return m.Student == student }) {
			list = append(list, student)
		}
	}
	return list
}

// Size is how many students are on the roster.
func (r *Roster) Size() int { return len(r.order) }

// CaseTally is how a class did on one hidden fault.
type CaseTally struct {
	Case string
	// Marks counts those who had it; the rest count of these who found the verdict and the place, and who proved both.
	Marks, VerdictRight, WhereRight, Proven int
	// Median is that of the scores, the lower one where two are in the middle.
	Median int
}

// TallyCases counts the mysteries by hidden fault, the hardest one first. A quiz has many faults, and is not counted.
func TallyCases(marks []Mark) []CaseTally {
	scores := map[string][]int{}
	tallies := map[string]*CaseTally{}
	for _, m := range marks {
		if m.Kind != KindMystery {
			continue
		}
		t := tallies[m.Case]
		if t == nil {
			t = &CaseTally{Case: m.Case}
			tallies[m.Case] = t
		}
		t.Marks++
		for counter, right := range map[*int]bool{&t.VerdictRight: m.VerdictRight, &t.WhereRight: m.WhereRight, &t.Proven: m.Shown && m.Located} {
			if right {
				*counter++
			}
		}
		scores[m.Case] = append(scores[m.Case], m.Score)
	}
	var list []CaseTally
	for name, t := range tallies {
		slices.Sort(scores[name])
		t.Median = scores[name][(len(scores[name])-1)/2]
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b CaseTally) int { return cmp.Or(a.Median-b.Median, strings.Compare(a.Case, b.Case)) })
	return list
}
