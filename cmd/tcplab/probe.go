package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/probe"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/wire/diagnose"
)

func newProbe() *cobra.Command {
	var timeout time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "probe HOST:PORT | URL",
		Short: "Name what is wrong with a live endpoint: online? answers ping? refused, rejected or silent?",
		Long: `Connect to each address of the host, IPv4 and IPv6, and name what happens, in the words of "tcplab diagnose": is this
machine online (route, next hop), does the host answer ping, and is the port open, refused, rejected (by whom) or
silent? The connection is captured where that is permitted (Linux, CAP_NET_RAW); elsewhere the verdict rests on the
error and the time alone, and what could not be seen is said.

For each address it sends 3 echo requests and makes one connection attempt, which it closes at once in good order; for
a name it asks the system's resolver. It sends nothing else. An IPv6 address stands in brackets. Of a URL, host and port
count; nothing is requested.

Exit code: 0 when every address that has a route is open, 1 when one failed, 2 when none could be probed.`,
		Example: `  tcplab probe www.example.com:443
  tcplab probe https://www.example.com/
  tcplab probe [2001:db8:2::10]:8080 --timeout 5s
  sudo tcplab probe 203.0.113.10:8080 --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := probe.ParseTarget(args[0])
			if err != nil {
				return err
			}
			if timeout <= 0 {
				return errors.New("--timeout must be more than nothing, such as 3s")
			}
			results, err := probe.Run(cmd.Context(), target, timeout)
			if err != nil {
				return err
			}
			if err := writeProbe(cmd.OutOrStdout(), target, results, asJSON); err != nil {
				return err
			}
			return probeVerdict(results)
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", probe.DefaultTimeout, "how long to wait for each answer")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per address")
	return cmd
}

// probeVerdict is the exit code's error. An address without a route is not the server's failure: most names have IPv6
// addresses, and many machines no IPv6.
func probeVerdict(results []probe.Probed) error {
	probed := false
	for _, r := range results {
		if r.Verdict.Failed() {
			return errMismatch
		}
		probed = probed || r.Probed()
	}
	if !probed {
		return errors.New("it could not be probed: " + results[0].Summary)
	}
	return nil
}

func writeProbe(out io.Writer, target probe.Target, results []probe.Probed, asJSON bool) error {
	if asJSON {
		for _, r := range results {
			if err := report.EncodeJSON(out, r); err != nil {
				return err
			}
		}
		return nil
	}
	out, flush := folded(out)
	defer flush()
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", target, probeSummary(results))
	for i := range results {
		writeProbed(&b, &results[i])
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// probeSummary is "refused", or "3 addresses, 2 failed (1 ok, 2 refused, 1 not probed)".
func probeSummary(results []probe.Probed) string {
	if len(results) == 1 {
		return verdictText(&results[0])
	}
	counts := map[diagnose.Verdict]int64{}
	failed := 0
	for _, r := range results {
		counts[r.Verdict]++
		if r.Verdict.Failed() {
			failed++
		}
	}
	var parts []string
	for _, v := range diagnose.Verdicts() {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	if counts[""] > 0 {
		parts = append(parts, fmt.Sprintf("%d not probed", counts[""]))
	}
	return fmt.Sprintf("%d addresses, %d failed (%s)", len(results), failed, strings.Join(parts, ", "))
}

func verdictText(r *probe.Probed) string {
	switch {
	case !r.Probed():
		return "not probed"
	case r.Inconclusive:
		return string(r.Verdict) + " (inconclusive)"
	}
	return string(r.Verdict)
}

// writeProbed tells of one address, along the decision path.
func writeProbed(b *strings.Builder, r *probe.Probed) {
	from := ""
	if r.Client != "" {
		from = r.Client + " -> "
	}
	fmt.Fprintf(b, "\n  %s: %s%s\n", verdictText(r), from, r.Server)
	fmt.Fprintf(b, "    online?       %s\n", r.OnlineText())
	fmt.Fprintf(b, "    answers ping? %s\n", r.HostText())
	fmt.Fprintf(b, "    the port?     %s\n", r.PortText())
	for _, note := range r.Notes {
		fmt.Fprintf(b, "    note: %s\n", note)
	}
	for _, unseen := range r.Unseen {
		fmt.Fprintf(b, "    not seen: %s\n", unseen)
	}
	if len(r.Evidence) > 0 {
		var frames []string
		for _, e := range r.Evidence {
			frames = append(frames, fmt.Sprintf("%d (%s)", e.Frame, e.What))
		}
		fmt.Fprintf(b, "    packets %s\n", strings.Join(frames, ", "))
	}
	if len(r.Rivals) > 0 {
		fmt.Fprintf(b, "    cannot tell apart: %s\n", strings.Join(r.Rivals, "; "))
	}
	for _, next := range r.Next {
		fmt.Fprintf(b, "    next: %s\n", next)
	}
}
