package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lesson"
)

func newLessonVerify() *cobra.Command {
	var class classFlag
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Tell whether results are as the teacher has signed them",
		Long: `Tell whether each line of results.json or results.csv is as the teacher of the class has signed it. The exit code is 1 where one is
not.`,
		Example: "  tcplab lesson verify results.csv --class class.pub",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return verify(cmd, args[0], class) },
	}
	class.addTo(cmd)
	return cmd
}

func verify(cmd *cobra.Command, file string, f classFlag) error {
	public, err := f.public()
	if err != nil {
		return err
	}
	if public == "" {
		return errors.New("name the file with the public half of the class's key: --class class.pub")
	}
	class, err := lesson.ParseClass(public)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	marks, err := lesson.ReadMarks(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	bad := 0
	for _, m := range marks {
		if !m.Verify(class) {
			bad++
			fmt.Fprintf(cmd.OutOrStdout(), "%s, %s, level %s: not as it was signed\n", m.Student, m.Kind, levelText(m))
		}
	}
	if bad > 0 {
		return errMismatch
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d of %d as the class's teacher has signed them\n", file, len(marks), len(marks))
	return err
}
