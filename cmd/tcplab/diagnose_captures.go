package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// captures are the files of one call of the command.
type captures struct {
	ctx   context.Context
	in    io.Reader
	warn  io.Writer
	flags diagnoseFlags
	kept  string // the file with what came from standard input, where it is read twice

	tag    lang.Tag // of what is told to people
	style  report.Style
	pages  report.DiagnosisPages // where a page is wanted
	filter diagnose.Filter
	read   int // captures
	all    report.Counts
}

// one diagnoses a file, or the pieces of one capture. It returns the files that turned out to be no pieces of it.
func (c *captures) one(out io.Writer, names []string) (rest []string, err error) {
	name, buffered := names[0], bufio.NewWriter(out)
	told, page := c.teller(name, buffered), c.newPage(name, "")
	filter, err := c.filterOf(name)
	if err != nil {
		return names[1:], err
	}
	told.counts().Filter = filter
	if page != nil {
		page.Counts.Filter = filter
	}
	rest, stats, damage, err := c.feedPieces(names, func(a *diagnose.Judged) {
		told.add(a)
		if page != nil {
			page.Add(a)
		}
	})
	if err != nil {
		return rest, err
	}
	c.notePage(page, name, stats, damage)
	if page != nil {
		page.Pieces = names[1 : len(names)-len(rest)]
	}
	err = errors.Join(told.end(stats), buffered.Flush())
	c.count(told.counts())
	if told.tellsOfNothing() && stats.TCP+stats.Echoes == 0 { // the summary has told of it
		stats.Inventory = wire.Inventory{}
	}
	if err != nil {
		return rest, err
	}
	c.caution(name, stats, damage)
	return rest, nil
}

// count adds up the captures of a call.
func (c *captures) count(counts *report.Counts) {
	c.read++
	c.all.Merge(counts)
}

// join diagnoses a capture of the client's side by the help of one from the server's. The filter applies to the client's
// alone: translation may have changed the addresses.
func (c *captures) join(out io.Writer, clientFile, serverFile string) error {
	if clientFile == "-" && serverFile == "-" {
		return errors.New("standard input can be one of the two captures, not both")
	}
	var behind []diagnose.Seen
	stats, damage, err := c.feed(serverFile, func(a *diagnose.Judged) { behind = append(behind, a.Seen()) })
	if err != nil {
		return err
	}
	c.caution(serverFile, stats, damage)
	j := report.JoinedAttempt{File: clientFile, Server: serverFile, Style: c.style, Counts: report.Counts{Thorough: true}}
	if j.Counts.Filter, err = c.filterOf(clientFile); err != nil {
		return err
	}
	var list []diagnose.Diagnosis
	j.Stats, damage, err = c.feed(clientFile, func(a *diagnose.Judged) { list = append(list, a.Diagnosis()) })
	if err != nil {
		return err
	}
	j.Clocks = diagnose.Locate(list, behind, stats.Coverage())
	for i := range list { // counted now, because the server's capture may have changed the verdict
		if j.Counts.AddDiagnosis(&list[i]) {
			j.Diagnoses = append(j.Diagnoses, list[i])
		}
	}
	page := c.newPage(clientFile, serverFile)
	c.notePage(page, clientFile, j.Stats, damage)
	if page != nil {
		page.AddJoined(&j)
	}
	c.count(&j.Counts)
	err = c.flags.writeJoined(out, &j)
	c.caution(clientFile, j.Stats, damage)
	return err
}

// caution warns of what makes the diagnosis incomplete.
func (c *captures) caution(name string, stats diagnose.Stats, damage error) {
	for _, text := range report.Cautions(name, stats, damage) {
		fmt.Fprintf(c.warn, "tcplab: %s\n", text.In(c.tag))
	}
}

// newPage returns the capture's part of the page, nil where no page is wanted.
func (c *captures) newPage(name, server string) *report.DiagnosisPage {
	if c.flags.html == "" {
		return nil
	}
	page := &report.DiagnosisPage{File: name, Server: server, Language: c.tag}
	c.pages = append(c.pages, page)
	return page
}

// notePage says how many packets there were, and what kept the capture from being read to its end.
func (c *captures) notePage(page *report.DiagnosisPage, name string, stats diagnose.Stats, damage error) {
	if page == nil {
		return
	}
	page.Packets = stats.Packets
	if damage != nil {
		page.Notes = append(page.Notes, lang.Tell(lang.Text{English: "%s: %s; diagnosed is what comes before.", Korean: "%s: %s; 그 앞에 있는 것까지 진단했다."},
			name, said(withoutPrefix(damage))))
	}
}

func withoutPrefix(err error) string { return strings.TrimPrefix(err.Error(), "wire: ") }

// feed diagnoses a capture. Damage is what kept it from being read to its end; err, from being read at all.
func (c *captures) feed(name string, emit func(*diagnose.Judged)) (stats diagnose.Stats, damage, err error) {
	_, stats, damage, err = c.feedPieces([]string{name}, emit)
	return stats, damage, err
}

func (c *captures) open(name string) (io.ReadCloser, error) {
	switch {
	case name == "-" && c.kept != "":
		name = c.kept
	case name == "-":
		return io.NopCloser(c.in), nil
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

// makeKept makes the file for what comes from standard input, which is read twice: once to find what failed, and once more for the
// packets of what is drawn. It returns what removes the file again.
func (c *captures) makeKept() (remove func(), err error) {
	f, err := os.CreateTemp("", "tcplab-capture-")
	if err != nil {
		return nil, err
	}
	c.kept = f.Name()
	return func() { _ = os.Remove(f.Name()) }, f.Close()
}

// keepInput copies standard input to that file, where there is one.
func (c *captures) keepInput() error {
	if c.kept == "" {
		return nil
	}
	f, err := os.OpenFile(c.kept, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, c.in)
	return errors.Join(err, f.Close())
}

// writePage reads the packets of the connections that are drawn, and writes the page.
func (c *captures) writePage() error {
	if c.flags.html == "" || len(c.pages) == 0 {
		return nil
	}
	for _, page := range c.pages {
		client, server := page.Collectors()
		err := c.collect(append([]string{page.File}, page.Pieces...), client)
		if page.Server != "" {
			err = errors.Join(err, c.collect([]string{page.Server}, server))
		}
		if err != nil {
			return err
		}
	}
	return safefile.Write(c.flags.html, 0o666, c.pages.HTML)
}

// collect gives the packets of a capture, which may be in pieces, to the collector. What is damaged has been told of.
func (c *captures) collect(names []string, to *report.Collector) error {
	defer to.Close()
	if !to.Wants() {
		return nil
	}
	for _, name := range names {
		if err := c.collectPiece(name, to); err != nil {
			return err
		}
	}
	return nil
}

func (c *captures) collectPiece(name string, to *report.Collector) error {
	in, err := c.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := wire.NewReader(in)
	var p wire.Packet
	for err == nil && c.ctx.Err() == nil {
		if err = r.Read(&p); err == nil {
			to.Add(&p)
		}
	}
	return c.ctx.Err()
}
