package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
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
	}
	cmd.Flags().DurationVar(&timeout, "timeout", probe.DefaultTimeout, "how long to wait for each answer")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per address")
	return inLanguage(cmd, func(cmd *cobra.Command, args []string, tag lang.Tag) error {
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
		if err := writeProbe(cmd.OutOrStdout(), target, results, asJSON, tag); err != nil {
			return err
		}
		return probeVerdict(results)
	})
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

func writeProbe(out io.Writer, target probe.Target, results []probe.Probed, asJSON bool, tag lang.Tag) error {
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
	fmt.Fprintf(&b, "%s: %s\n", target, probeSummary(results).In(tag))
	for i := range results {
		writeProbed(&b, &results[i], tag)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// probeSummary is "refused", or "3 addresses, 2 failed (1 ok, 2 refused, 1 not probed)".
func probeSummary(results []probe.Probed) lang.Text {
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
	var parts []lang.Text
	for _, v := range diagnose.Verdicts() {
		if counts[v] > 0 {
			parts = append(parts, lang.Same("%d %s").With(counts[v], v))
		}
	}
	if counts[""] > 0 {
		parts = append(parts, lang.Text{English: "%d not probed", Korean: "%d 확인하지 못함"}.With(counts[""]))
	}
	return lang.Text{English: "%d addresses, %d failed (%s)", Korean: "주소 %d개, %d개 실패 (%s)"}.With(len(results), failed, lang.Join(parts, lang.Same(", ")))
}

func verdictText(r *probe.Probed) lang.Text {
	switch {
	case !r.Probed():
		return lang.Text{English: "not probed", Korean: "확인하지 못함"}
	case r.Inconclusive:
		return lang.Text{English: "%s (inconclusive)", Korean: "%s (불확실)"}.With(r.Verdict)
	}
	return lang.Same(string(r.Verdict))
}

// writeProbed tells of one address, along the decision path.
func writeProbed(b *strings.Builder, r *probe.Probed, tag lang.Tag) {
	from, words := "", r.Words(tag)
	if r.Client != "" {
		from = r.Client + " -> "
	}
	say := func(label lang.Text, list ...string) {
		for _, text := range list {
			b.WriteString("    " + label.In(tag) + " " + text + "\n")
		}
	}
	fmt.Fprintf(b, "\n  %s: %s%s\n", verdictText(r).In(tag), from, r.Server)
	say(lang.Text{English: "online?      ", Korean: "온라인?   "}, words.Online)
	say(lang.Text{English: "answers ping?", Korean: "ping 응답?"}, words.Host)
	say(lang.Text{English: "the port?    ", Korean: "포트?     "}, words.Port)
	say(lang.Text{English: "note:", Korean: "참고:"}, words.Notes...)
	say(lang.Text{English: "not seen:", Korean: "보지 못한 것:"}, words.Unseen...)
	if len(words.Evidence) > 0 {
		say(lang.Text{English: "packets", Korean: "패킷"}, strings.Join(words.Evidence, ", "))
	}
	if len(words.Rivals) > 0 {
		say(lang.Text{English: "cannot tell apart:", Korean: "구별할 수 없는 원인:"}, strings.Join(words.Rivals, "; "))
	}
	say(lang.Text{English: "next:", Korean: "다음:"}, words.Next...)
}
