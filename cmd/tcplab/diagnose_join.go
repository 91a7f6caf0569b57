package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

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
	failed  []bool
	stats   diagnose.Stats
}

// join diagnoses a capture of the client's side by the help of one from the server's.
func (d diagnosis) join(clientFile, serverFile string, asJSON bool) error {
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
	if asJSON {
		err = front.writeJSON(d.out)
	} else {
		err = front.writeText(d.out, clientFile, serverFile, pair)
	}
	d.caution(clientFile, front.stats, damage)
	return err
}

// sideView reads a capture. The filter applies to the client's alone: translation may have changed the addresses.
func (d diagnosis) sideView(name string, filtered bool) (sideView, error, error) {
	var v sideView
	stats, damage, err := d.feed(name, func(a *diagnose.Attempt) {
		if filtered && !d.filter.wants(a) {
			return
		}
		v.seen = append(v.seen, a.Seen())
		if filtered {
			v.records = append(v.records, newAttemptJSON(name, a))
			v.failed = append(v.failed, a.Failed())
		}
	})
	v.stats = stats
	return v, damage, err
}

func newWhere(j diagnose.Joined, behind []diagnose.Seen) *whereJSON {
	w := &whereJSON{Lost: string(j.Loss), Text: j.Text}
	if j.NAT {
		w.Client, w.Server = behind[j.Other].Client.String(), behind[j.Other].Server.String()
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
	failed := 0
	for _, f := range v.failed {
		if f {
			failed++
		}
	}
	if v.stats.TCP == 0 && len(v.records) == 0 {
		fmt.Fprintf(&b, "%s: %s\n", clientFile, withoutTCP(v.stats))
	}
	fmt.Fprintf(&b, "%s and %s: %d of %s failed%s\n", clientFile, serverFile, failed, counted(int64(len(v.records)), "connection"), clockText(pair))
	for i := range v.records {
		if v.failed[i] {
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
	fmt.Fprintf(b, "\n  %s: %s -> %s\n    %s\n", j.Verdict, strings.TrimSuffix(j.Client, ":0"), strings.TrimSuffix(j.Server, ":0"), j.Summary)
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
