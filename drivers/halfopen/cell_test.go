package halfopen

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/labtest"
	"golang.org/x/sys/unix"
)

// limit is how long a wait is watched that nothing ends: several times what any timer here is set to.
const limit = 10 * second

// cell is what one timer did about one moment, in one run.
type cell struct {
	// End is how the call ended: "ok", "error", or "waiting" at the limit.
	End string `json:"end"`
	// Elapsed is after how long; at the limit it is the limit.
	Elapsed time.Duration `json:"elapsed_ns"`
	// Error is the error's text, without port numbers of this run, and Is the errno, or that it is a deadline's.
	Error string `json:"error,omitempty"`
	Is    string `json:"is,omitempty"`
	// Seen is what the packets told.
	Seen seen `json:"seen"`

	drawing string
	late    time.Duration // by how much this process was late while it waited
}

// place is a cell's in the table.
type place struct {
	moment moment
	timer  timer
}

func (p place) String() string { return slug(p.timer.name) + "-in-" + p.moment.name }

func slug(name string) string {
	return strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// places are all, in the order of the table.
func places() (list []place) {
	for _, m := range moments {
		for _, x := range timers {
			list = append(list, place{m, x})
		}
	}
	return list
}

// run makes one cell.
func (p place) run(t *testing.T, v values) cell {
	t.Helper()
	var lowered map[string]string
	if p.timer.alone && !p.moment.passes {
		lowered = v.sysctls
	}
	l := p.moment.lab(t, lowered)
	s := &server{tls: p.timer.tls}
	l.Serve(s.on())
	l.Patience(limit)
	c := p.timer.open(l, v)
	defer c.close()
	var around call
	if p.moment.used {
		require.NoError(t, l.Expect(func(ctx context.Context) error {
			err := c.call(ctx, "/", 0)
			around.answered = time.Now()
			return err
		}).Err)
	}
	p.moment.arrange(l, s)
	p.keep(t, l)
	late := lateness()
	effect := l.Expect(func(ctx context.Context) error {
		around.began = time.Now()
		return c.call(ctx, p.moment.path, p.moment.body)
	})
	wasLate := late()
	around.ended = around.began.Add(effect.Elapsed)
	around.port, around.service = c.port(), netip.MustParseAddrPort(l.Target()).Port()
	made := cell{End: "ok", Elapsed: effect.Elapsed, Seen: look(effect.Traces, around), drawing: l.Drawing(effect), late: wasLate}
	switch {
	case effect.Hung:
		made.End, made.Elapsed = "waiting", limit
	case effect.Err != nil:
		made.End, made.Error, made.Is = "error", words(effect.Err), known(effect.Err)
	}
	return made
}

// keep lets the captures of the next call stay where -keep says.
func (p place) keep(t *testing.T, l *labtest.Lab) {
	t.Helper()
	if *kept == "" {
		return
	}
	dir := filepath.Join(*kept, p.String())
	require.NoError(t, os.MkdirAll(dir, 0o755))
	l.KeepCaptures(dir)
}

// complaint is what is wrong with a cell: it is not by the formula, or the packets do not show what it is about; empty: nothing.
func (p place) complaint(v values, c cell, by slack) string {
	b, ends := p.timer.ends[p.moment.name]
	if ends {
		if complaint := b.broken(v, c, by); complaint != "" {
			return complaint
		}
		if b.none {
			return ""
		}
	}
	if !p.moment.happened(c.Seen) {
		return fmt.Sprintf("the packets do not show the moment: %+v", c.Seen)
	}
	if ends {
		return ""
	}
	reason := p.timer.lasts[p.moment.name]
	switch {
	case c.End != "waiting":
		return fmt.Sprintf("it ends with %q after %.2f s, and nothing must end it: %s", c.End, c.Elapsed.Seconds(), c.Error)
	case !reason.shown(c.Seen):
		return fmt.Sprintf("the packets do not show that %s: %+v", reason.text, c.Seen)
	}
	return ""
}

// drawn are other values than those of the table, under which the formulas must hold, too.
func drawn(random *rand.Rand) values {
	v := recordedValues
	half := func(from, to int) time.Duration { return time.Duration(from+random.IntN(to-from+1)) * second / 2 }
	whole := func() time.Duration { return time.Duration(1+random.IntN(2)) * second }
	v.deadline, v.userTimeout, v.ping, v.check = half(1, 4), half(1, 4), half(2, 3), half(1, 2)
	v.keepAlive.Idle, v.keepAlive.Interval, v.keepAlive.Count = whole(), whole(), 1+random.IntN(2)
	return v
}

// known is the errno, or that it is a deadline's.
func known(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return unix.ErrnoName(errno)
	}
	var late interface{ Timeout() bool }
	switch {
	case errors.Is(err, errUnhealthy):
		return "the check's"
	case errors.As(err, &late) && late.Timeout():
		return "a deadline's"
	}
	return "the library's"
}

// words is an error's text on one line, without what differs from run to run.
func words(err error) string {
	text := regexp.MustCompile(`198\.51\.100\.10:\d+`).ReplaceAllString(err.Error(), "198.51.100.10:PORT")
	return strings.Join(strings.Fields(text), " ")
}
