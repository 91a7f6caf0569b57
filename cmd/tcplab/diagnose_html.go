package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

func newConnection(a *diagnose.Attempt) report.Connection {
	echo, _ := a.Echo()
	return report.Connection{Protocol: a.Protocol(), EchoID: echo.ID, Client: a.Client(), Server: a.Server(), First: a.First(), Packets: a.Packets(), Verdict: a.Verdict,
		Ending: a.Ending, Failed: a.Failed()}
}

// joinOnPage puts what both sides saw on the page.
func (d *diagnosis) joinOnPage(list []report.Connection, behind []diagnose.Seen, pair diagnose.Pair) {
	if pair.Known {
		d.offset = pair.Offset
	}
	if text := clockText(pair); text != "" {
		d.page.Notes = append(d.page.Notes, strings.ToUpper(text[2:3])+text[3:]+".")
	}
	for i, c := range list {
		joined := pair.Joined[i]
		c.Where, c.Lost, c.Missing = joined.Text, joined.Loss, joined.Other < 0 && joined.Loss != diagnose.LostNowhere
		if joined.Other >= 0 {
			c.Behind = report.FlowID{Client: behind[joined.Other].Client, Server: behind[joined.Other].Server,
				Echo: behind[joined.Other].Protocol == diagnose.ICMP, EchoID: behind[joined.Other].EchoID()}
		}
		d.page.Add(c, func() diagnose.Explanation { return c.Explanation })
	}
}

// noteOnPage says how many packets there were, and what kept the capture from being read to its end.
func (d *diagnosis) noteOnPage(name string, stats diagnose.Stats, damage error) {
	if d.page == nil {
		return
	}
	d.page.Packets = stats.Packets
	if damage != nil {
		d.page.Notes = append(d.page.Notes, fmt.Sprintf("%s: %s; diagnosed is what comes before.", name, strings.TrimPrefix(damage.Error(), "wire: ")))
	}
}

// keepInput copies standard input to a file, for it is read twice: once to find what failed, and once more for the
// packets of what is drawn. It returns what removes the file again.
func (d *diagnosis) keepInput() (func(), error) {
	f, err := os.CreateTemp("", "tcplab-capture-")
	if err != nil {
		return nil, err
	}
	remove := func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	if _, err := io.Copy(f, d.in); err != nil {
		remove()
		return nil, err
	}
	d.kept = f.Name()
	return remove, nil
}

// writePage reads the packets of the connections that are drawn, and writes the page.
func (d *diagnosis) writePage(name string) error {
	if d.page == nil {
		return nil
	}
	client, server := d.page.Collectors(d.offset)
	if err := errors.Join(d.collect(d.page.File, client), d.collect(d.page.Server, server)); err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(d.page.HTML(f), f.Close())
}

// collect gives the packets of a capture to the collector. What is damaged has been told of.
func (d *diagnosis) collect(name string, c *report.Collector) error {
	defer c.Close()
	if !c.Wants() {
		return nil
	}
	in, err := d.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := wire.NewReader(in)
	var p wire.Packet
	for err == nil {
		if err = r.Read(&p); err == nil {
			c.Add(&p)
		}
	}
	return nil
}
