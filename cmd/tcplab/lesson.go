package main

import "github.com/spf13/cobra"

// newLesson has the commands of those who learn.
func newLesson() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lesson",
		Short: "Learn: mysteries and quizzes",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLessonMystery(), newLessonAnswer(), newLessonQuiz(), newLessonKey(), newLessonGrade(), newLessonVerify())
	return cmd
}
