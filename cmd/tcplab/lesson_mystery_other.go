//go:build !unix

package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func newLessonMystery() *cobra.Command { return needsStandingLab("mystery") }
func newLessonAnswer() *cobra.Command  { return needsStandingLab("answer") }

// needsStandingLab says of a command for a lab that stays up that it is not for this system.
func needsStandingLab(name string) *cobra.Command {
	return &cobra.Command{
		Use:                name,
		Short:              "Only on Linux and other Unix systems: a mystery in a lab",
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return fmt.Errorf("lesson %s: a lab that stays up needs Linux or another Unix system, and this is %s; \"tcplab lesson quiz\" works here",
				name, runtime.GOOS)
		},
	}
}
