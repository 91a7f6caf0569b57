package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/watch"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// follow diagnoses a file that grows, or a pipe, and tells of each attempt when it is settled.
func (f diagnoseFlags) follow(cmd *cobra.Command, files []string, tag lang.Tag) error {
	filter, err := f.chosen.filter(cmd.Context())
	if err != nil {
		return err
	}
	filter.Since, filter.Until = f.since.at(time.Time{}), f.until.at(time.Time{})
	ctx, stop := untilSignal(cmd.Context(), 0)
	defer stop()
	in, err := (&captures{in: cmd.InOrStdin()}).open(files[0])
	if err != nil {
		return err
	}
	defer in.Close()
	s := followSession{filter: filter, out: bufio.NewWriter(cmd.OutOrStdout()), asJSON: f.asJSON, style: report.Style{Language: tag}}
	s.lines = report.NewDiagnosisJSON(s.out, files[0])
	debug.SetMemoryLimit(watch.Overhead)
	w := watch.New(watch.Options{Each: s.each, MaxTracked: f.limit})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := tick(ctx, w)
	done := make(chan error, 1)
	go func() { done <- w.Read(&growing{ctx, in}) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		select { // a file that grows ends at once; a pipe, when its writer does, which has had the signal, too
		case err = <-done:
		case <-time.After(inputEnds):
		}
	}
	if ctx.Err() != nil && errors.Is(err, wire.ErrTruncated) { // its writer was in the middle of a packet
		err = nil
	}
	cancel()
	<-ended
	stats := w.Close()
	if !f.asJSON && err == nil {
		end := lang.Text{English: "%s: %d packets; failures: %d; not failed: %d\n", Korean: "%s: 패킷 %d개; 실패: %d; 실패하지 않음: %d\n"}
		fmt.Fprint(s.out, end.Format(tag, files[0], stats.Packets, s.failures, s.healthy))
	}
	if err = errors.Join(err, s.failed, s.out.Flush()); err == nil && f.fails && s.told > 0 {
		return errFound
	}
	return err
}

// growing is a file whose end is not the end: more may be written to it until ctx ends. The end of a pipe is one.
type growing struct {
	ctx context.Context
	in  io.Reader
}

// lookAgain is how long a file that grows is left alone after its end was met.
const lookAgain = 100 * time.Millisecond

// Read implements [io.Reader].
func (g *growing) Read(p []byte) (int, error) {
	for {
		n, err := g.in.Read(p)
		if n > 0 || err != io.EOF || !g.grows() {
			return n, err
		}
		select {
		case <-g.ctx.Done():
			return g.in.Read(p) // what was written meanwhile, and then the end
		case <-time.After(lookAgain):
		}
	}
}

func (g *growing) grows() bool {
	f, ok := g.in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

// followSession is one call of "diagnose --follow".
type followSession struct {
	filter diagnose.Filter
	out    *bufio.Writer
	asJSON bool
	style  report.Style
	lines  *report.DiagnosisJSON

	failures, healthy int
	told              int // that failed or, where verdicts are asked for, that have one of these
	failed            error
}

func (s *followSession) each(a *diagnose.Judged, _ *watch.CutOut) {
	if !s.filter.InScope(a.Client(), a.Server(), a.First()) {
		return
	}
	if a.Failed() {
		s.failures++
	} else {
		s.healthy++
	}
	if !s.filter.WantsVerdict(a.Verdict, a.Ending) {
		return
	}
	if a.Failed() || s.filter.Verdicts != nil {
		s.told++
	}
	var err error
	switch d := a.Diagnosis(); {
	case s.asJSON:
		err = s.lines.Write(&d)
	case a.Failed():
		err = s.style.WriteDiagnosis(s.out, &d)
	default:
		return
	}
	s.failed = errors.Join(s.failed, err, s.out.Flush())
}
