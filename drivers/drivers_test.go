package drivers

import (
	"encoding/json"
	"flag"
	"maps"
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
	update = flag.Bool("update", false, "record every cell, and write docs/drivers.md")
	kept   = flag.String("keep", "", "keep the captures of each cell in this folder, and what ss says of the client's sockets")
)

// scratch is a folder for files that the labs of this run share; it goes with the run.
var scratch string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		var err error
		if scratch, err = os.MkdirTemp("", "tcplab-drivers"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(scratch)
		if err := os.Chmod(scratch, 0o755); err != nil { // the servers are other users
			panic(err)
		}
		return m.Run()
	}())
}

// record is what is recorded of a driver.
type record struct {
	Driver  string          `json:"driver"`
	Tuned   string          `json:"tuned,omitempty"`
	Version string          `json:"version"`
	Server  string          `json:"server"`
	Go      string          `json:"go"`
	Kernel  string          `json:"kernel"`
	Date    string          `json:"date"`
	Cells   map[string]cell `json:"cells"`
}

// file is the place of something that is recorded of a driver.
func (d driver) file(suffix string) string {
	return filepath.Join("recorded", d.slug()+suffix)
}

// recorded is what is recorded of a driver; of one that is new, nothing.
func recorded(t *testing.T, d driver) record {
	t.Helper()
	r := record{Cells: map[string]cell{}}
	text, err := os.ReadFile(d.file(".json"))
	if os.IsNotExist(err) {
		return r
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &r))
	return r
}

// TestDrivers puts some drivers into some failures, drawn by a seed, and holds what they do against what is recorded, by its kind. With
// -update it records all.
func TestDrivers(t *testing.T) {
	if *update {
		recordAll(t)
		return
	}
	if testing.Short() {
		t.Skip("drivers that wait in real time are not for -short")
	}
	for _, drawn := range sample(enginetest.Seed(t)) {
		t.Run(drawn.String(), func(t *testing.T) {
			t.Parallel()
			if missing := drawn.driver.lacks(); missing != "" {
				t.Skipf("%s is not installed here: .ci/install installs it", missing)
			}
			want, ok := recorded(t, drawn.driver).Cells[drawn.failure.name]
			require.True(t, ok, "nothing is recorded: run make drivers")
			got := run(t, drawn.driver, drawn.failure)
			assert.Equal(t, drawn.driver.kind(want), drawn.driver.kind(got), "it is another than was recorded: run make drivers, and look at what has changed\n%s", got.drawing)
		})
	}
}

// sampled is how many cells are tried in each run of the tests: all at once they wait for less than a minute.
const sampled = 5

// place is a cell's in the table.
type place struct {
	driver  driver
	failure failure
}

func (p place) String() string { return p.driver.slug() + "-in-" + p.failure.name }

// places are all, failure by failure: a server that takes seconds to start is not started by all who run at once.
func places() (list []place) {
	for _, f := range failures {
		for _, d := range drivers {
			if f.meets(d) {
				list = append(list, place{d, f})
			}
		}
	}
	return list
}

// races says that the cell depends on the moment in which a call comes: whether it or a heartbeat meets the RST, and whether it disturbs a driver
// that is just connecting anew by itself.
func (p place) races() bool {
	return p.driver.heartbeats && (p.failure.name == "nat-resets" || p.driver.background && p.failure.name == "dark-while-idle")
}

func sample(seed uint64) []place {
	list := slices.DeleteFunc(places(), place.races)
	rand.New(rand.NewPCG(seed, seed)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:sampled]
}

// kind is a cell without its clocks, and without what depends on which of two system calls hears of a RST first, or which of two timers of
// the same length.
type kind struct {
	// End is "waiting" for what ends nearly at the limit, too: the four hundred connections of go-redis with Sentinel take 34 s, or a little more.
	End string
	Is  []string
	// Executed is 1 where it is less: whether a server still does what its client has given up is a race at the server.
	Executed    int
	Connections string
	Recovers    bool
}

func (d driver) kind(c cell) kind {
	k := kind{End: c.End, Executed: max(c.Executed, 1), Recovers: c.Recovers, Connections: "several"}
	switch {
	case d.background:
		k.Connections = ""
	case c.Connections < 2:
		k.Connections = []string{"none", "one"}[c.Connections]
	}
	if c.End == "error" && c.Seconds > limit.Seconds()-3 {
		k.End, c.Is = "waiting", nil
	}
	for _, is := range c.Is {
		switch is {
		case "EPIPE":
			is = "ECONNRESET"
		case "os.ErrDeadlineExceeded":
			is = "context.DeadlineExceeded"
		}
		k.Is = append(k.Is, is)
	}
	k.Is = slices.Compact(k.Is)
	return k
}

// recordAll makes every cell that -run selects, and keeps what came of it beside the others.
func recordAll(t *testing.T) {
	var mutex sync.Mutex
	made := map[string]map[string]cell{}
	t.Run("runs", func(t *testing.T) {
		for _, p := range places() {
			t.Run(p.String(), func(t *testing.T) {
				t.Parallel()
				if missing := p.driver.lacks(); missing != "" {
					t.Skipf("%s is not installed here: .ci/install installs it", missing)
				}
				c := run(t, p.driver, p.failure)
				mutex.Lock()
				defer mutex.Unlock()
				if made[p.driver.key()] == nil {
					made[p.driver.key()] = map[string]cell{}
				}
				made[p.driver.key()][p.failure.name] = c
			})
		}
	})
	for _, d := range drivers {
		if len(made[d.key()]) > 0 {
			d.keep(t, made[d.key()])
		}
	}
}

// keep writes down what a driver did. A version that is another than before makes what is recorded of the other failures worthless.
func (d driver) keep(t *testing.T, made map[string]cell) {
	t.Helper()
	old := recorded(t, d)
	fresh := record{Driver: d.name, Tuned: d.tuned, Version: d.version(), Server: d.server.version(),
		Go: runtime.Version(), Kernel: kernel(t), Date: time.Now().UTC().Format(time.DateOnly), Cells: maps.Clone(made)}
	if old.Version == fresh.Version && old.Server == fresh.Server {
		for name, c := range old.Cells {
			if _, again := made[name]; !again {
				fresh.Cells[name] = c
			}
		}
	}
	text, err := json.MarshalIndent(fresh, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.file(".json"), append(text, '\n'), 0o644))
	for name, c := range made {
		if drawn(d.key(), name) {
			require.NoError(t, os.WriteFile(d.file("-"+name+".txt"), []byte(c.drawing), 0o644))
		}
	}
}

func kernel(t *testing.T) string {
	t.Helper()
	var name unix.Utsname
	require.NoError(t, unix.Uname(&name))
	return unix.ByteSliceToString(name.Release[:])
}
