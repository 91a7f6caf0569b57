package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/safefile"
)

// gradeFlags are the flags of "lesson grade".
type gradeFlags struct {
	key, out, roster, gradebook string
	byName, json                bool
}

func newLessonGrade() *cobra.Command {
	var f gradeFlags
	cmd := &cobra.Command{
		Use:   "grade DIR",
		Short: "Grade what students have handed in, and sign the results",
		Long: `Grade every file *.handin in a folder and below it. Each is graded anew, a mystery by the record of its lab and a quiz by what it has asked,
so that no score can be edited; with the class's key what was sealed for the class is opened, what was changed or not sealed is refused, and
the results are signed. Of several answers by a student to the mystery or the quiz of a level the last one counts, and the others are named.

Whoever has the public half of the class's key can hand in under any ID. What binds an ID to its student is --by-name, where a learning
platform gives each file or folder the name of the student who has handed it in: that name must begin with the ID in the file. A roster
(a table with the columns student, and perhaps name and key) says who is in the class, by which name the platform calls them, and whose
hand-ins must be signed by a key ("tcplab lesson key --student" makes one). With a roster the results are in its order, and who has
no mark is named.

The results are written to results.json (one object per line) and results.csv, what does not count any more to superseded.csv. "tcplab lesson
verify" tells whether they are as they were signed. With --gradebook, gradebook.csv is a table that Moodle or Canvas imports: a line for each
student, a column for each exercise; a cell is empty where there is no mark.`,
		Example: `  tcplab lesson grade handed-in --key class.key
  tcplab lesson grade handed-in --key class.key --by-name --roster class.csv
  tcplab lesson grade handed-in --key class.key --roster class.csv --gradebook moodle`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key", "", "file with the class's key; without it only what was not sealed for a class is graded")
	flags.StringVar(&f.out, "out", "", "folder for the results (default: DIR)")
	flags.StringVar(&f.roster, "roster", "", "table of the students of the class: student, and perhaps name and key")
	flags.StringVar(&f.gradebook, "gradebook", "", "write gradebook.csv, too, for the import of a learning platform: moodle or canvas")
	flags.BoolVar(&f.byName, "by-name", false, "refuse what does not come from the student whom it names, by the first folder below DIR, or the file's name")
	flags.BoolVar(&f.json, "json", false, "print the results as JSON, one object per line")
	return cmd
}

func (f *gradeFlags) run(cmd *cobra.Command, dir string) error {
	key, err := readKey(cmd, f.key)
	if err != nil {
		return err
	}
	roster, err := readRoster(f.roster)
	if err != nil {
		return err
	}
	var platform lesson.LearningPlatform
	if f.gradebook != "" {
		if platform, err = lesson.ParsePlatform(f.gradebook); err != nil {
			return err
		}
	}
	names, refused, err := handIns(dir)
	if err != nil {
		return err
	}
	g := grading{dir: dir, key: key, roster: roster, byName: f.byName, now: time.Now()}
	marks, files, bad, err := g.all(cmd.Context(), names)
	if err != nil {
		return err
	}
	all := errors.Join(append(refused, bad...)...)
	if len(marks) == 0 || errors.Is(all, lesson.ErrSealed) { // whoever forgets the key must not lose the class's results
		return all
	}
	last, old := lesson.Final(marks)
	out := f.out
	if out == "" {
		out = dir
	}
	results := pick(marks, last)
	roster.Sort(results)
	err = errors.Join(writeResults(out, results), writeSuperseded(out, marks, old))
	if platform != "" {
		err = errors.Join(err, safefile.Write(filepath.Join(out, "gradebook.csv"), 0o666,
			func(w io.Writer) error { return lesson.WriteGradebook(w, platform, roster, results) }, gradebooksBegin...))
	}
	if err != nil {
		return errors.Join(err, all)
	}
	for _, s := range old {
		tellSuperseded(cmd, marks, files, s)
	}
	if f.json {
		err = lesson.WriteJSON(cmd.OutOrStdout(), results)
	} else {
		err = writeMarks(cmd.OutOrStdout(), results, roster, out)
	}
	return errors.Join(err, all)
}

// pick are the marks at some places of the list.
func pick(marks []lesson.Mark, places []int) (list []lesson.Mark) {
	for _, i := range places {
		list = append(list, marks[i])
	}
	return list
}

// tellSuperseded says that a file does not count, because a later one of the same student does: the teacher sees where the two do not
// come from the same hand.
func tellSuperseded(cmd *cobra.Command, marks []lesson.Mark, files []string, s lesson.Superseded) {
	old, by := &marks[s.Old], &marks[s.By]
	warn(cmd, "tcplab: %s, %s, level %s: %s (score %d, answered %s) does not count, because %s (score %d, answered %s) is later",
		old.Student, old.Kind, levelText(*old), files[s.Old], old.Score, old.Answered.Format(time.DateTime),
		files[s.By], by.Score, by.Answered.Format(time.DateTime))
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

// grading is how the hand-ins of a class are graded.
type grading struct {
	dir    string
	key    *lesson.ClassKey
	roster *lesson.Roster
	byName bool
	now    time.Time
}

// all grades the files. The marks and their files are in the order of the names, and so are the refusals.
func (g *grading) all(ctx context.Context, names []string) (marks []lesson.Mark, files []string, refused []error, err error) {
	got, errs := make([]lesson.Mark, len(names)), make([]error, len(names))
	var group errgroup.Group
	group.SetLimit(min(runtime.NumCPU(), gradersAtOnce))
	for i, name := range names {
		group.Go(func() error {
			got[i], errs[i] = g.file(ctx, name)
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs, all of them
	if ctx.Err() != nil {
		return nil, nil, nil, context.Cause(ctx)
	}
	for i, name := range names {
		if errs[i] != nil {
			refused = append(refused, fmt.Errorf("%s: %w", name, errs[i]))
			continue
		}
		marks, files = append(marks, got[i]), append(files, name)
	}
	return marks, files, refused, nil
}

// file grades a hand-in, and signs its mark.
func (g *grading) file(ctx context.Context, name string) (lesson.Mark, error) {
	mark, signer, err := gradeInChild(ctx, name, g.key)
	if err == nil {
		err = mark.CheckTime(g.now)
	}
	if err == nil && g.roster != nil {
		err = g.roster.Check(mark.Student, signer)
	}
	if err == nil && g.byName {
		var below string
		if below, err = filepath.Rel(g.dir, name); err == nil {
			err = g.roster.CheckName(mark.Student, filepath.ToSlash(below))
		}
	}
	if err == nil && g.key != nil {
		mark.Sign(g.key)
	}
	return mark, err
}

func readRoster(file string) (*lesson.Roster, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roster, err := lesson.ReadRoster(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return roster, nil
}

// The beginnings of what tcplab writes, by which an older file of that name is known to be its own.
const (
	marksBegin  = `{"student":`
	tableBegins = "student,kind,"
)

var gradebooksBegin = []string{"ID number,tcplab ", "Student,ID,SIS User ID,"}

func writeResults(dir string, marks []lesson.Mark) error {
	return errors.Join(
		safefile.Write(filepath.Join(dir, "results.json"), 0o666, func(w io.Writer) error { return lesson.WriteJSON(w, marks) }, marksBegin),
		safefile.Write(filepath.Join(dir, "results.csv"), 0o666, func(w io.Writer) error { return lesson.WriteCSV(w, marks) }, tableBegins))
}

// writeSuperseded keeps the marks that do not count any more; where there are none, only an older table is replaced.
func writeSuperseded(dir string, marks []lesson.Mark, old []lesson.Superseded) error {
	name := filepath.Join(dir, "superseded.csv")
	if _, err := os.Lstat(name); len(old) == 0 && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var places []int
	for _, s := range old {
		places = append(places, s.Old)
	}
	return safefile.Write(name, 0o666, func(w io.Writer) error { return lesson.WriteCSV(w, pick(marks, places)) }, tableBegins)
}

// writeMarks prints the results as a table, and below it how the class did: who is missing, and which faults were hard to find.
func writeMarks(out io.Writer, marks []lesson.Mark, roster *lesson.Roster, dir string) error {
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
	if missing := roster.Missing(marks); len(missing) > 0 {
		fmt.Fprintf(w, "\nno mark (%d of %d): %s\n", len(missing), roster.Size(), strings.Join(missing, ", "))
	}
	if tallies := lesson.TallyCases(marks); len(marks) > 1 && len(tallies) > 0 {
		fmt.Fprintln(w, "\ncase\tanswers\tverdict right\tplace right\tboth proven\tmedian score")
		for _, t := range tallies {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\n", t.Case, t.Marks, t.VerdictRight, t.WhereRight, t.Proven, t.Median)
		}
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
