package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
)

// progress tells how the runs are getting on: on a terminal a line for each scenario that is kept up to date, else a
// line when one has ended.
type progress struct {
	mutex sync.Mutex
	out   io.Writer
	live  bool
	lines []progressLine
	note  string // what goes on besides, in a line of its own below the others
	ended bool   // by Ctrl-C: that is the last note
	drawn int    // lines on the terminal that are ours
	width int
	tag   lang.Tag
	rows  int // how many lines may be shown; 0: all
	stop  chan struct{}
	done  sync.WaitGroup
}

type progressLine struct {
	name  string
	phase harness.PhaseName
	since time.Time
	end   string
	tag   lang.Tag
}

// progressWidth is the width that the lines need.
var progressWidth = max(lang.Columns(interruptNote.English), lang.Columns(interruptNote.Korean))

// leastRows is how many lines a window must have: how many runs there are, and a few of them.
const leastRows = 4

var interruptNote = lang.Text{English: "removing the labs (Ctrl-C once more to quit at once)", Korean: "랩을 정리하는 중이다(Ctrl-C를 한 번 더 누르면 곧바로 끝난다)"}

// waiting is the phase of a run that has not begun.
const waiting harness.PhaseName = "waiting"

// phaseWords are the phases of a run in each language.
var phaseWords = map[harness.PhaseName]lang.Text{
	waiting:          {English: string(waiting), Korean: "대기"},
	harness.Up:       {English: string(harness.Up), Korean: "준비"},
	harness.Baseline: {English: string(harness.Baseline), Korean: "정상"},
	harness.Break:    {English: string(harness.Break), Korean: "고장"},
	harness.Observe:  {English: string(harness.Observe), Korean: "관측"},
	harness.Checking: {English: string(harness.Checking), Korean: "확인"},
	harness.Heal:     {English: string(harness.Heal), Korean: "복구"},
	harness.Down:     {English: string(harness.Down), Korean: "정리"},
}

var (
	howManyEnded = lang.Text{English: "%d of %d have ended, %d are running", Korean: "%[2]d개 중 %[1]d개가 끝났고, %[3]d개가 실행 중이다"}
	longestPhase = lang.Text{English: "; the longest phase: %.1f s", Korean: "; 가장 긴 단계: %.1f초"}
	phaseSince   = lang.Text{English: "%s  %s%s  %.1f s", Korean: "%s  %s%s  %.1f초"}
)

// phaseColumns is the width of a phase's words.
const phaseColumns = 8

func newProgress(out io.Writer, list []harness.Scenario, tag lang.Tag) *progress {
	p := &progress{out: out, tag: tag, stop: make(chan struct{})}
	for _, s := range list {
		p.lines = append(p.lines, progressLine{name: fmt.Sprintf("%-*s", nameWidth(list), s.Name), phase: waiting, tag: tag})
	}
	if isTerminal(out) {
		f := fileOf(out)
		p.out = f // the lines are drawn by escape sequences, and nobody else's text is in them
		width, height, err := terminalSize(f)
		// Lines that have scrolled away, or were broken in two, cannot be redrawn. Two more are the note and the cursor's.
		p.live, p.width = err == nil && leastRows+2 <= height && progressWidth <= width, width
		if len(list)+2 > height {
			p.rows = height - 2
		}
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
	if name == harness.Baseline && !p.ended {
		p.note = "" // the labs stand: there is nothing to wait for but the scenarios
	}
}

func (p *progress) end(i int, r result) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch {
	case r.err == nil:
		p.lines[i].end = report.Status(r.report) // a name
	case errors.Is(r.err, errInterrupted):
		p.sayInterrupted() // before the first line that says so
		p.lines[i].end = endWords[endInterrupted].In(p.tag)
	default:
		p.lines[i].end = endWords[endNotRun].In(p.tag)
	}
	if !p.live {
		fmt.Fprintln(p.out, p.lines[i])
	}
}

// interrupt says what is going on after Ctrl-C.
func (p *progress) interrupt() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.sayInterrupted()
}

func (p *progress) sayInterrupted() {
	if p.ended {
		return
	}
	p.setNote(interruptNote.In(p.tag))
	p.ended = true
}

// say tells of a step that takes long, such as building an image.
func (p *progress) say(step string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.setNote(said(step).In(p.tag))
}

func (p *progress) setNote(text string) {
	if p.ended {
		return
	}
	p.note = printable(text)
	if !p.live {
		fmt.Fprintln(p.out, text)
	}
}

// draw writes all lines over those drawn before.
func (p *progress) draw() {
	var b strings.Builder
	if p.drawn > 0 {
		fmt.Fprintf(&b, "\r\x1b[%dA", p.drawn) // to the first column, from behind the "^C" that a terminal shows
	}
	lines := p.window()
	for _, l := range lines {
		fmt.Fprintf(&b, "\x1b[2K%s\n", l)
	}
	// Once there was a note its line stays, be it empty.
	if p.note != "" || p.drawn > len(lines) {
		fmt.Fprintf(&b, "\x1b[2K%s\n", upTo(p.width-1, p.note))
		p.drawn = len(lines) + 1
	} else {
		p.drawn = len(lines)
	}
	_, _ = io.WriteString(p.out, b.String()) // in one piece, so that it does not flicker
}

// upTo is the beginning of a text that takes no more columns than these.
func upTo(columns int, text string) string {
	for lang.Columns(text) > columns {
		_, last := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-last]
	}
	return text
}

// window is the lines that are shown: all, or, where the terminal is too low for that, how many have ended, and those of the
// runs that go on, as many as there is room for. It always has the same height, so that it can be drawn over.
func (p *progress) window() []string {
	var all []string
	var going []progressLine
	ended := 0
	for _, l := range p.lines {
		all = append(all, l.String())
		switch {
		case l.end != "":
			ended++
		case !l.since.IsZero():
			going = append(going, l)
		}
	}
	if p.rows == 0 {
		return all
	}
	shown := make([]string, p.rows)
	shown[0] = howManyEnded.Format(p.tag, ended, len(all), len(going))
	if len(going) == 0 {
		return shown
	}
	longest := slices.MinFunc(going, func(a, b progressLine) int { return a.since.Compare(b.since) })
	if wait := longestPhase.Format(p.tag, time.Since(longest.since).Seconds()); lang.Columns(shown[0]+wait) < p.width {
		shown[0] += wait
	}
	for i := range min(len(going), len(shown)-1) {
		shown[1+i] = going[i].String()
	}
	return shown
}

func (l progressLine) String() string {
	switch {
	case l.end != "":
		return fmt.Sprintf("%s  %s", l.name, l.end)
	case l.since.IsZero():
		return fmt.Sprintf("%s  %s", l.name, phaseWords[l.phase].In(l.tag))
	}
	words := phaseWords[l.phase].In(l.tag)
	padding := strings.Repeat(" ", max(0, phaseColumns-lang.Columns(words)))
	return phaseSince.Format(l.tag, l.name, words, padding, time.Since(l.since).Seconds())
}

// close draws the lines for the last time, and an empty one below.
func (p *progress) close() {
	close(p.stop)
	p.done.Wait()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.live {
		p.draw()
	}
	fmt.Fprintln(p.out)
}
