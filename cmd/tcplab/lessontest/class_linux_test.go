package lessontest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lesson"
)

// classSize is how many work on one machine at the same time: each of the three levels several times. More of them show no more, and take
// the processor for minutes.
const classSize = 12

// A class works on one machine at the same time, each on a mystery of their own, and hands in. What the teacher gets is the
// same each time, and whatever is changed is found.
func TestClass(t *testing.T) {
	if testing.Short() {
		t.Skip("retransmissions in real time are not for -short")
	}
	// Not beside other tests: so many labs that rise at once keep a small machine busy, and others hold times.
	d := classroom(t)
	assert.Equal(t, `class.key: keep it to yourself; it opens what is handed in, and signs the results
class.pub: give it to the students, for "tcplab lesson mystery --class class.pub"
`, d.Must("lesson", "key", "class.key"))
	d.Fails("class.key is there already, and a key that was lost cannot be made again: choose another name", "lesson", "key", "class.key")
	public, err := os.ReadFile(filepath.Join(d.Dir, "class.pub"))
	require.NoError(t, err)
	var class []*student
	for i := range classSize {
		class = append(class, newStudent(d, fmt.Sprintf("2026%02d", i), i%lesson.Levels+1, strings.TrimSpace(string(public))))
	}
	sideBySide(t, "raised", class, func(s *student) error { return s.begin("--class", "class.pub") })
	assert.Len(t, strings.Split(strings.TrimSpace(d.Must("status", "--json")), "\n"), classSize)
	sideBySide(t, "attempted", class, (*student).investigate)
	first := class[0].answer("reset-by-client", "client")
	out, code := d.TCPLab(append(first, "--out", "first.handin")...)
	assert.Equal(t, 1, code, out)
	sideBySide(t, "answered", class, func(s *student) error { return s.score(lesson.FullScore) })
	testGrading(d, class)
}

// sideBySide lets all of them do something at the same time.
func sideBySide(t *testing.T, what string, class []*student, do func(*student) error) {
	t.Helper()
	begin := time.Now()
	var all errgroup.Group
	for _, s := range class {
		all.Go(func() error { return do(s) })
	}
	require.NoError(t, all.Wait())
	t.Logf("%d mysteries %s in %.1f s", len(class), what, time.Since(begin).Seconds())
}

// score answers rightly, and requires so many points.
func (s *student) score(points int) error {
	cmd := s.Command(append(s.rightAnswer(), "--json")...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var mark struct {
		Score int `json:"score"`
	}
	if json.Unmarshal(out, &mark) != nil || mark.Score != points {
		return fmt.Errorf("%s, %s: %w: %s%s", s.Student, s.Case.Name, err, out, &stderr)
	}
	return nil
}

// testGrading grades what a class has handed in.
func testGrading(d *cmdtest.Desk, class []*student) {
	d.Helper()
	table := d.Must("lesson", "grade", ".", "--key", "class.key")
	assert.Equal(d, classSize, strings.Count(table, " 100 "), table)
	results, jsonLines := resultsOf(d)
	assert.Equal(d, classSize+1, strings.Count(results, "\n"))
	rows := rowsOf(d, results)
	for i, s := range class {
		row := rows[i] // they are sorted
		for column, want := range map[string]string{"student": s.Student, "level": fmt.Sprint(s.Mystery.Level), "case": s.Case.Name,
			"verdict": string(s.Verdicts[0]), "where": string(s.Where), "verdict_right": "true", "where_right": "true",
			"evidence_shows_verdict": "true", "evidence_shows_where": "true", "score": "100", "class": s.Class,
			"answers": answers(i)} {
			assert.Equal(d, want, row[column], "%s of %s", column, s.Student)
		}
	}
	for _, file := range []string{"results.csv", "results.json"} {
		assert.Equal(d, fmt.Sprintf("%s: %d of %[2]d as the class's teacher has signed them\n", file, classSize), d.Must("lesson", "verify", file, "--class", "class.pub"))
	}
	d.Must("lesson", "grade", ".", "--key", "class.key")
	again, jsonAgain := resultsOf(d)
	assert.Equal(d, results, again)
	assert.Equal(d, jsonLines, jsonAgain)
	// Before the marks it says, on standard error, which hand-in does not count because a later one came.
	_, marks, _ := strings.Cut(d.Must("lesson", "grade", ".", "--key", "class.key", "--json"), "is later\n")
	assert.Equal(d, jsonLines, marks)
	testEditedResults(d, class, results, jsonLines)
	testEditedHandIns(d, class)
}

// answers is how often one of them has answered: the first one's first answer was wrong, and was handed in as well.
func answers(i int) string {
	if i == 0 {
		return "2"
	}
	return "1"
}

// rowsOf are the lines of a table, by the names of its columns.
func rowsOf(d *cmdtest.Desk, text string) (rows []map[string]string) {
	d.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(d, err)
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// results are the files that "lesson grade" has written.
func resultsOf(d *cmdtest.Desk) (table, jsonLines string) {
	d.Helper()
	for name, text := range map[string]*string{"results.csv": &table, "results.json": &jsonLines} {
		file, err := os.ReadFile(filepath.Join(d.Dir, name))
		require.NoError(d, err)
		*text = string(file)
	}
	return table, jsonLines
}

// testEditedResults: a row that was edited is named, in either file.
func testEditedResults(d *cmdtest.Desk, class []*student, results, jsonLines string) {
	d.Helper()
	s, other := class[7], class[8].Student
	for file, edited := range map[string]struct{ text, named string }{
		"student.csv":  {strings.Replace(results, "\n"+s.Student+",", "\n"+other+",", 1), other},
		"student.json": {strings.Replace(jsonLines, fmt.Sprintf(`"student":%q`, s.Student), fmt.Sprintf(`"student":%q`, other), 1), other},
		"score.csv":    {editedScore(results, "\n"+s.Student+",", ",100,", ",99,"), s.Student},
		"score.json":   {editedScore(jsonLines, fmt.Sprintf(`"student":%q`, s.Student), `"score":100`, `"score":99`), s.Student},
	} {
		require.NoError(d, os.WriteFile(filepath.Join(d.Dir, file), []byte(edited.text), 0o644))
		out, code := d.TCPLab("lesson", "verify", file, "--class", "class.pub")
		assert.Equal(d, 1, code, file)
		assert.Regexp(d, `^`+edited.named+`, .*level \d: not as it was signed\n$`, out, file)
	}
	d.Must("lesson", "key", "other.key")
	_, code := d.TCPLab("lesson", "verify", "results.csv", "--class", "other.pub")
	assert.Equal(d, 1, code)
	d.Fails("name the file with the public half of the class's key: --class class.pub", "lesson", "verify", "results.csv")
	d.Fails(`class.pub: it holds no results, as "tcplab lesson grade" writes them`, "lesson", "verify", "class.pub", "--class", "class.pub")
}

// editedScore changes the score of one of the rows.
func editedScore(text, begin, score, edited string) string {
	before, after, _ := strings.Cut(text, begin)
	return before + begin + strings.Replace(after, score, edited, 1)
}

// testEditedHandIns: what was changed, or is not sealed for the class, is named, and the others are graded all the same.
func testEditedHandIns(d *cmdtest.Desk, class []*student) {
	d.Helper()
	s := class[3]
	name := fmt.Sprintf("%s-%d.handin", s.Student, s.Mystery.Level)
	whole, err := os.ReadFile(filepath.Join(d.Dir, name))
	require.NoError(d, err)
	middle := len(whole) / 2
	other := byte('A')
	if whole[middle] == other {
		other = 'B'
	}
	alone := studentWith(d, "closed-port") // without --class
	require.NoError(d, alone.begin())
	d.TCPLab(append(alone.answer("refused", "server"), "--out", "alone.handin")...)
	changed := bytes.Clone(whole)
	changed[middle] = other
	for name, text := range map[string][]byte{name: changed, "cut.handin": whole[:middle], "text.handin": []byte("I give up\n")} {
		require.NoError(d, os.WriteFile(filepath.Join(d.Dir, name), text, 0o644))
	}
	cmd := d.Command("lesson", "grade", ".", "--key", "class.key")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	table, err := cmd.Output()
	assert.ErrorContains(d, err, "exit status 2")
	assert.Equal(d, classSize-1, strings.Count(string(table), " 100 "), string(table))
	assert.Regexp(d, "(?m)^tcplab: "+regexp.QuoteMeta(name)+": its seal is broken: it has been changed after it was handed in\n"+
		"alone.handin: it is not sealed for the class, and could have been written by anybody: .* was begun without --class\n"+
		"cut.handin: it is damaged: unexpected end of JSON input\n"+
		"text.handin: it is not a hand-in, which .* writes\n$", stderr.String())
	assert.Equal(d, fmt.Sprintf("results.csv: %d of %[1]d as the class's teacher has signed them\n", classSize-1), d.Must("lesson", "verify", "results.csv", "--class", "class.pub"))
	out, code := d.TCPLab("lesson", "grade", ".", "--key", "other.key")
	assert.Equal(d, 2, code)
	assert.Contains(d, out, class[0].Student+"-1.handin: it is sealed for another class\n")
	out, code = d.TCPLab("lesson", "grade", ".")
	assert.Equal(d, 2, code)
	assert.Contains(d, out, class[0].Student+"-1.handin: it is sealed for a class: give that class's key\n")
	assert.Equal(d, fmt.Sprintf("results.csv: %d of %[1]d as the class's teacher has signed them\n", classSize-1), d.Must("lesson", "verify", "results.csv", "--class", "class.pub"),
		"results were lost over a wrong key, or a forgotten one")
	d.Fails("stat nowhere: no such file or directory", "lesson", "grade", "nowhere")
}
