package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tcplab/tcplab/lesson"
)

// classSize is that of a class which works on one machine.
const classSize = 30

// A class works on one machine at the same time, each on a mystery of their own, and hands in. What the teacher gets is the
// same each time, and whatever is changed is found.
func TestClass(t *testing.T) {
	if testing.Short() {
		t.Skip("retransmissions in real time are not for -short")
	}
	// Not beside other tests: thirty labs that rise at once keep a small machine busy, and others hold times.
	d := classroom(t)
	assert.Equal(t, `class.key: keep it to yourself; it opens what is handed in, and signs the results
class.pub: give it to the students, for "tcplab lesson mystery --class class.pub"
`, d.must("lesson", "key", "class.key"))
	d.fails("class.key is there already, and a key that was lost cannot be made again: choose another name", "lesson", "key", "class.key")
	public, err := os.ReadFile(filepath.Join(d.dir, "class.pub"))
	require.NoError(t, err)
	var class []*student
	for i := range classSize {
		class = append(class, d.newStudent(fmt.Sprintf("2026%02d", i), i%lesson.Levels+1, strings.TrimSpace(string(public))))
	}
	sideBySide(t, "raised", class, func(s *student) error { return s.begin("--class", "class.pub") })
	assert.Len(t, strings.Split(strings.TrimSpace(d.must("status", "--json")), "\n"), classSize)
	sideBySide(t, "attempted", class, (*student).investigate)
	first := class[0].answer("reset-by-client", "client")
	out, code := d.tcplab(append(first, "--out", "first.handin")...)
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
	cmd := s.command(append(s.rightAnswer(), "--json")...)
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
func testGrading(d *desk, class []*student) {
	d.Helper()
	table := d.must("lesson", "grade", ".", "--key", "class.key")
	assert.Equal(d, classSize, strings.Count(table, " 100 "), table)
	csv, jsonLines := d.results()
	assert.Equal(d, classSize+1, strings.Count(csv, "\n"))
	for i, s := range class {
		answers := 1
		if i == 0 {
			answers = 2 // the first one was wrong, and was handed in as well
		}
		assert.Regexp(d, fmt.Sprintf(`(?m)^%s,%d,%s,%s,%s,true,true,true,true,100,%d,2\d{3}-[^,]+Z,%s,[\w-]{86}$`, s.Student, s.Mystery.Level,
			s.Case.Name, s.Verdicts[0], s.Where, answers, s.Class), csv)
	}
	for _, file := range []string{"results.csv", "results.json"} {
		assert.Equal(d, file+": 30 of 30 as the class's teacher has signed them\n", d.must("lesson", "verify", file, "--class", "class.pub"))
	}
	d.must("lesson", "grade", ".", "--key", "class.key")
	again, jsonAgain := d.results()
	assert.Equal(d, csv, again)
	assert.Equal(d, jsonLines, jsonAgain)
	assert.Equal(d, jsonLines, d.must("lesson", "grade", ".", "--key", "class.key", "--json"))
	testEditedResults(d, class, csv, jsonLines)
	testEditedHandIns(d, class)
}

// results are the files that "lesson grade" has written.
func (d *desk) results() (csv, jsonLines string) {
	d.Helper()
	for name, text := range map[string]*string{"results.csv": &csv, "results.json": &jsonLines} {
		file, err := os.ReadFile(filepath.Join(d.dir, name))
		require.NoError(d, err)
		*text = string(file)
	}
	return csv, jsonLines
}

// testEditedResults: a row that was edited is named, in either file.
func testEditedResults(d *desk, class []*student, csv, jsonLines string) {
	d.Helper()
	s := class[7]
	begin := fmt.Sprintf("%s,%d,", s.Student, s.Mystery.Level)
	named := fmt.Sprintf("%s, level %d: not as it was signed\n", s.Student, s.Mystery.Level)
	for file, text := range map[string]string{
		"edited.csv":  strings.Replace(csv, begin, strings.Replace(begin, s.Student, class[8].Student, 1), 1),
		"edited.json": strings.Replace(jsonLines, fmt.Sprintf(`{"student":%q,"level":%d,`, s.Student, s.Mystery.Level), fmt.Sprintf(`{"student":%q,"level":9,`, s.Student), 1),
		"score.csv":   editedScore(csv, begin),
	} {
		require.NoError(d, os.WriteFile(filepath.Join(d.dir, file), []byte(text), 0o644))
		out, code := d.tcplab("lesson", "verify", file, "--class", "class.pub")
		assert.Equal(d, 1, code, file)
		switch file {
		case "edited.csv":
			assert.Equal(d, strings.Replace(named, s.Student, class[8].Student, 1), out)
		case "edited.json":
			assert.Equal(d, s.Student+", level 9: not as it was signed\n", out)
		default:
			assert.Equal(d, named, out)
		}
	}
	d.must("lesson", "key", "other.key")
	_, code := d.tcplab("lesson", "verify", "results.csv", "--class", "other.pub")
	assert.Equal(d, 1, code)
	d.fails("name the file with the public half of the class's key: --class class.pub", "lesson", "verify", "results.csv")
	d.fails(`class.pub: it holds no results, as "tcplab lesson grade" writes them`, "lesson", "verify", "class.pub", "--class", "class.pub")
}

// editedScore gives one of the rows a point less.
func editedScore(csv, begin string) string {
	before, after, _ := strings.Cut(csv, begin)
	return before + begin + strings.Replace(after, ",100,", ",99,", 1)
}

// testEditedHandIns: what was changed, or is not sealed for the class, is named, and the others are graded all the same.
func testEditedHandIns(d *desk, class []*student) {
	d.Helper()
	s := class[3]
	name := fmt.Sprintf("%s-%d.handin", s.Student, s.Mystery.Level)
	whole, err := os.ReadFile(filepath.Join(d.dir, name))
	require.NoError(d, err)
	middle := len(whole) / 2
	other := byte('A')
	if whole[middle] == other {
		other = 'B'
	}
	alone := d.studentWith("closed-port") // without --class
	require.NoError(d, alone.begin())
	d.tcplab(append(alone.answer("refused", "server"), "--out", "alone.handin")...)
	changed := bytes.Clone(whole)
	changed[middle] = other
	for name, text := range map[string][]byte{name: changed, "cut.handin": whole[:middle], "text.handin": []byte("I give up\n")} {
		require.NoError(d, os.WriteFile(filepath.Join(d.dir, name), text, 0o644))
	}
	cmd := d.command("lesson", "grade", ".", "--key", "class.key")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	table, err := cmd.Output()
	assert.ErrorContains(d, err, "exit status 2")
	assert.Equal(d, classSize-1, strings.Count(string(table), " 100 "), string(table))
	assert.Equal(d, "tcplab: "+name+": its seal is broken: it has been changed after it was handed in\n"+
		"alone.handin: it is not sealed for the class, and could have been written by anybody: the mystery was begun without --class\n"+
		"cut.handin: it is damaged: unexpected end of JSON input\n"+
		"text.handin: it is not a hand-in, which \"tcplab lesson answer\" writes\n", stderr.String())
	assert.Equal(d, "results.csv: 29 of 29 as the class's teacher has signed them\n", d.must("lesson", "verify", "results.csv", "--class", "class.pub"))
	out, code := d.tcplab("lesson", "grade", ".", "--key", "other.key")
	assert.Equal(d, 2, code)
	assert.Contains(d, out, class[0].Student+"-1.handin: it is sealed for another class\n")
	out, code = d.tcplab("lesson", "grade", ".")
	assert.Equal(d, 2, code)
	assert.Contains(d, out, class[0].Student+"-1.handin: it is sealed for a class: give that class's key\n")
	d.fails("lstat nowhere: no such file or directory", "lesson", "grade", "nowhere")
}
