//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/standing"
)

// mysteryFlags are the flags of "lesson mystery".
type mysteryFlags struct {
	student  string
	level    int
	built    labFlags
	class    classFlag
	language langFlag
}

func newLessonMystery() *cobra.Command {
	var f mysteryFlags
	cmd := &cobra.Command{
		Use:   "mystery --student ID",
		Short: "Build a lab in which something is broken, to find out what",
		Long: `Build a lab with a hidden fault. Which one depends on the student's ID, the level and the class, and on nothing else: who builds
it again has the same. Work in it with real tools, on each of its hosts, and hand in what you have found with "tcplab lesson answer".

Level 1 is refused or silent. On level 2 others than the server interfere. On level 3 connections fail that were established, and what the
client hears may have been said by another.`,
		Example: `  tcplab lesson mystery --student kim
  tcplab lesson mystery --student 20231234 --level 2 --class class.pub --lang ko`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.student, "student", "", "your ID, as your teacher knows it")
	flags.IntVar(&f.level, "level", 1, fmt.Sprintf("how hard it is, 1 to %d", lesson.Levels))
	f.built.addTo(cmd)
	f.class.addTo(cmd)
	f.language.addTo(cmd)
	return cmd
}

func (f *mysteryFlags) run(cmd *cobra.Command) error {
	if f.student == "" {
		return errors.New("say whose mystery it is to be: --student ID")
	}
	tag, err := f.language.tag()
	if err != nil {
		return err
	}
	class, err := f.class.public()
	if err != nil {
		return err
	}
	m, err := lesson.NewMystery(f.student, f.level, class)
	if err != nil {
		return err
	}
	if l, err := standing.Find(cmd.Context(), m.Lab()); err == nil {
		return standsAlready(l.Info())
	}
	engine, family, err := f.built.choose(cmd.Context())
	if err != nil {
		return err
	}
	info, several, err := raise(cmd, engine, standing.Order{Lab: m.Lab(), Engine: engine.Name(), Family: family, Broken: true,
		Recorded: true, Exercise: &standing.ExerciseLabel{Student: m.Student, Level: m.Level, Class: m.Class, Language: string(tag)}}, tag)
	if err != nil {
		return err
	}
	return introduce(cmd.OutOrStdout(), m, info, several, tag)
}

// standsAlready tells a student who has a mystery to go on with it.
func standsAlready(info standing.Info) error {
	if info.Exercise == nil {
		return fmt.Errorf("a lab named %s stands already, and is no mystery: take it down first (tcplab down --lab %[1]s)", info.Lab)
	}
	return fmt.Errorf("%s has a mystery already, of level %d: go on with it, or take it down first (tcplab down --lab %s)",
		info.Exercise.Student, info.Exercise.Level, info.Lab)
}

// introduce tells the student what is known, and what to do.
func introduce(out io.Writer, m lesson.Mystery, info standing.Info, several bool, tag lang.Tag) error {
	target, err := netip.ParseAddrPort(info.Target)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\n", stateText(info, tag), m.Case().Complaint(tag, target))
	table(&b, info, false)
	lab, student := "", ""
	if several {
		lab, student = " --lab "+info.Lab, " --student "+m.Student
	}
	fmt.Fprintf(&b, `
%s
  tcplab exec%s client curl -m 5 %s
  tcplab shell%s server
  tcplab lesson answer%s VERDICT --where client|router|server --evidence FILE...   # --help has the verdicts
  tcplab down%s
`, next.In(tag), lab, url(info), lab, student, lab)
	_, err = io.WriteString(out, b.String())
	return err
}

// findMystery returns the lab of a student, or the only mystery that stands where none is named.
func findMystery(cmd *cobra.Command, student string) (*standing.Held, error) {
	if student == "" {
		return onlyMystery(cmd)
	}
	m, err := lesson.NewMystery(student, 1, "")
	if err != nil {
		return nil, err
	}
	l, err := standing.Find(cmd.Context(), m.Lab())
	if _, died := errors.AsType[*standing.DiedError](err); died || err == nil && l.Info().Exercise != nil {
		return l, err
	}
	if _, students, _ := mysteries(cmd); len(students) > 0 {
		return nil, fmt.Errorf("no mystery of %s stands; there are those of: %s", m.Student, strings.Join(students, ", "))
	}
	return nil, fmt.Errorf("no mystery of %s stands: \"tcplab lesson mystery --student %[1]s\" builds one", m.Student)
}

func onlyMystery(cmd *cobra.Command) (*standing.Held, error) {
	list, students, died := mysteries(cmd)
	switch {
	case len(list) == 1:
		return list[0], nil
	case len(list) > 1:
		return nil, fmt.Errorf("%d mysteries stand (%s): say whose it is with --student", len(list), strings.Join(students, ", "))
	case len(died) > 0:
		return nil, errors.Join(died...)
	}
	return nil, errors.New("no mystery stands: \"tcplab lesson mystery --student ID\" builds one")
}

// mysteries are those that stand, and whose they are.
func mysteries(cmd *cobra.Command) (list []*standing.Held, students []string, died []error) {
	all, died := standing.List(cmd.Context())
	for _, l := range all {
		if e := l.Info().Exercise; e != nil {
			list, students = append(list, l), append(students, e.Student)
		}
	}
	return list, students, died
}

// copyRecord writes what a lab has recorded to a file that has no name, and returns it.
func copyRecord(cmd *cobra.Command, l *standing.Held) (record []byte, err error) {
	file, err := os.CreateTemp("", "tcplab-record-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := os.Remove(file.Name()); err != nil {
		return nil, err
	}
	if err := l.Record(cmd.Context(), file); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(file)
}
