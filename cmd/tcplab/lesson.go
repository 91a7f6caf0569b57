package main

import "github.com/spf13/cobra"

// newLesson has the commands of those who learn.
func newLesson() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lesson",
		Short: "Learn: guided lessons, with questions that are answered by looking",
		Long: `Guided lessons, of five to ten minutes each. A lesson says what to type in a lab that stands, and what to look at; in between
it asks. The right answers are not written down: they are computed from what your own lab has seen on the wire.`,
		Example: `  tcplab lesson list
  tcplab lesson read 1
  tcplab lesson check refused packets 7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLessonList(), newLessonRead(), newLessonCheck())
	return cmd
}
