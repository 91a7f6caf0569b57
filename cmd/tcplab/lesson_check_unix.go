//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/standing"
)

func newLessonCheck() *cobra.Command {
	cmd := checkCommand()
	lab := labFlag(cmd)
	return inLanguage(cmd, func(cmd *cobra.Command, args []string, tag lang.Tag) error {
		result, err := checkAnswer(cmd, *lab, args[0], args[1], strings.Join(args[2:], " "), tag)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(cmd.OutOrStdout(), result.Text); err != nil {
			return err
		}
		if !result.Right {
			return errMismatch
		}
		return nil
	})
}

// checkAnswer holds an answer against what the lab has recorded.
func checkAnswer(cmd *cobra.Command, lab, name, question, answer string, tag lang.Tag) (lesson.Checked, error) {
	page, err := lesson.PageNamed(name, tag)
	if err != nil {
		return lesson.Checked{}, err
	}
	q, err := page.Question(question)
	if err != nil {
		return lesson.Checked{}, err
	}
	l, err := standing.Find(cmd.Context(), lab)
	if err != nil {
		return lesson.Checked{}, err
	}
	switch i := l.Info(); {
	case i.Exercise != nil:
		return lesson.Checked{}, fmt.Errorf("lab %s is a mystery: it is answered with \"tcplab lesson answer\"", i.Lab)
	case !i.Recorded:
		return lesson.Checked{}, fmt.Errorf("lab %s has recorded nothing to hold an answer against: build it with \"tcplab up %s --record\"", i.Lab, i.Scenario)
	}
	kept, err := copyRecord(cmd, l)
	if err != nil {
		return lesson.Checked{}, err
	}
	record, err := lesson.ReadRecord(bytes.NewReader(kept))
	if err != nil {
		return lesson.Checked{}, err
	}
	return q.Check(record, answer, tag)
}
