// Package halfopen puts one timer after the other into the moments at which the other end of a connection is gone and nobody says so. What
// each did is recorded, and docs/half-open.md is made of that. A row of the table is in moment_test.go, a column in timer_test.go; when a timer must
// end a wait, and why it does not, is in bound_test.go and why_test.go, and is held against each run.
package halfopen

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/enginetest"
	"golang.org/x/sys/unix"
)

var (
	update = flag.Bool("update", false, "record every cell, and write docs/half-open.md")
	kept   = flag.String("keep", "", "keep the captures of each cell in this folder")
)

// TestMain lets more cells run at a time than there are processors, because they wait and hardly compute.
func TestMain(m *testing.M) {
	const atATime = "16"
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		if err := flag.Set("test.parallel", atATime); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// record is what is recorded: the cells by moment and timer.
type record struct {
	Go     string                     `json:"go"`
	Kernel string                     `json:"kernel"`
	Date   string                     `json:"date"`
	Cells  map[string]map[string]cell `json:"cells"`
}

const recordName = "recorded.json"

// drawingName is the file of a cell's drawing.
func drawingName(p place) string { return filepath.Join("testdata", p.String()+".txt") }

func recorded(t *testing.T) (r record) {
	t.Helper()
	text, err := os.ReadFile(recordName)
	if os.IsNotExist(err) {
		return record{}
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &r))
	return r
}

// Each timer ends the wait of a moment or does not: one of the two is said, and of no other moment.
func TestEveryCellIsSaid(t *testing.T) {
	for _, x := range timers {
		for _, m := range moments {
			_, ends := x.ends[m.name]
			_, lasts := x.lasts[m.name]
			assert.NotEqual(t, ends, lasts, "%s in %s", x.name, m.name)
		}
		assert.Len(t, moments, len(x.ends)+len(x.lasts), x.name)
	}
}

// Each timer but the last lets some wait last: the page says so.
func TestOnlyADeadlineOfTheCallEndsEveryWait(t *testing.T) {
	for i, x := range timers {
		assert.Equal(t, i == len(timers)-1, len(x.lasts) == 0, x.name)
	}
}

// sampled is how many cells are tried in each run of the tests: all at once they take some twelve seconds.
const sampled = 4

// TestHalfOpen makes some cells, drawn by a seed, with timers that are drawn, too: the formulas must hold. With -update it makes all with the
// timers of the table, and records them.
func TestHalfOpen(t *testing.T) {
	if *update {
		recordAll(t)
		return
	}
	if testing.Short() {
		t.Skip("waits in real time are not for -short")
	}
	seed := enginetest.Seed(t)
	random := rand.New(rand.NewPCG(seed, seed))
	list := places()
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	for _, p := range list[:sampled] {
		v := drawn(random)
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			c := p.run(t, v)
			assert.Empty(t, p.complaint(v, c, busy.and(c.late)), "with %+v\n%s", v, c.drawing)
		})
	}
}

// What is recorded keeps to the formulas, which may have been changed since.
func TestRecordedCellsAreByTheFormulas(t *testing.T) {
	cells := recorded(t).Cells
	for _, p := range places() {
		c, ok := cells[p.moment.name][p.timer.name]
		if !assert.True(t, ok, "%s is not recorded: run make half-open", p) {
			continue
		}
		b, ends := p.timer.ends[p.moment.name]
		if !ends {
			assert.Equal(t, "waiting", c.End, p.String())
			continue
		}
		assert.Empty(t, b.broken(recordedValues, c, strict), p.String())
	}
}

// recordAll makes every cell that -run selects, and keeps what came of it beside the others.
func recordAll(t *testing.T) {
	var mutex sync.Mutex
	made := 0
	r := recorded(t)
	if r.Kernel != kernel(t) {
		r.Cells = nil // of another kernel it says nothing of this one
	}
	r.Go, r.Kernel, r.Date = runtime.Version(), kernel(t), time.Now().UTC().Format(time.DateOnly)
	t.Run("runs", func(t *testing.T) {
		for _, p := range places() {
			t.Run(p.String(), func(t *testing.T) {
				t.Parallel()
				c := p.run(t, recordedValues)
				if !assert.Empty(t, p.complaint(recordedValues, c, strict), "where the machine was busy, record it again\n%s", c.drawing) {
					return
				}
				mutex.Lock()
				defer mutex.Unlock()
				r.keep(t, p, c)
				made++
			})
		}
	})
	require.NotZero(t, made, "no cell was made: see whether ONLY is a part of a cell's name, as keep-alive-in-frozen is one")
	text, err := json.MarshalIndent(r, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(recordName, append(text, '\n'), 0o644))
}

func (r *record) keep(t *testing.T, p place, c cell) {
	t.Helper()
	if r.Cells == nil {
		r.Cells = map[string]map[string]cell{}
	}
	if r.Cells[p.moment.name] == nil {
		r.Cells[p.moment.name] = map[string]cell{}
	}
	r.Cells[p.moment.name][p.timer.name] = c
	if slices.ContainsFunc(shown(), func(s place) bool { return s.String() == p.String() }) {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(drawingName(p), []byte(c.drawing), 0o644))
	}
}

func kernel(t *testing.T) string {
	t.Helper()
	var name unix.Utsname
	require.NoError(t, unix.Uname(&name))
	return unix.ByteSliceToString(name.Release[:])
}
