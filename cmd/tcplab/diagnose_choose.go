package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// chosenFlags are the flags by which connections and pings are chosen.
type chosenFlags struct {
	hosts   []string
	port    uint16
	verdict []string
}

// addTo gives a command the flags.
func (f *chosenFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.hosts, "host", nil, "only connections and pings from or to these, separated by commas: addresses, networks such as 198.51.100.0/24, names")
	flags.Uint16Var(&f.port, "port", 0, "only connections from or to this port, and no pings")
	flags.StringSliceVar(&f.verdict, "verdict", nil, "only these verdicts, separated by commas")
}

func (f chosenFlags) filter(ctx context.Context) (diagnose.Filter, error) {
	filter := diagnose.Filter{Port: f.port}
	for _, text := range f.hosts {
		hosts, err := hostsOf(ctx, text)
		if err != nil {
			return filter, err
		}
		filter.Hosts = append(filter.Hosts, hosts...)
	}
	for _, name := range f.verdict {
		v := diagnose.Verdict(name)
		if !slices.Contains(diagnose.Verdicts(), v) {
			all := strings.Split(strings.TrimSuffix(verdictNames(), "."), ", ")
			return filter, fmt.Errorf("there is no verdict %q%s (the verdicts are %s)", name, lang.Suggestion(name, all), strings.Join(all, ", "))
		}
		filter.Verdicts = append(filter.Verdicts, v)
	}
	return filter, nil
}

// resolving is how long a name may take to be resolved.
const resolving = 5 * time.Second

// hostsOf is the networks that a text stands for: one, an address, or the addresses of a name.
func hostsOf(ctx context.Context, text string) ([]netip.Prefix, error) {
	bare := strings.Trim(text, "[]")
	if network, err := netip.ParsePrefix(bare); err == nil {
		return []netip.Prefix{network}, nil
	}
	if address, err := netip.ParseAddr(bare); err == nil {
		return single(address), nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolving)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", text)
	if err != nil {
		return nil, fmt.Errorf("--host is an address, a network such as 198.51.100.0/24, or a name that this machine can resolve, not %q", text)
	}
	var list []netip.Prefix
	for _, a := range addresses {
		list = append(list, single(a)...)
	}
	return list, nil
}

func single(a netip.Addr) []netip.Prefix {
	a = a.Unmap().WithZone("")
	return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}
}

// filterOf is the filter for a capture: times of day, and those since the beginning, are of its own.
func (c *captures) filterOf(name string) (diagnose.Filter, error) {
	filter := c.filter
	var begin time.Time
	if c.flags.since.needsBeginning() || c.flags.until.needsBeginning() {
		begin = c.beginning(name)
	}
	filter.Since, filter.Until = c.flags.since.at(begin), c.flags.until.at(begin)
	if !filter.Since.IsZero() && !filter.Until.IsZero() && !filter.Since.Before(filter.Until) {
		return filter, fmt.Errorf("%s: --until (%s) is not later than --since (%s)", name, c.flags.until.text, c.flags.since.text)
	}
	return filter, nil
}

// when is a time as it is given on the command line.
type when struct {
	text  string
	fixed time.Time
	after *time.Duration // after the beginning of the capture
	clock *time.Duration // of the day on which that begins
}

func (w *when) String() string { return w.text }

// Type is what the help calls the value.
func (w *when) Type() string { return "time" }

// Set takes a date with a time, a time of day, seconds since 1970, or a time after the beginning.
func (w *when) Set(text string) error {
	*w = when{text: text}
	if relative, ok := strings.CutPrefix(text, "+"); ok {
		d, err := time.ParseDuration(relative)
		w.after = &d
		return timeError(err)
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			w.fixed = t
			return nil
		}
	}
	for _, layout := range []string{time.TimeOnly, "15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			d := t.Sub(t.Truncate(24 * time.Hour))
			w.clock = &d
			return nil
		}
	}
	since1970, err := time.ParseDuration(text + "s") // exact to the nanosecond
	if strings.Trim(text, "0123456789.") != "" {
		err = errNoTime
	}
	w.fixed = time.Unix(0, 0).Add(since1970)
	return timeError(err)
}

var errNoTime = errors.New(`it is a time such as "2026-11-29 14:05:00", 2026-11-29T15:05:00+01:00, 14:05, 1700000000.5 (seconds since 1970) or +30s (after the capture begins)`)

func timeError(err error) error {
	if err == nil {
		return nil
	}
	return errNoTime
}

// needsBeginning reports whether the time depends on when the capture begins.
func (w *when) needsBeginning() bool { return w.after != nil || w.clock != nil }

// at is the time, for a capture that begins then; zero where none was given.
func (w *when) at(begin time.Time) time.Time {
	switch {
	case w.after != nil:
		return begin.Add(*w.after)
	case w.clock != nil:
		return begin.UTC().Truncate(24 * time.Hour).Add(*w.clock)
	}
	return w.fixed
}
