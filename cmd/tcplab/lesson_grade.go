package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
)

// parseAnswer reads a verdict and a place.
func parseAnswer(verdict, where string) (lesson.Answer, error) {
	v, err := lesson.ParseVerdict(verdict)
	if err != nil {
		return lesson.Answer{}, err
	}
	if where == "" {
		return lesson.Answer{}, errors.New("say where it happens: --where client, router or server")
	}
	place, err := lesson.ParsePlace(where)
	if err != nil {
		return lesson.Answer{}, fmt.Errorf("--where: %w", err)
	}
	return lesson.Answer{Verdict: v, Where: place}, nil
}

// The words of a grade, and before what comes next.
var (
	next = lang.Text{English: "next:", Korean: "다음:"}

	scoreText   = lang.Text{English: "%s, level %d: %d of %d points\n\n", Korean: "%s, 레벨 %d: %[4]d점 만점에 %[3]d점\n\n"}
	verdictWord = lang.Text{English: "verdict", Korean: "판정"}
	whereWord   = lang.Text{English: "where", Korean: "위치"}
	shownWord   = lang.Text{English: "evidence of the verdict", Korean: "판정의 증거"}
	locatedWord = lang.Text{English: "evidence of the place", Korean: "위치의 증거"}
	yesWord     = lang.Text{English: "yes", Korean: "예"}
	noWord      = lang.Text{English: "no", Korean: "아니요"}
	notYetWord  = lang.Text{English: "counts with the verdict", Korean: "판정이 맞아야 인정"}
	handInWord  = lang.Text{English: "to hand in: %s\n", Korean: "제출할 파일: %s\n"}
)

func yesOrNo(is bool) lang.Text {
	if is {
		return yesWord
	}
	return noWord
}

// writeGrade tells the student what the answer is worth.
func writeGrade(out io.Writer, lab string, m lesson.Mark, g lesson.Grade, file string, tag lang.Tag) error {
	var b strings.Builder
	b.WriteString(scoreText.Format(tag, lab, m.Level, m.Score, lesson.FullScore))
	where := yesOrNo(g.Where)
	if !g.Verdict {
		where = notYetWord // whether it is right would be a hint at another verdict
	}
	for _, part := range []struct {
		word, answer lang.Text
		text         string
	}{
		{verdictWord, yesOrNo(g.Verdict), string(m.Verdict)}, {whereWord, where, string(m.Where)},
		{shownWord, yesOrNo(g.Shown), ""}, {locatedWord, yesOrNo(g.Located), ""},
	} {
		fmt.Fprintf(&b, "  %s: %s\n", strings.TrimSpace(part.word.In(tag)+" "+part.text), part.answer.In(tag))
	}
	b.WriteString("\n")
	for _, n := range g.Notes {
		fmt.Fprintf(&b, "- %s\n", n.In(tag))
	}
	b.WriteString("\n" + handInWord.Format(tag, file))
	_, err := io.WriteString(out, b.String())
	return err
}

func writeGradeJSON(out io.Writer, m lesson.Mark, g lesson.Grade, tag lang.Tag) error {
	object := struct {
		lesson.Mark
		Notes []string `json:"notes"`
	}{m, nil}
	object.Case = "" // which it was, the teacher's results say
	object.WhereRight = g.Verdict && g.Where
	for _, n := range g.Notes {
		object.Notes = append(object.Notes, n.In(tag))
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return e.Encode(object)
}

// gradeFlags are the flags of "lesson grade".
type gradeFlags struct {
	key, out string
	json     bool
}

func newLessonGrade() *cobra.Command {
	var f gradeFlags
	cmd := &cobra.Command{
		Use:   "grade DIR",
		Short: "Grade what students have handed in, and sign the results",
		Long: `Grade every file *.handin in a folder and below it. Each is graded anew, a mystery by the record of its lab and a quiz by what it has asked,
so that no score can be edited; with the class's key what was sealed for the class is opened, what was changed or not sealed is refused, and
the results are signed. Of several answers by a student to the mystery or the quiz of a level the last one counts.

The results are written to results.json (one object per line) and results.csv. "tcplab lesson verify" tells whether they are as they were signed.`,
		Example: "  tcplab lesson grade handed-in --key class.key",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key", "", "file with the class's key; without it only what was not sealed for a class is graded")
	flags.StringVar(&f.out, "out", "", "folder for the results (default: DIR)")
	flags.BoolVar(&f.json, "json", false, "print the results as JSON, one object per line")
	return cmd
}

func (f *gradeFlags) run(cmd *cobra.Command, dir string) error {
	key, err := readKey(f.key)
	if err != nil {
		return err
	}
	names, refused, err := handIns(dir)
	if err != nil {
		return err
	}
	var marks []lesson.Mark
	for _, name := range names {
		mark, err := gradeFile(name, key)
		if err != nil {
			refused = append(refused, fmt.Errorf("%s: %w", name, err))
			continue
		}
		marks = append(marks, mark)
	}
	all := errors.Join(refused...)
	if len(marks) == 0 || errors.Is(all, lesson.ErrSealed) { // whoever forgets the key must not lose the class's results
		return all
	}
	marks = lesson.Final(marks)
	out := f.out
	if out == "" {
		out = dir
	}
	if err := writeResults(out, marks); err != nil {
		return err
	}
	if f.json {
		err = lesson.WriteJSON(cmd.OutOrStdout(), marks)
	} else {
		err = writeMarks(cmd.OutOrStdout(), marks, out)
	}
	return errors.Join(err, all)
}

// handIns are the files in a folder and below it, in order. What cannot be looked into is refused, as a file is that cannot be
// graded.
func handIns(dir string) (names []string, refused []error, err error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, nil, err
	case !info.IsDir():
		return nil, nil, fmt.Errorf("%s is not a folder: name the one in which it is", dir)
	}
	inside := dir + string(filepath.Separator) // also where it is a link to a folder
	_ = filepath.WalkDir(inside, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			refused = append(refused, err)
		case !entry.IsDir() && filepath.Ext(name) == ".handin":
			names = append(names, name)
		}
		return nil
	})
	if len(names)+len(refused) == 0 {
		err = fmt.Errorf("%s has no file *.handin, as \"tcplab lesson answer\" and \"tcplab lesson quiz\" write it", dir)
	}
	return names, refused, err
}

// maxHandIn bounds the file of a hand-in, in bytes: a full record and as much evidence as there may be take less.
const maxHandIn = 512 << 20

// gradeFile grades a hand-in. What stands in the folder of a class may be anything: of a device there is no end, and on a pipe
// nobody writes.
func gradeFile(name string, key *lesson.ClassKey) (lesson.Mark, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return lesson.Mark{}, lesson.ErrNotHandIn
	}
	file, err := readAtMost(name, maxHandIn)
	if errors.Is(err, errTooLarge) {
		return lesson.Mark{}, lesson.ErrNotHandIn
	}
	if err != nil {
		return lesson.Mark{}, err
	}
	h, err := lesson.ReadHandIn(file, key)
	if err != nil {
		return lesson.Mark{}, err
	}
	mark, _, err := h.Grade()
	if err == nil && key != nil {
		mark.Sign(key)
	}
	return mark, err
}

var errTooLarge = errors.New("it is too large")

// readAtMost reads a file that has no more than so many bytes.
func readAtMost(name string, most int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = errTooLarge
	}
	return data, err
}

func writeResults(dir string, marks []lesson.Mark) error {
	for name, write := range map[string]func(io.Writer, []lesson.Mark) error{"results.json": lesson.WriteJSON, "results.csv": lesson.WriteCSV} {
		if err := replaceFile(filepath.Join(dir, name), func(w io.Writer) error { return write(w, marks) }); err != nil {
			return err
		}
	}
	return nil
}

// replaceFile writes a file. One of that name that is there stays until the new one is complete. (renameio is not for
// Windows.) Who may read it, the user's umask says: on the machine of a class, results are not for everybody.
func replaceFile(name string, write func(io.Writer) error) error {
	temporary := filepath.Join(filepath.Dir(name), ".tcplab-"+rand.Text())
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if err = errors.Join(write(file), file.Close()); err == nil {
		err = os.Rename(temporary, name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}

// writeMarks prints the results as a table.
func writeMarks(out io.Writer, marks []lesson.Mark, dir string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "student\tkind\tlevel\tscore\tanswers\tcase\tanswered with\tevidence of verdict, place")
	mark := map[bool]string{true: "yes", false: "no"}
	for _, m := range marks {
		if m.Kind == lesson.KindQuiz { // what was asked and answered is too long for a line: the files have it
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t-\t%d questions\t-\t-\n", m.Student, m.Kind, levelText(m), m.Score, len(strings.Fields(m.Case)))
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\t%s, %s\t%s, %s\n", m.Student, m.Kind, levelText(m), m.Score, m.Answers, m.Case, m.Verdict, m.Where,
			mark[m.Shown], mark[m.Located])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\n%s, %s\n", filepath.Join(dir, "results.csv"), filepath.Join(dir, "results.json"))
	return err
}

// levelText is the level of a mark.
func levelText(m lesson.Mark) string {
	if m.Level == 0 {
		return "all"
	}
	return strconv.Itoa(m.Level)
}

func newLessonVerify() *cobra.Command {
	var class classFlag
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Tell whether results are as the teacher has signed them",
		Long: `Tell whether each line of results.json or results.csv is as the teacher of the class has signed it. The exit code is 1 where one is
not.`,
		Example: "  tcplab lesson verify results.csv --class class.pub",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return verify(cmd, args[0], class) },
	}
	class.addTo(cmd)
	return cmd
}

func verify(cmd *cobra.Command, file string, f classFlag) error {
	public, err := f.public()
	if err != nil {
		return err
	}
	if public == "" {
		return errors.New("name the file with the public half of the class's key: --class class.pub")
	}
	class, err := lesson.ParseClass(public)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	marks, err := lesson.ReadMarks(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	bad := 0
	for _, m := range marks {
		if !m.Verify(class) {
			bad++
			fmt.Fprintf(cmd.OutOrStdout(), "%s, %s, level %s: not as it was signed\n", m.Student, m.Kind, levelText(m))
		}
	}
	if bad > 0 {
		return errMismatch
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d of %d as the class's teacher has signed them\n", file, len(marks), len(marks))
	return err
}
