package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/safefile"
)

// quizFlags are the flags of "lesson quiz".
type quizFlags struct {
	student          string
	level, questions int
	answers, out     string
	json             bool
	class            classFlag
	key              studentKeyFlag
	language         langFlag
}

func newLessonQuiz() *cobra.Command {
	var f quizFlags
	cmd := &cobra.Command{
		Use:   "quiz",
		Short: "Tell from captures what is broken; it needs no lab",
		Long: `Write a quiz: a folder quiz-STUDENT with two captures for each question, N-client.pcapng of the client's link and N-server.pcapng of
the server's. They were taken in labs while the client tried what it complains about, with something before and after it that does get
through. Open them in Wireshark or with tcpdump, on any system. Which questions there are depends on the student's ID, the level and the
class, and on nothing else.

Write what happens in each, and where, into answers.txt in the same folder; with --answers it is graded, at once and as often as you like:
half of the points for the verdict, and half for the place. What you hand in is also written to a file, STUDENT-quiz.handin, for your teacher;
of a quiz of one level, folder and file have it in their names. The exit code is 0 for a full score, and 1 for less.

The verdicts:
` + lesson.VerdictTable(lang.English),
		Example: `  tcplab lesson quiz --student kim
  tcplab lesson quiz --answers quiz-kim/answers.txt
  tcplab lesson quiz --student 20231234 --level 2 --class class.pub --lang ko`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.student, "student", "", "your ID, as your teacher knows it")
	flags.IntVar(&f.level, "level", 0, fmt.Sprintf("how hard it is, 1 to %d (default: all levels, easy ones first)", lesson.Levels))
	flags.IntVar(&f.questions, "questions", 0, fmt.Sprintf("how many there are (default: %d, or as many as the level has)", lesson.DefaultQuestions))
	flags.StringVar(&f.answers, "answers", "", "grade the answers in this file (or in "+lesson.SheetName+" in this folder), which says whose they are")
	flags.StringVar(&f.out, "out", ".", "folder for what is written: the folder of the quiz, or the file to hand in")
	flags.BoolVar(&f.json, "json", false, "print the grade as one JSON object")
	f.class.addTo(cmd)
	f.key.addTo(cmd)
	f.language.addTo(cmd)
	return cmd
}

func (f *quizFlags) run(cmd *cobra.Command) error {
	if f.answers != "" {
		return f.grade(cmd)
	}
	if f.student == "" {
		return errors.New("say whose quiz it is with --student, or name the file with the answers with --answers")
	}
	tag, err := f.language.tag()
	if err != nil {
		return err
	}
	class, err := f.class.public()
	if err != nil {
		return err
	}
	q, err := lesson.NewQuiz(f.student, f.level, f.questions, class)
	if err != nil {
		return err
	}
	dir := filepath.Join(f.out, q.Name())
	if err := writeQuiz(q, dir, tag); err != nil {
		return err
	}
	return introduceQuiz(cmd.OutOrStdout(), q, dir, tag)
}

// writeQuiz writes the files of a quiz, and no answers over others.
func writeQuiz(q lesson.Quiz, dir string, tag lang.Tag) error {
	sheet := filepath.Join(dir, lesson.SheetName)
	if _, err := os.Lstat(sheet); err == nil {
		return fmt.Errorf("%s is there already, and may have answers in it: grade it with \"tcplab lesson quiz --answers %s\", remove it, or choose another folder with --out", sheet, sheet)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	captures, err := q.Captures()
	if err != nil {
		return err
	}
	if err := safefile.Clear(dir); err != nil { // of a quiz whose answers were removed
		return err
	}
	for _, file := range append(captures, lesson.File{Name: lesson.SheetName, Data: []byte(q.Sheet(tag))}) {
		write := func(w io.Writer) error {
			_, err := w.Write(file.Data)
			return err
		}
		if err := safefile.WriteIn(dir, file.Name, write); err != nil {
			return err
		}
	}
	return nil
}

// introduceQuiz tells the student what is known, and what to do.
func introduceQuiz(out io.Writer, q lesson.Quiz, dir string, tag lang.Tag) error {
	var b strings.Builder
	b.WriteString(quizText.Format(tag, q.Questions, dir) + "\n\n")
	for i, complaint := range q.Complaints(tag) {
		fmt.Fprintf(&b, "%d: %s\n", i+1, complaint)
	}
	sheet := filepath.Join(dir, lesson.SheetName)
	fmt.Fprintf(&b, "\n%s\n", next.In(tag))
	b.WriteString(quizNext.Format(tag, filepath.Join(dir, "1-client.pcapng"), filepath.Join(dir, "1-server.pcapng"), sheet, sheet))
	_, err := io.WriteString(out, b.String())
	return err
}

var (
	quizText = lang.Text{
		English: "%d questions, in %s: N-client.pcapng was taken on the client's link, N-server.pcapng on the server's.",
		Korean:  "문제 %d개, 폴더 %s: N-client.pcapng은 클라이언트 쪽 링크에서, N-server.pcapng은 서버 쪽 링크에서 캡처한 것이다.",
	}
	quizNext = lang.Text{
		English: "  open %s and %s in Wireshark, or with tcpdump -r, and so on\n  write what happens, and where, into %s\n  tcplab lesson quiz --answers %s\n",
		Korean:  "  %s, %s 등을 Wireshark나 tcpdump -r로 열어 본다\n  무슨 일이 어디에서 일어나는지 %s에 쓴다\n  tcplab lesson quiz --answers %s\n",
	}
	quizScoreText = lang.Text{English: "%s: %d of %d points\n\n", Korean: "%s: %[3]d점 만점에 %[2]d점\n\n"}
)

// grade grades what was answered, and writes the file to hand in.
func (f *quizFlags) grade(cmd *cobra.Command) error {
	sheet, err := f.sheet(cmd)
	if err != nil {
		return err
	}
	tag := sheet.Language
	if f.language != "" {
		tag = lang.Tag(f.language)
	}
	q := sheet.Quiz
	h := &lesson.HandIn{Student: q.Student, Level: q.Level, Class: q.Class, Answered: time.Now().UTC(), Quiz: sheet.Choices}
	mark, grade, err := h.Grade()
	if err != nil {
		return err
	}
	file := filepath.Join(f.out, q.HandInName())
	key, err := f.key.read(cmd)
	if err != nil {
		return err
	}
	if err := safefile.Write(file, 0o666, func(w io.Writer) error { return h.Write(w, key) }, handInBegins); err != nil {
		return err
	}
	if f.json {
		err = writeGradeJSON(cmd.OutOrStdout(), mark, grade, tag)
	} else {
		err = writeQuizGrade(cmd.OutOrStdout(), q, mark, grade, file, tag)
	}
	if err == nil && mark.Score < lesson.FullScore {
		return errMismatch
	}
	return err
}

// sheet reads the answers.
func (f *quizFlags) sheet(cmd *cobra.Command) (lesson.Sheet, error) {
	file := f.answers
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		file = filepath.Join(file, lesson.SheetName)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return lesson.Sheet{}, err
	}
	sheet, err := lesson.ReadSheet(string(text))
	if err == nil {
		err = f.agree(cmd, sheet.Quiz)
	}
	if err != nil {
		return lesson.Sheet{}, fmt.Errorf("%s: %w", file, err)
	}
	return sheet, nil
}

// agree refuses flags that speak of another quiz.
func (f *quizFlags) agree(cmd *cobra.Command, q lesson.Quiz) error {
	given, set := q, cmd.Flags().Changed
	var err error
	if set("class") {
		if given.Class, err = f.class.public(); err != nil {
			return err
		}
	}
	if set("student") {
		given.Student = f.student
	}
	if set("level") {
		given.Level = f.level
	}
	if set("questions") {
		given.Questions = f.questions
	}
	if given, err = lesson.NewQuiz(given.Student, given.Level, given.Questions, given.Class); err != nil {
		return err
	}
	if given != q {
		return errors.New("it answers another quiz than the one that the flags are about: leave out --student, --level, --questions and --class, which the file knows")
	}
	return nil
}

// writeQuizGrade tells the student what the answers are worth.
func writeQuizGrade(out io.Writer, q lesson.Quiz, m lesson.Mark, g lesson.Grade, file string, tag lang.Tag) error {
	var b strings.Builder
	b.WriteString(quizScoreText.Format(tag, q.Name(), m.Score, lesson.FullScore))
	for _, n := range g.Notes {
		b.WriteString(n.In(tag) + "\n")
	}
	b.WriteString("\n" + handInWord.Format(tag, file))
	_, err := io.WriteString(out, b.String())
	return err
}
