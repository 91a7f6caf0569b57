package main

import (
	"errors"
	"io"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// teller tells of one capture: as text, as a list, as counts, each for people or for programs.
type teller interface {
	add(*diagnose.Judged)
	end(diagnose.Stats) error
	counts() *report.Counts
	// tellsOfNothing reports whether a capture without anything to diagnose is told of.
	tellsOfNothing() bool
}

func (c *captures) teller(name string, out io.Writer) teller {
	f := c.flags
	switch {
	case f.counts:
		return &countsTeller{name: name, out: out, tag: c.style.Language, asJSON: f.asJSON, all: report.Counts{Thorough: true}}
	case f.asJSON:
		return &linesTeller{lines: report.NewDiagnosisJSON(out, name)}
	case f.list:
		return &listTeller{name: name, out: out, list: report.DiagnosisList{Sort: report.SortKey(f.sort), Style: c.style}}
	}
	return &textTeller{out: out, text: report.DiagnosisText{File: name, Style: c.style}}
}

// textTeller tells failures that look alike once.
type textTeller struct {
	out  io.Writer
	text report.DiagnosisText
}

func (t *textTeller) add(a *diagnose.Judged)     { t.text.Add(a) }
func (t *textTeller) end(s diagnose.Stats) error { return t.text.Write(t.out, s) }
func (t *textTeller) counts() *report.Counts     { return &t.text.Counts }
func (t *textTeller) tellsOfNothing() bool       { return true }

// linesTeller writes an object for each attempt.
type linesTeller struct {
	lines  *report.DiagnosisJSON
	all    report.Counts
	failed error
}

func (t *linesTeller) add(a *diagnose.Judged) {
	if t.all.Add(a) && t.failed == nil {
		d := a.Diagnosis()
		t.failed = t.lines.Write(&d)
	}
}

func (t *linesTeller) end(diagnose.Stats) error { return t.failed }
func (t *linesTeller) counts() *report.Counts   { return &t.all }
func (t *linesTeller) tellsOfNothing() bool     { return false }

// listTeller has a line for each failure.
type listTeller struct {
	name string
	out  io.Writer
	list report.DiagnosisList
}

func (t *listTeller) add(a *diagnose.Judged) { t.list.Add(a) }
func (t *listTeller) counts() *report.Counts { return &t.list.Counts }
func (t *listTeller) tellsOfNothing() bool   { return true }

func (t *listTeller) end(s diagnose.Stats) error {
	_, err := io.WriteString(t.out, t.name+": "+t.list.Counts.Summary(s).In(t.list.Style.Language)+"\n")
	return errors.Join(err, t.list.Write(t.out))
}

// countsTeller has how many there were of each client, server and minute.
type countsTeller struct {
	name   string
	out    io.Writer
	tag    lang.Tag
	asJSON bool
	all    report.Counts
}

func (t *countsTeller) add(a *diagnose.Judged) { t.all.Add(a) }
func (t *countsTeller) counts() *report.Counts { return &t.all }
func (t *countsTeller) tellsOfNothing() bool   { return !t.asJSON }

func (t *countsTeller) end(s diagnose.Stats) error {
	if t.asJSON {
		return t.all.JSON(t.out, t.name, s.Packets)
	}
	_, err := io.WriteString(t.out, t.name+": "+t.all.Summary(s).In(t.tag)+"\n")
	return errors.Join(err, t.all.Text(t.out, t.tag))
}

// writeJoined tells what two captures say.
func (f diagnoseFlags) writeJoined(out io.Writer, j *report.JoinedAttempt) error {
	switch {
	case f.counts && f.asJSON:
		return j.Counts.JSON(out, j.File, j.Stats.Packets)
	case f.asJSON:
		return j.JSON(out)
	case f.counts:
		return errors.Join(j.Heading(out), j.Counts.Text(out, j.Style.Language))
	case f.list:
		list := report.DiagnosisList{Sort: report.SortKey(f.sort), Style: j.Style}
		list.Counts.Filter = j.Counts.Filter
		for i := range j.Diagnoses {
			list.AddDiagnosis(&j.Diagnoses[i])
		}
		return errors.Join(j.Heading(out), list.Write(out))
	}
	return j.Text(out)
}
