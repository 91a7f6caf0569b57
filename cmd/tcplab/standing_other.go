//go:build !unix

package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// extcapInstallers are none: a lab that stands is what would be captured on.
func extcapInstallers() []*cobra.Command { return nil }

// standingCommands are those of a lab that stays up, which say that they are not for this system: its holder is asked over
// a Unix socket, and is handed the streams of a command as descriptors.
func standingCommands() []*cobra.Command {
	var list []*cobra.Command
	for _, name := range []string{"up", "status", "break", "heal", "exec", "shell", "capture", "fetch", "down"} {
		list = append(list, &cobra.Command{
			Use:                name,
			Short:              "Only on Linux and other Unix systems: a lab that stays up",
			DisableFlagParsing: true,
			RunE: func(*cobra.Command, []string) error {
				return fmt.Errorf("%s: a lab that stays up needs Linux or another Unix system, and this is %s; "+
					"\"tcplab run\" works here, with the docker engine", name, runtime.GOOS)
			},
		})
	}
	return list
}
