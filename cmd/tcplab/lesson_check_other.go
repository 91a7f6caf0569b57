//go:build !unix

package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// newLessonCheck says that there is no lab here of which it could ask what was seen.
func newLessonCheck() *cobra.Command {
	cmd := checkCommand()
	cmd.DisableFlagParsing = true
	cmd.RunE = func(*cobra.Command, []string) error {
		return fmt.Errorf("a lab that stays up needs Linux or another Unix system, and this is %s: there are no answers to check", runtime.GOOS)
	}
	return cmd
}
