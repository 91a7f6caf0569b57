package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// diagnoseFlags are the flags of "diagnose".
type diagnoseFlags struct {
	server  string
	asJSON  bool
	html    string
	host    string
	port    uint16
	verdict []string
	limit   int
}

func newDiagnose() *cobra.Command {
	var f diagnoseFlags
	cmd := &cobra.Command{
		Use:   "diagnose FILE...",
		Short: "Name what went wrong in a capture: one verdict for each connection attempt and each ping",
		Long: `Read captures (pcap or pcapng, also compressed by gzip or zstd; "-" is standard input) and name what happened to each
connection attempt and each ping, with the frames that the verdict rests on, the causes that this vantage point cannot
tell apart, and the next check to make. With --server, a capture of the same time from the server's side, it also says
where the packet or the answer was lost.

Verdicts: ` + verdictNames() + `

Exit code: 0 when the captures were read, whatever is in them; 2 when one could not be.`,
		Example: `  tcplab diagnose capture.pcapng
  tcplab diagnose --server server.pcap client.pcap
  tcplab diagnose --html report.html capture.pcap
  tcplab diagnose --port 443 --verdict no-answer,refused --json *.pcap.gz
  sudo timeout 60 tcpdump -w - 'tcp or icmp or icmp6' | tcplab diagnose -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error { return f.run(cmd, files) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.server, "server", "", "a capture of the same connections from the server's side")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object per connection attempt or ping")
	flags.StringVar(&f.html, "html", "", "write a page with drawings of what failed to this file")
	flags.StringVar(&f.host, "host", "", "only connections and pings from or to this address")
	flags.Uint16Var(&f.port, "port", 0, "only connections from or to this port, and no pings")
	flags.StringSliceVar(&f.verdict, "verdict", nil, "only these verdicts, separated by commas")
	flags.IntVar(&f.limit, "max-tracked", 0, "how many connections, and how many pings, are followed at the same time (default 65536)")
	return cmd
}

func verdictNames() string {
	var names []string
	for _, v := range diagnose.Verdicts() {
		names = append(names, string(v))
	}
	return strings.Join(names, ", ") + "."
}

func (f diagnoseFlags) run(cmd *cobra.Command, files []string) error {
	filter, err := f.filter()
	if err != nil {
		return err
	}
	if f.server != "" && len(files) != 1 {
		return errors.New("--server takes one capture from the client's side beside it")
	}
	if f.html != "" && len(files) != 1 {
		return errors.New("--html takes one capture, or two with --server")
	}
	d := diagnosis{out: cmd.OutOrStdout(), warn: cmd.ErrOrStderr(), in: cmd.InOrStdin(), filter: filter, maxTracked: f.limit}
	if f.html != "" {
		d.page = &report.Diagnosis{File: files[0], Server: f.server}
		if files[0] == "-" || f.server == "-" {
			keep, err := d.keepInput()
			if err != nil {
				return err
			}
			defer keep()
		}
	}
	if f.server != "" {
		return errors.Join(d.join(files[0], f.server, f.asJSON), d.writePage(f.html))
	}
	var errs []error
	for _, name := range files {
		if cmd.Context().Err() != nil {
			return cmd.Context().Err()
		}
		errs = append(errs, d.one(name, f.asJSON))
	}
	return errors.Join(append(errs, d.writePage(f.html))...)
}

// attemptFilter says which attempts are wanted.
type attemptFilter struct {
	host     netip.Addr
	port     uint16
	verdicts []diagnose.Verdict
}

func (f diagnoseFlags) filter() (attemptFilter, error) {
	a := attemptFilter{port: f.port}
	if f.host != "" {
		host, err := netip.ParseAddr(strings.Trim(f.host, "[]"))
		if err != nil {
			return a, fmt.Errorf("--host is an address, not %q", f.host)
		}
		a.host = host.Unmap()
	}
	for _, name := range f.verdict {
		v := diagnose.Verdict(name)
		if !slices.Contains(diagnose.Verdicts(), v) {
			return a, fmt.Errorf("there is no verdict %q: they are %s", name, strings.TrimSuffix(verdictNames(), "."))
		}
		a.verdicts = append(a.verdicts, v)
	}
	return a, nil
}

func (f attemptFilter) wants(a *diagnose.Attempt) bool {
	client, server := a.Client(), a.Server()
	return (!f.host.IsValid() || client.Addr() == f.host || server.Addr() == f.host) &&
		(f.port == 0 || client.Port() == f.port || server.Port() == f.port) &&
		(f.verdicts == nil || slices.Contains(f.verdicts, a.Verdict) || slices.Contains(f.verdicts, a.Ending))
}

// diagnosis is one call of the command.
type diagnosis struct {
	out, warn  io.Writer
	in         io.Reader
	filter     attemptFilter
	maxTracked int
	page       *report.Diagnosis // nil: none is wanted
	offset     time.Duration     // of the server's clock
	kept       string            // the file with what came from standard input, where it is read twice
}

// one diagnoses a file.
func (d *diagnosis) one(name string, asJSON bool) error {
	p := newPrinter(d.out, name, asJSON)
	stats, damage, err := d.feed(name, func(a *diagnose.Attempt) {
		if d.filter.wants(a) {
			p.add(a)
			if d.page != nil {
				d.page.Add(newConnection(a), a.Explain)
			}
		}
	})
	if err != nil {
		return err
	}
	d.noteOnPage(name, stats, damage)
	if err := p.close(stats); err != nil {
		return err
	}
	d.caution(name, stats, damage)
	return nil
}

// caution warns of what makes the diagnosis incomplete.
func (d *diagnosis) caution(name string, stats diagnose.Stats, damage error) {
	if damage != nil {
		fmt.Fprintf(d.warn, "tcplab: %s: %v; diagnosed is what comes before\n", name, strings.TrimPrefix(damage.Error(), "wire: "))
	}
	if stats.Evicted > 0 {
		what := "connections"
		if stats.Echoes > 0 {
			what += " or pings"
		}
		fmt.Fprintf(d.warn, "tcplab: %s: too many %s at a time: %d were given up before their end; --max-tracked N follows more\n",
			name, what, stats.Evicted)
	}
}

// feed reads a capture into an engine. Damage is what kept it from being read to its end; err, from being read at all.
func (d *diagnosis) feed(name string, emit func(*diagnose.Attempt)) (stats diagnose.Stats, damage, err error) {
	in, err := d.open(name)
	if err != nil {
		return stats, nil, err
	}
	defer in.Close()
	r, err := wire.NewReader(in)
	if err != nil {
		return stats, nil, fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "wire: "))
	}
	engine := diagnose.New(diagnose.Options{Emit: emit, MaxTracked: d.maxTracked})
	err = feedAll(r, engine)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err != nil && engine.Stats().Packets == 0 {
		return stats, nil, fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "wire: "))
	}
	engine.Close()
	return engine.Stats(), err, nil
}

func (d *diagnosis) open(name string) (io.ReadCloser, error) {
	switch {
	case name == "-" && d.kept != "":
		name = d.kept
	case name == "-":
		return io.NopCloser(d.in), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder: name the captures in it", name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
