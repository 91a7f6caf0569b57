package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
)

func newList() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list := scenarios.All()
			for _, s := range list {
				if err := listOne(cmd.OutOrStdout(), s, nameWidth(list), asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

// nameWidth is the width of a column of names.
func nameWidth(list []harness.Scenario) int {
	width := 20
	for _, s := range list {
		width = max(width, len(s.Name))
	}
	return width
}

func listOne(w io.Writer, s harness.Scenario, width int, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(struct {
			Name    string `json:"name"`
			Title   string `json:"title"`
			Verdict string `json:"verdict"`
		}{s.Name, s.Title, s.Verdict})
	}
	_, err := fmt.Fprintf(w, "%-*s  %-10s  %s\n", width, s.Name, s.Verdict, s.Title)
	return err
}

func newShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Show what a scenario breaks and what it expects",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := scenarios.Named(args[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), describe(s))
			return err
		},
	}
}

// describe is a scenario in full.
func describe(s harness.Scenario) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n\n", s.Name, s.Title, s.Story)
	fmt.Fprintf(&b, "verdict:  %s\n", s.Verdict)
	fmt.Fprintf(&b, "fault:    %s\n", s.Fault)
	fmt.Fprintf(&b, "client:   must end with %s\n", s.Want.Client)
	for _, c := range s.Want.Counters {
		fmt.Fprintf(&b, "counter:  %s\n", c)
	}
	for _, point := range slices.Sorted(maps.Keys(s.Want.Wire)) {
		fmt.Fprintf(&b, "\nwire at %s:\n", point)
		for line := range strings.Lines(strings.TrimSpace(s.Want.Wire[point])) {
			b.WriteString("  " + line)
		}
		b.WriteString("\n")
	}
	return b.String()
}
