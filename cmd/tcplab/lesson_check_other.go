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
	cmd.DisableFlagParsing, cmd.Args = true, nil
	cmd.RunE = func(*cobra.Command, []string) error {
		return fmt.Errorf("lesson check: a lab that stays up needs Linux or another Unix system, and this is %s", runtime.GOOS)
	}
	return cmd
}
