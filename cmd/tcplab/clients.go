package main

import (
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/report"
)

func newClients() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "clients",
		Short: "List the programs that can be put into a failure",
		Long: `List the programs that can be put into a failure, for "run --client", and which of them are not installed on this machine.
With the netns engine a client is a program of this machine; the hosts of the docker engine bring their own.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if !asJSON {
				text, flush := folded(out)
				defer flush()
				out = text
			}
			for _, c := range clients.All() {
				if err := listClient(out, c, asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

// clientEntry is a client as "clients --json" has it.
type clientEntry struct {
	// Name is what "run --client" takes.
	Name string `json:"name"`
	// About is what it is, in a sentence.
	About string `json:"about"`
	// Missing are programs that it needs and that are not installed on this machine.
	Missing []string `json:"missing"`
}

func listClient(w io.Writer, c lab.Client, asJSON bool) error {
	missing := missingPrograms(c)
	if asJSON {
		return report.EncodeJSON(w, clientEntry{c.Name(), clients.About(c), orEmpty(missing)})
	}
	note := ""
	if len(missing) > 0 {
		note = fmt.Sprintf(" (not installed here: %s)", strings.Join(missing, ", "))
	}
	_, err := fmt.Fprintf(w, "%-22s  %s%s\n", c.Name(), clients.About(c), note)
	return err
}

// missingPrograms are those that a client needs and this machine does not have.
func missingPrograms(c lab.Client) []string {
	var list []string
	for _, name := range programsOf(c) {
		if _, err := exec.LookPath(name); err != nil {
			list = append(list, name)
		}
	}
	return list
}

// programsOf are those that a client needs, which may be none.
func programsOf(c lab.Client) []string {
	if n, ok := c.(lab.Needer); ok {
		return n.Programs()
	}
	return nil
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
