//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/standing"
)

// answerFlags are the flags of "lesson answer".
type answerFlags struct {
	student  string
	where    string
	evidence []string
	out      string
	json     bool
	key      studentKeyFlag
	language langFlag
}

func newLessonAnswer() *cobra.Command {
	var f answerFlags
	cmd := &cobra.Command{
		Use:   "answer VERDICT --where client|router|server --evidence FILE...",
		Short: "Say what is broken in a mystery, and prove it by captures",
		Long: `Say what happens in a mystery, where it happens, and prove it by captures of your own. The answer is graded at once: 30 points for the
verdict, 30 for the place, 20 for captures that show the verdict and 20 for captures that show the place. You may answer as often as you like.

What you hand in is also written to a file, STUDENT-LEVEL.handin, for your teacher, who grades it again. The exit code is 0 for a full score,
and 1 for less.

The verdicts:
` + lesson.VerdictTable(lang.English),
		Example: `  tcplab lesson answer refused --where server --evidence client.pcap server.pcap`,
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.student, "student", "", "whose mystery it is (default: the only one that stands)")
	flags.StringVar(&f.where, "where", "", "where it happens: client, router or server")
	flags.StringArrayVar(&f.evidence, "evidence", nil, "a capture that shows it; more of them may follow, or the flag again")
	flags.StringVar(&f.out, "out", "", "file to hand in (default: STUDENT-LEVEL.handin)")
	flags.BoolVar(&f.json, "json", false, "print the grade as one JSON object")
	f.key.addTo(cmd)
	f.language.addTo(cmd)
	return cmd
}

func (f *answerFlags) run(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("say what happens, such as \"refused\": \"tcplab lesson answer --help\" has the verdicts")
	}
	answer, err := parseAnswer(args[0], f.where)
	if err != nil {
		return err
	}
	if answer.Evidence, err = readEvidence(append(f.evidence, args[1:]...)); err != nil {
		return err
	}
	l, err := findMystery(cmd, f.student)
	if err != nil {
		return err
	}
	tag, err := f.tag(l)
	if err != nil {
		return err
	}
	key, err := f.key.read(cmd)
	if err != nil {
		return err
	}
	h, err := handIn(cmd, l, answer)
	if err != nil {
		return err
	}
	mark, grade, err := h.Grade()
	if err != nil {
		return err
	}
	file := f.out
	if file == "" {
		file = fmt.Sprintf("%s-%d.handin", h.Student, h.Level)
	}
	err = safefile.Write(file, 0o666, func(w io.Writer) error {
		if err := h.Write(w, key); err != nil {
			return err
		}
		return l.Answer(cmd.Context()) // it counts when it is written, before the file has its name
	}, handInBegins)
	if err != nil {
		return err
	}
	if f.json {
		err = writeGradeJSON(cmd.OutOrStdout(), mark, grade, tag)
	} else {
		err = writeGrade(cmd.OutOrStdout(), l.Info().Lab, mark, grade, file, tag)
	}
	if err == nil && mark.Score < lesson.FullScore {
		return errMismatch
	}
	return err
}

// tag is the language that was chosen now, or else when the mystery began.
func (f *answerFlags) tag(l *standing.Held) (lang.Tag, error) {
	if f.language == "" {
		return lang.Parse(l.Info().Exercise.Language)
	}
	return f.language.tag()
}

// handIn puts together what is handed in.
func handIn(cmd *cobra.Command, l *standing.Held, a lesson.Answer) (*lesson.HandIn, error) {
	record, err := copyRecord(cmd, l)
	if err != nil {
		return nil, err
	}
	info := l.Info()
	if info.Exercise == nil {
		return nil, fmt.Errorf("lab %s is not a mystery", info.Lab)
	}
	return &lesson.HandIn{Student: info.Exercise.Student, Level: info.Exercise.Level, Class: info.Exercise.Class, Engine: info.Engine,
		Family: info.Family, Answer: a, Answers: info.Answers + 1, Raised: info.Since.UTC(), Answered: time.Now().UTC(), Record: record}, nil
}

// readEvidence reads the captures.
func readEvidence(names []string) (list []lesson.File, err error) {
	left := int64(lesson.MaxEvidence)
	for _, name := range names {
		data, err := readAtMost(name, left)
		if errors.Is(err, errTooLarge) {
			return nil, fmt.Errorf("%s: evidence has at most %d MiB, all files together: capture again, with a filter such as \"tcp port 8080 or icmp\"",
				name, lesson.MaxEvidence>>20)
		}
		if err != nil {
			return nil, err
		}
		left -= int64(len(data))
		list = append(list, lesson.File{Name: name, Data: data})
	}
	return list, nil
}
