package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
)

func newList() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{Use: "list", Short: "List the scenarios", Args: cobra.NoArgs}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return inLanguage(cmd, func(cmd *cobra.Command, _ []string, tag lang.Tag) error {
		list := scenarios.All()
		for _, s := range list {
			if err := listOne(cmd.OutOrStdout(), scenarios.In(tag, s), nameWidth(list), asJSON); err != nil {
				return err
			}
		}
		return nil
	})
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
	color := colorAuto
	cmd := &cobra.Command{
		Use:   "show NAME|DIR",
		Short: "Show what a scenario breaks and what it expects, or what was seen in a run that was kept",
		Long: `Show a scenario: what it breaks, what the client must feel, what each vantage point must see.
Given the folder of a run, draw what was seen in each of its phases.`,
		Example: "  tcplab show closed-port\n  tcplab show artifacts/closed-port-netns-ipv4",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().Var(&color, "color", colorUsage)
	return inLanguage(cmd, func(cmd *cobra.Command, args []string, tag lang.Tag) error {
		out := cmd.OutOrStdout()
		if _, err := os.Stat(filepath.Join(args[0], "report.json")); err == nil {
			record, err := openRun(args[0])
			if err != nil {
				return err
			}
			record.Title = scenarios.In(tag, harness.Scenario{Name: record.Scenario, Title: record.Title}).Title
			return color.style(out).Phases(out, record)
		}
		s, err := scenarios.Named(args[0])
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, describe(scenarios.In(tag, s)))
		return err
	})
}

// describe is a scenario in full.
func describe(s harness.Scenario) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n\n", s.Name, s.Title, s.Story)
	fmt.Fprintf(&b, "verdict:  %s\n", s.Verdict)
	if s.ServerVerdict != "" {
		fmt.Fprintf(&b, "          %s, from a capture on the server\n", s.ServerVerdict)
	}
	for _, f := range s.Fixtures {
		fmt.Fprintf(&b, "with:     %s\n", f)
	}
	fmt.Fprintf(&b, "fault:    %s\n", s.Fault)
	fmt.Fprintf(&b, "client:   %s must end with %s\n", clientOf(s.Client), s.Want.Client)
	for _, c := range s.Checks {
		fmt.Fprintf(&b, "check:    %s %s must end with %s\n", c.Question, clientOf(c.Client), c.Want.Client)
	}
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
	if ladder := recordedLadder(s.Name); ladder != "" {
		b.WriteString("\nas a run of it looked:\n\n" + ladder)
	}
	return b.String()
}

// clientOf is the name of a scenario's client.
func clientOf(c harness.Client) string {
	if c == nil {
		c = harness.GoClient{}
	}
	return c.Name()
}
