package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
)

func newLessonList() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List the guided lessons", Args: cobra.NoArgs}
	return inLanguage(cmd, func(cmd *cobra.Command, _ []string, tag lang.Tag) error {
		list, width := lesson.Pages(tag), 0
		for _, p := range list {
			width = max(width, len(p.Name))
		}
		for _, p := range list {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%2d  %-*s  %s\n", p.Number, width, p.Name, p.Title); err != nil {
				return err
			}
		}
		return nil
	})
}

func newLessonRead() *cobra.Command {
	cmd := &cobra.Command{Use: "read NAME|NUMBER", Short: "Show a guided lesson, as Markdown", Args: cobra.ExactArgs(1)}
	return inLanguage(cmd, func(cmd *cobra.Command, args []string, tag lang.Tag) error {
		page, err := lesson.PageNamed(args[0], tag)
		if err != nil {
			return err
		}
		out, flush := folded(cmd.OutOrStdout())
		defer flush()
		_, err = io.WriteString(out, page.Show(tag))
		return err
	})
}

// checkCommand is "lesson check" without what it does, which not every system can do.
func checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check NAME|NUMBER QUESTION ANSWER",
		Short: "Check an answer to a question of a lesson, in the lab that stands",
		Long: `Check an answer to a question of a lesson. It is held against what the lab that stands has recorded ("tcplab up NAME
--record"), and is about the last connection or the last ping in it: answer a question before you go on.

The exit code is 0 when the answer is right, 1 when it is not, 2 when it cannot be checked.`,
		Example: `  tcplab lesson check refused packets 7
  tcplab lesson check silent first-wait about 5 s`,
		Args: cobra.MinimumNArgs(3),
	}
}
