package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/report"
)

// progress tells how the runs are getting on: on a terminal a line for each scenario that is kept up to date, else a
// line when one has ended.
type progress struct {
	mutex sync.Mutex
	out   io.Writer
	live  bool
	lines []progressLine
	drawn bool
	stop  chan struct{}
	done  sync.WaitGroup
}

type progressLine struct {
	name  string
	phase harness.PhaseName
	since time.Time
	end   string
}

func newProgress(out io.Writer, list []harness.Scenario) *progress {
	p := &progress{out: out, stop: make(chan struct{})}
	for _, s := range list {
		p.lines = append(p.lines, progressLine{name: s.Name, phase: "waiting"})
	}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		_, height, err := term.GetSize(int(f.Fd()))
		p.live = err == nil && len(list) < height // lines that have scrolled away cannot be redrawn
	}
	if p.live {
		p.done.Go(p.redraw)
	}
	return p
}

// redraw lets the seconds run on while nothing happens.
func (p *progress) redraw() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		p.mutex.Lock()
		p.draw()
		p.mutex.Unlock()
		select {
		case <-tick.C:
		case <-p.stop:
			return
		}
	}
}

func (p *progress) phase(i int, name harness.PhaseName) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.lines[i].phase, p.lines[i].since = name, time.Now()
}

func (p *progress) end(i int, r result) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.lines[i].end = "could not be run"
	if r.err == nil {
		p.lines[i].end = report.Status(r.report)
	}
	if !p.live {
		fmt.Fprintf(p.out, "%-20s  %s\n", p.lines[i].name, p.lines[i].end)
	}
}

// draw writes all lines over those drawn before.
func (p *progress) draw() {
	if p.drawn {
		fmt.Fprintf(p.out, "\x1b[%dA", len(p.lines))
	}
	p.drawn = true
	for _, l := range p.lines {
		fmt.Fprintf(p.out, "\x1b[2K%s\n", l)
	}
}

func (l progressLine) String() string {
	switch {
	case l.end != "":
		return fmt.Sprintf("%-20s  %s", l.name, l.end)
	case l.since.IsZero():
		return fmt.Sprintf("%-20s  %s", l.name, l.phase)
	}
	return fmt.Sprintf("%-20s  %-8s  %.1f s", l.name, l.phase, time.Since(l.since).Seconds())
}

// close draws the lines for the last time, and an empty one below.
func (p *progress) close() {
	close(p.stop)
	p.done.Wait()
	if p.live {
		p.draw()
	}
	fmt.Fprintln(p.out)
}
