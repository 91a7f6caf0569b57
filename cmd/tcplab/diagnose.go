package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// diagnoseFlags are the flags of "diagnose".
type diagnoseFlags struct {
	chosen  chosenFlags
	server  string
	asJSON  bool
	list    bool
	counts  bool
	sort    string
	html    string
	since   when
	until   when
	fails   bool
	limit   int
	follows bool
	color   colorFlag
}

func newDiagnose() *cobra.Command {
	f := diagnoseFlags{color: colorAuto}
	cmd := &cobra.Command{
		Use:   "diagnose FILE...",
		Short: "Name what went wrong in a capture: one verdict for each connection attempt and each ping",
		Long: `Read captures (pcap, pcapng, snoop, Network Monitor 2, or what tcpdump printed; compressed or in a tar archive, too; "-" is
standard input) and name what happened to each connection attempt and each ping, with the frames that the verdict rests
on, the causes that this vantage point cannot tell apart, the next check to make, and a display filter for Wireshark.
With --server, a capture of the same time from the server's side, it also says where the packet or the answer was lost.

--host, --port, --since and --until choose the attempts that are looked at; --verdict chooses among these, and the others
still count: "9 of 121 connections are no-answer". Times are in UTC, as in the output, unless they have a zone.

Files with names that differ by digits alone, and that follow one another in time, are pieces of one capture (as of
tcpdump -C, -G and -W), in whatever order they are given.

Verdicts: ` + verdictNames() + `

Exit code: 0 when the captures were read, whatever is in them; 1 with --fail when an attempt failed (with --verdict:
when one has such a verdict); 2 when a capture could not be read.`,
		Example: `  tcplab diagnose capture.pcapng
  tcplab diagnose --list --since 14:05 --until 14:10 --host 198.51.100.0/24 capture.pcapng
  tcplab diagnose --counts *.pcap.gz
  tcplab diagnose --fail --port 443 --verdict no-answer,refused capture.pcapng || echo alarm
  tcplab diagnose --server server.pcap client.pcap
  tcplab diagnose --html report.html capture.pcap
  tcplab diagnose --json capture.pcap | jq 'select(.failed)'
  sudo timeout 60 tcpdump -w - 'tcp or icmp or icmp6' | tcplab diagnose -
  sudo tcpdump -U -w - 'tcp or icmp or icmp6' | tcplab diagnose --follow -`,
		Args: cobra.MinimumNArgs(1),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.server, "server", "", "a capture of the same connections from the server's side")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object per connection attempt or ping; with --counts, one per capture")
	flags.BoolVar(&f.list, "list", false, "print one line per failure: time, client, server, verdict, frames")
	flags.BoolVar(&f.counts, "counts", false, "print how many attempts failed: by server, by client, by minute")
	flags.StringVar(&f.sort, "sort", "", "the order of --list: "+strings.Join(report.SortKeys(), ", ")+" (default time)")
	flags.StringVar(&f.html, "html", "", "write a page with drawings of what failed to this file")
	flags.Var(&f.since, "since", `only attempts that began at this time or later: "2026-11-29 14:05:00", 14:05 (on the day the capture begins), +30s (after it begins)`)
	flags.Var(&f.until, "until", "only attempts that began before this time, which is given like --since")
	flags.BoolVar(&f.fails, "fail", false, "end with exit code 1 when an attempt failed (with --verdict: has such a verdict)")
	flags.BoolVar(&f.follows, "follow", false, "read a file that grows, or a pipe, until Ctrl-C, and tell each failure when it has failed")
	flags.Var(&f.color, "color", colorUsage)
	f.chosen.addTo(cmd)
	flags.IntVar(&f.limit, "max-tracked", 0, "how many connections, and how many pings, are followed at the same time (default 65536)")
	return inLanguage(cmd, func(cmd *cobra.Command, files []string, tag lang.Tag) error {
		if err := f.check(files); err != nil {
			return err
		}
		if f.follows {
			return f.follow(cmd, files, tag)
		}
		return f.run(cmd, files, tag)
	})
}

func verdictNames() string {
	var names []string
	for _, v := range diagnose.Verdicts() {
		names = append(names, string(v))
	}
	return strings.Join(names, ", ") + "."
}

// check refuses flags that do not go together.
func (f diagnoseFlags) check(files []string) error {
	switch {
	case f.list && f.asJSON:
		return errors.New("--list is for people, and --json has one line per attempt anyway: leave one of the two out")
	case f.list && f.counts:
		return errors.New("--list and --counts are two answers: ask for one at a time")
	case f.sort != "" && !f.list:
		return errors.New("--sort is the order of --list: give both")
	case f.sort != "" && !slices.Contains(report.SortKeys(), f.sort):
		return fmt.Errorf("--sort cannot be %q%s (it is one of %s)", f.sort, lang.Suggestion(f.sort, report.SortKeys()), strings.Join(report.SortKeys(), ", "))
	case f.follows && len(files) != 1:
		return errors.New("--follow takes one file, or \"-\"")
	case f.follows && (f.server != "" || f.html != "" || f.list || f.counts):
		return errors.New("--follow tells what one capture shows as it grows: leave --server, --html, --list and --counts for when it is complete")
	case f.follows && (f.since.needsBeginning() || f.until.needsBeginning()):
		return errors.New("--follow does not know when the capture began: give --since and --until the date as well")
	case f.server != "" && len(files) != 1:
		return errors.New("--server takes one capture from the client's side beside it")
	}
	return nil
}

func (f diagnoseFlags) run(cmd *cobra.Command, files []string, tag lang.Tag) error {
	filter, err := f.chosen.filter(cmd.Context())
	if err != nil {
		return err
	}
	c := captures{ctx: cmd.Context(), in: cmd.InOrStdin(), warn: cmd.ErrOrStderr(), filter: filter, flags: f, tag: tag}
	fromInput := slices.Contains(append(files, f.server), "-")
	if fromInput && (f.html != "" || f.since.needsBeginning() || f.until.needsBeginning()) {
		remove, err := c.makeKept()
		if err != nil {
			return err
		}
		defer remove()
	}
	return heeding(cmd.Context(), fromInput, func() error { return f.all(cmd, &c, files) })
}

// inputEnds is how long the writer of standard input has to end after Ctrl-C, which is meant for both: what was captured until then is
// diagnosed.
const inputEnds = 3 * time.Second

// heeding does what may take long, and returns at once when ctx ends: a capture that is read, or unfolded, gives no sign for a while.
func heeding(ctx context.Context, fromInput bool, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	if fromInput {
		select {
		case err := <-done:
			return err
		case <-time.After(inputEnds):
		}
	}
	return context.Cause(ctx)
}

// all diagnoses the files.
func (f diagnoseFlags) all(cmd *cobra.Command, c *captures, files []string) error {
	if err := c.keepInput(); err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if !f.asJSON {
		c.style = f.color.style(out, c.tag)
		text, flush := folded(out)
		defer flush()
		out = text
	}
	if f.server != "" {
		return c.end(c.join(out, files[0], f.server))
	}
	var errs []error
	for _, pieces := range c.pieces(files) {
		for len(pieces) > 0 {
			if cmd.Context().Err() != nil {
				return cmd.Context().Err()
			}
			rest, err := c.one(out, pieces)
			errs, pieces = append(errs, err), rest
		}
	}
	if c.read > 1 && !f.asJSON {
		total := lang.Text{English: "\n%d captures: %s\n", Korean: "\n캡처 %d개: %s\n"}
		_, err := io.WriteString(out, total.Format(c.tag, c.read, c.all.Total()))
		errs = append(errs, err)
	}
	return c.end(errs...)
}

// end writes the page, and returns what went wrong, or errFound.
func (c *captures) end(errs ...error) error {
	if err := errors.Join(append(errs, c.writePage())...); err != nil {
		return err
	}
	return c.alarm()
}

// errFound is the end of "diagnose --fail" that has found what was asked for, which has been told.
var errFound = errors.New("an attempt failed")

// alarm is errFound where the exit code is to tell of failures.
func (c *captures) alarm() error {
	if c.flags.fails && c.all.Found() > 0 {
		return errFound
	}
	return nil
}
