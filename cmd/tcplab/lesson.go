package main

import "github.com/spf13/cobra"

// newLesson has the commands of those who learn.
func newLesson() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lesson",
		Short: "Learn: lessons, mysteries, and a quiz",
		Long: `Guided lessons take five to ten minutes each: "list" shows them, and "read" one of them. A lesson says what to type in a lab that
stands, and what to look at; in between it asks, and "check" tells whether you are right. What is right is computed from what your own
lab has seen on the wire.

A mystery is a lab in which something is broken, to find out what; it is answered with evidence, and graded. A quiz asks the
same of captures, where no lab can run.`,
		Example: `  tcplab lesson list
  tcplab lesson read 1
  tcplab lesson check refused packets 7
  tcplab lesson mystery --student kim`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLessonList(), newLessonRead(), newLessonCheck(),
		newLessonMystery(), newLessonAnswer(), newLessonQuiz(), newLessonKey(), newLessonGrade(), newLessonVerify())
	return cmd
}
