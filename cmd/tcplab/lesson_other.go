//go:build !unix

package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// newLessonCheck, and the commands of a mystery, say that there is no lab here that stands.
func newLessonCheck() *cobra.Command { return withoutLab(checkCommand()) }
func newLessonMystery() *cobra.Command {
	return withoutLab(&cobra.Command{Use: "mystery", Short: elsewhere})
}
func newLessonAnswer() *cobra.Command {
	return withoutLab(&cobra.Command{Use: "answer", Short: elsewhere})
}

const elsewhere = "Only on Linux and other Unix systems: a mystery"

func withoutLab(cmd *cobra.Command) *cobra.Command {
	cmd.DisableFlagParsing, cmd.Args = true, nil
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return fmt.Errorf("lesson %s: a lab that stays up needs Linux or another Unix system, and this is %s", cmd.Name(), runtime.GOOS)
	}
	return cmd
}
