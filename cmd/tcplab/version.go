package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/shirou/gopsutil/v4/host"
	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/report"
)

// version is what a report of a bug needs to say about the program and its machine.
type version struct {
	// Version is the module's, "(devel)" where the program was built in a clone.
	Version string `json:"version"`
	// Commit is the one that it was built from, with "+dirty" where files had been changed; empty where it is not known.
	Commit string `json:"commit,omitempty"`
	// Go is the version of the compiler.
	Go string `json:"go"`
	// System is the operating system and the architecture: "linux/amd64".
	System string `json:"system"`
	// Kernel is the release of the running kernel.
	Kernel string `json:"kernel,omitempty"`
}

func (v version) String() string {
	return fmt.Sprintf("tcplab %s (commit %s), %s, %s, kernel %s", v.Version, cmp.Or(v.Commit, "not known"), v.Go, v.System, cmp.Or(v.Kernel, "not known"))
}

func thisVersion() version {
	v := version{Version: "(devel)", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if kernel, err := host.KernelVersion(); err == nil {
		v.Kernel = kernel
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Version = cmp.Or(info.Main.Version, v.Version)
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	v.Commit = settings["vcs.revision"]
	if settings["vcs.modified"] == "true" {
		v.Commit += "+dirty"
	}
	return v
}

func newVersion() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit, and what a report of a bug needs besides",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return report.EncodeJSON(cmd.OutOrStdout(), thisVersion())
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), thisVersion())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
