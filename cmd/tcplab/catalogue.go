package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/failures"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
)

func newList() *cobra.Command {
	asJSON, group := false, ""
	cmd := &cobra.Command{Use: "list [NAME...]", Short: "List the scenarios", Args: cobra.ArbitraryArgs,
		Long: `List the scenarios by group: all, those of one group, or those whose names fit; a name may be a pattern: 'firewall-*'.`}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	cmd.Flags().StringVar(&group, "group", "", "list one group: its name stands behind its title")
	return inLanguage(cmd, func(cmd *cobra.Command, names []string, tag lang.Tag) error {
		list, err := toList(names, group)
		if err != nil {
			return err
		}
		if asJSON {
			return listAll(cmd.OutOrStdout(), list, tag, true)
		}
		out, show := paged(cmd)
		return errors.Join(listAll(out, list, tag, false), show())
	})
}

func toList(names []string, group string) ([]harness.Scenario, error) {
	switch {
	case group != "" && len(names) > 0:
		return nil, errors.New("give names or --group, not both")
	case group != "":
		return scenarios.InGroup(group)
	case len(names) > 0:
		return scenarios.Select(names...)
	}
	return scenarios.All(), nil
}

// listAll lists scenarios by group.
func listAll(w io.Writer, list []harness.Scenario, tag lang.Tag, asJSON bool) error {
	first := true
	for _, g := range scenarios.Groups() {
		members := slices.DeleteFunc(slices.Clone(list), func(s harness.Scenario) bool { return s.Group != g.ID })
		if len(members) == 0 {
			continue
		}
		if !asJSON {
			if !first {
				fmt.Fprintln(w)
			}
			first = false
			if _, err := fmt.Fprintf(w, "%s (%s)\n", g.Title.In(tag), g.ID); err != nil {
				return err
			}
		}
		for _, s := range members {
			if err := listOne(w, s, tag, nameWidth(list), asJSON); err != nil {
				return err
			}
		}
	}
	return nil
}

// nameWidth is the width of a column of names.
func nameWidth(list []harness.Scenario) int {
	width := 20
	for _, s := range list {
		width = max(width, len(s.Name))
	}
	return width
}

func listOne(w io.Writer, s harness.Scenario, tag lang.Tag, width int, asJSON bool) error {
	if asJSON {
		return report.EncodeJSON(w, failures.NewScenarioEntry(s, tag))
	}
	_, err := fmt.Fprintf(w, "  %-*s  %-15s  %s\n", width, s.Name, s.Verdict, s.Title.In(tag))
	return err
}

func newShow() *cobra.Command {
	color := colorAuto
	var image imageFlag
	cmd := &cobra.Command{
		Use:   "show NAME|DIR",
		Short: "Show what a scenario breaks and what it expects, or what was seen in a run that was kept",
		Long: `Show a scenario: what it breaks, what the client must feel, what each vantage point must see.
Given the folder of a run, draw what was seen in each of its phases. With --svg, print what was seen while the fault held as an
image for a document.`,
		Example: "  tcplab show closed-port\n  tcplab show artifacts/closed-port-netns-ipv4\n" +
			"  tcplab show artifacts/closed-port-netns-ipv4 --svg light >closed-port.svg",
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Var(&color, "color", colorUsage)
	cmd.Flags().Var(&image, "svg", "print the drawing of a run as an SVG image, in the colours light or dark")
	return inLanguage(cmd, func(cmd *cobra.Command, args []string, tag lang.Tag) error {
		out := cmd.OutOrStdout()
		if _, err := os.Stat(filepath.Join(args[0], "report.json")); err == nil {
			record, err := openRun(args[0])
			if err != nil {
				return err
			}
			if image != "" {
				return record.SVG(out, report.Scheme(image))
			}
			if s, err := scenarios.Named(record.Scenario); err == nil {
				record.Translate(s, tag)
			}
			return color.style(out, tag).Phases(out, record)
		}
		s, err := scenarios.Named(args[0])
		if err != nil {
			return err
		}
		if image != "" {
			return fmt.Errorf("--svg draws a run that was kept: name its folder, such as artifacts/%s-netns-ipv4", s.Name)
		}
		text, show := paged(cmd)
		_, err = io.WriteString(text, describe(s, tag))
		return errors.Join(err, show())
	})
}

// imageFlag is "--svg": the colours of an image, or none.
type imageFlag string

func (i *imageFlag) String() string { return string(*i) }

// Type is what the help calls the value.
func (i *imageFlag) Type() string { return "colours" }

// Set takes one of the schemes.
func (i *imageFlag) Set(text string) error {
	if s := report.Scheme(text); s != report.Light && s != report.Dark {
		return fmt.Errorf("it is %s or %s", report.Light, report.Dark)
	}
	*i = imageFlag(text)
	return nil
}

// describe is a scenario in full.
func describe(s harness.Scenario, tag lang.Tag) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n\n", s.Name, s.Title.In(tag), s.Story.In(tag))
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
		fmt.Fprintf(&b, "check:    %s %s must end with %s\n", c.Question.English, clientOf(c.Client), c.Want.Client)
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
func clientOf(c lab.Client) string {
	if c == nil {
		c = agent.GoClient{}
	}
	return c.Name()
}
