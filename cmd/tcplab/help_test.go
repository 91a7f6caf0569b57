package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
)

// TestEveryHelpTellsTheExitCode: a script needs it of every command.
func TestEveryHelpTellsTheExitCode(t *testing.T) {
	t.Parallel()
	seen := 0
	var look func(*cobra.Command)
	look = func(cmd *cobra.Command) {
		if cmd.Runnable() && cmd.HasParent() {
			seen++
			assert.Regexp(t, `(?i)exit code`, cmd.Long, cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			look(sub)
		}
	}
	look(newRoot())
	assert.Greater(t, seen, 30)
}
