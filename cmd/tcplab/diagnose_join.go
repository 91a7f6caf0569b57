package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// whereJSON says where a packet was lost. The names of the fields are stable.
type whereJSON struct {
	Lost string `json:"lost"`
	Text string `json:"text"`
	// Client and Server are how the server's side knows the connection, where addresses are translated.
	Client string `json:"client,omitempty"`
	Server string `json:"server,omitempty"`
}

// view is one side's capture.
type sideView struct {
	seen    []diagnose.Seen
	records []attemptJSON
	shown   []bool // what failed, or lost some of its packets
	tally   tally
	stats   diagnose.Stats
	// connections are for a page, as far as one is wanted.
	connections []report.Connection
}

// join diagnoses a capture of the client's side by the help of one from the server's.
func (d *diagnosis) join(clientFile, serverFile string, asJSON bool) error {
	if clientFile == "-" && serverFile == "-" {
		return errors.New("standard input can be one of the two captures, not both")
	}
	behind, damage, err := d.sideView(serverFile, false)
	if err != nil {
		return err
	}
	d.caution(serverFile, behind.stats, damage)
	front, damage, err := d.sideView(clientFile, true)
	if err != nil {
		return err
	}
	pair := diagnose.Join(front.seen, behind.seen)
	for i, joined := range pair.Joined {
		front.records[i].Where = newWhere(joined, behind.seen)
	}
	if d.page != nil {
		d.noteOnPage(clientFile, front.stats, damage)
		d.joinOnPage(front.connections, behind.seen, pair)
	}
	if asJSON {
		err = front.writeJSON(d.out)
	} else {
		err = front.writeText(d.out, clientFile, serverFile, pair)
	}
	d.caution(clientFile, front.stats, damage)
	return err
}

// sideView reads a capture. The filter applies to the client's alone: translation may have changed the addresses.
func (d *diagnosis) sideView(name string, filtered bool) (sideView, error, error) {
	var v sideView
	stats, damage, err := d.feed(name, func(a *diagnose.Attempt) {
		if filtered && !d.filter.wants(a) {
			return
		}
		v.seen = append(v.seen, a.Seen())
		if filtered {
			v.records = append(v.records, newAttemptJSON(name, a))
			v.shown = append(v.shown, a.Failed() || a.Lossy())
			v.tally.add(a.Protocol(), a.Failed())
			if d.page != nil {
				c := newConnection(a)
				c.Explanation = a.Explain()
				v.connections = append(v.connections, c)
			}
		}
	})
	v.stats = stats
	return v, damage, err
}

func newWhere(j diagnose.Joined, behind []diagnose.Seen) *whereJSON {
	w := &whereJSON{Lost: string(j.Loss), Text: j.Text}
	if j.NAT {
		w.Client, w.Server = endText(behind[j.Other].Client), endText(behind[j.Other].Server)
	}
	return w
}

func (v *sideView) writeJSON(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	for i := range v.records {
		if err := e.Encode(v.records[i]); err != nil {
			return err
		}
	}
	return nil
}

func (v *sideView) writeText(out io.Writer, clientFile, serverFile string, pair diagnose.Pair) error {
	var b strings.Builder
	if v.stats.TCP+v.stats.Echoes == 0 && len(v.records) == 0 {
		fmt.Fprintf(&b, "%s: %s\n", clientFile, withoutTraffic(v.stats))
	}
	fmt.Fprintf(&b, "%s and %s: %s failed%s\n", clientFile, serverFile, v.tally.failures(), clockText(pair))
	for i := range v.records {
		if v.shown[i] {
			v.records[i].write(&b)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// clockText tells of clocks that differ by more than the path's delay explains.
func clockText(p diagnose.Pair) string {
	if !p.Known || p.Offset.Abs() <= p.Margin+time.Millisecond {
		return ""
	}
	direction := "ahead of"
	if p.Offset < 0 {
		direction = "behind"
	}
	return fmt.Sprintf("; the server's clock is %s %s the client's (give or take %s)", p.Offset.Abs().Round(time.Microsecond), direction,
		p.Margin.Round(time.Microsecond))
}

func (j *attemptJSON) write(b *strings.Builder) {
	client, server := j.Client, j.Server
	if j.Echo == nil { // a neighbour has no port; of an echo there is none in the record
		client, server = strings.TrimSuffix(client, ":0"), strings.TrimSuffix(server, ":0")
	}
	fmt.Fprintf(b, "\n  %s: %s -> %s\n    %s\n", j.Verdict, client, server, j.Summary)
	fmt.Fprintf(b, "    where: %s\n", j.Where.Text)
	if j.Where.Client != "" {
		fmt.Fprintf(b, "    the server's side knows it as %s -> %s\n", j.Where.Client, j.Where.Server)
	}
	for _, note := range j.Notes {
		fmt.Fprintf(b, "    note: %s\n", note)
	}
	var frames []string
	for _, e := range j.Evidence {
		frames = append(frames, fmt.Sprintf("%d (%s)", e.Frame, e.What))
	}
	fmt.Fprintf(b, "    frames %s\n", strings.Join(frames, ", "))
	for _, next := range j.Next {
		fmt.Fprintf(b, "    next: %s\n", next)
	}
}
