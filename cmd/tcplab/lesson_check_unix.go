//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/standing"
)

func newLessonCheck() *cobra.Command {
	cmd := checkCommand()
	lab := labFlag(cmd)
	var language langFlag
	language.addTo(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		tag, err := language.tag()
		if err != nil {
			return err
		}
		result, err := checkAnswer(cmd.Context(), *lab, args[0], args[1], strings.Join(args[2:], " "), tag)
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
	}
	return cmd
}

// checkAnswer holds an answer against what the lab has recorded.
func checkAnswer(ctx context.Context, lab, name, question, answer string, tag lang.Tag) (lesson.Checked, error) {
	page, err := lesson.PageNamed(name, tag)
	if err != nil {
		return lesson.Checked{}, err
	}
	q, err := page.Question(question)
	if err != nil {
		return lesson.Checked{}, err
	}
	l, err := standing.Find(ctx, lab)
	if err != nil {
		return lesson.Checked{}, err
	}
	if !l.Info().Recorded {
		return lesson.Checked{}, fmt.Errorf("lab %s has recorded nothing to hold an answer against: build it with \"tcplab up %s --record\"",
			l.Info().Lab, l.Info().Scenario)
	}
	record, err := recordOf(ctx, l)
	if err != nil {
		return lesson.Checked{}, err
	}
	return q.Check(record, answer, tag)
}

// recordOf reads what a lab has recorded.
func recordOf(ctx context.Context, l *standing.Lab) (record *lesson.Record, err error) {
	file, err := os.CreateTemp("", "tcplab-record-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	if err := l.Record(ctx, file); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return lesson.ReadRecord(file)
}
