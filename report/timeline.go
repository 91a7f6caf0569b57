package report

import (
	"slices"
	"time"

	"github.com/tcplab/tcplab/lang"
)

// timeline counts attempts by time, in steps that grow with the time that the capture lasts: there are never more than mostSteps.
type timeline struct {
	unit  int // in steps
	by    map[int64]*stepCount
	first int64 // the keys in use
	last  int64
}

type stepCount struct{ attempts, failed int }

// steps are how long a step may be. Each divides the next one.
var steps = []time.Duration{10 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second, time.Minute, 10 * time.Minute,
	time.Hour, 6 * time.Hour, 24 * time.Hour, 240 * time.Hour, 2400 * time.Hour}

const mostSteps = 300

func (l *timeline) step() int64 { return int64(steps[l.unit]) }

// add counts an attempt. Where even the longest step is too short, what is too far from the first attempts is left out.
func (l *timeline) add(t time.Time, failed bool) {
	at := t.UnixNano()
	if l.by == nil {
		l.by = map[int64]*stepCount{}
		l.first, l.last = at/l.step(), at/l.step()
	}
	for max(at/l.step(), l.last)-min(at/l.step(), l.first) >= mostSteps {
		if l.unit+1 == len(steps) {
			return
		}
		l.coarsen()
	}
	key := at / l.step()
	l.first, l.last = min(l.first, key), max(l.last, key)
	n := l.by[key]
	if n == nil {
		n = new(stepCount)
		l.by[key] = n
	}
	n.attempts++
	if failed {
		n.failed++
	}
}

// coarsen goes over to the next step.
func (l *timeline) coarsen() {
	factor := int64(steps[l.unit+1] / steps[l.unit])
	l.unit++
	old := l.by
	l.by = map[int64]*stepCount{}
	for key, n := range old {
		sum := l.by[key/factor]
		if sum == nil {
			sum = new(stepCount)
			l.by[key/factor] = sum
		}
		sum.attempts += n.attempts
		sum.failed += n.failed
	}
	l.first, l.last = l.first/factor, l.last/factor
}

// bar is a step of the time line in which there were attempts.
type bar struct {
	Begin            time.Time
	Attempts, Failed int
	step             int64 // counted from the first
}

// bars are in the order of time.
func (l *timeline) bars() []bar {
	var list []bar
	for key, n := range l.by {
		list = append(list, bar{time.Unix(0, key*l.step()).UTC(), n.attempts, n.failed, key - l.first})
	}
	slices.SortFunc(list, func(a, b bar) int { return a.Begin.Compare(b.Begin) })
	return list
}

// lineView is the time line as a page draws it: so many steps wide, and 100 high.
type lineView struct {
	Width            int64
	Step, Begin, End string
	Label            string
	Bars             []barView
}

// barView is a bar: all attempts, and those that failed, from the bottom.
type barView struct {
	X                  float64
	Top, FailedTop     float64
	Height, FailHeight float64
	Title              string
}

// The proportions of a time line: a failure among thousands is seen, and a single bar is no block.
const (
	leastBar  = 6
	leastLine = 40
)

// view is nil where there is no time to draw.
func (l *timeline) view(tag lang.Tag) *lineView {
	bars := l.bars()
	if len(bars) == 0 {
		return nil
	}
	most, failing := 1, 0
	for _, b := range bars {
		most = max(most, b.Attempts)
		failing += min(b.Failed, 1)
	}
	begin, end := bars[0].Begin, bars[len(bars)-1].Begin.Add(steps[l.unit])
	v := &lineView{Width: max(leastLine, l.last-l.first+1), Step: stepText(steps[l.unit]).In(tag), Begin: utc(begin)[:22], End: utc(end)[:22]}
	v.Label = lang.Text{English: "failures by time, from %s to %s: in %d of %d steps",
		Korean: "시간에 따른 실패, %s부터 %s까지: %[4]d칸 중 %[3]d칸"}.Format(tag, v.Begin, v.End, failing, l.last-l.first+1)
	for _, b := range bars {
		all, failed := 100*float64(b.Attempts)/float64(most), 100*float64(b.Failed)/float64(most)
		all = max(all, leastBar)
		if b.Failed > 0 {
			failed = max(failed, leastBar)
		}
		v.Bars = append(v.Bars, barView{float64(b.step) + 0.05, pixels(100 - all), pixels(100 - failed), pixels(all), pixels(failed),
			lang.Text{English: "%s: %d of %d failed", Korean: "%s: %[3]d개 중 %[2]d개 실패"}.Format(tag, utc(b.Begin)[:22], b.Failed, b.Attempts)})
	}
	return v
}

// stepText is the length of a step: "10 ms", "1 min".
func stepText(d time.Duration) lang.Message {
	switch {
	case d < time.Second:
		return lang.Tell(lang.Same("%d ms"), d.Milliseconds())
	case d < time.Minute:
		return lang.Tell(lang.Text{English: "%d s", Korean: "%d초"}, int(d.Seconds()))
	case d < time.Hour:
		return lang.Tell(lang.Text{English: "%d min", Korean: "%d분"}, int(d.Minutes()))
	case d < 24*time.Hour:
		return lang.Tell(lang.Text{English: "%d h", Korean: "%d시간"}, int(d.Hours()))
	}
	return counted(int(d.Hours())/24, "day")
}
