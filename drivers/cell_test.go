package drivers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/labtest"
	"golang.org/x/sys/unix"
)

// cell is what one driver did in one failure, in one run.
type cell struct {
	// End is how the call ended: "ok", "error", or "waiting" at the limit.
	End string `json:"end"`
	// Seconds is after how long; at the limit it is the limit.
	Seconds float64 `json:"seconds"`
	// Error is the error's text, without port numbers of this run.
	Error string `json:"error,omitempty"`
	// Is are the well-known errors that the error unwraps to (errors.Is), and "exit N" for a program.
	Is []string `json:"is,omitempty"`
	// Connections and SYNs are the new connections that the call tried, and the SYNs that it sent for them, retransmissions too.
	Connections int `json:"connections"`
	SYNs        int `json:"syns"`
	// Executed is how often the server has executed the one request, once all is healed.
	Executed int `json:"executed"`
	// Sockets are the states of the client's sockets when the call has ended, without those in TIME-WAIT, which are the kernel's alone.
	Sockets []string `json:"sockets,omitempty"`
	// Recovers says that a later call succeeds within the limit after the heal; Failed is how many calls fail before it, and
	// RecoversAfter how many seconds pass.
	Recovers      bool    `json:"recovers"`
	Failed        int     `json:"failed"`
	RecoversAfter float64 `json:"recovers_after"`
	// Goroutines are how many of the driver's are left when it has been closed.
	Goroutines int `json:"goroutines"`

	drawing string
}

// run makes one cell.
func run(t *testing.T, d driver, f failure) (c cell) {
	t.Helper()
	l := labtest.Open(t, labtest.Named(t, f.scenario)[0])
	server, executed := d.server.serve()
	l.Serve(server)
	require.NoError(t, d.server.prepare(t.Context(), l))
	l.Patience(limit)
	keepSockets := keeping(t, l)
	label := strings.ReplaceAll(t.Name(), " ", "_")
	// Each goroutine of the driver inherits the label, and none of the lab's.
	labelled := func(ctx context.Context, do func(context.Context)) { pprof.Do(ctx, pprof.Labels("cell", label), do) }
	var client client
	labelled(t.Context(), func(context.Context) { client = d.open(l) })
	request := func(id string, slow bool) labtest.Effect {
		return l.Expect(func(ctx context.Context) (err error) {
			labelled(ctx, func(ctx context.Context) { err = client.call(ctx, id, slow) })
			return err
		})
	}
	if f.pooled && d.pools() {
		require.NoError(t, request("first", false).Err)
	}
	f.inject(l, d)
	others := ending(l)
	c = called(request("counted", f.slow), l)
	c.Sockets = left(l, others)
	keepSockets()
	if f.midway && c.End == "ok" {
		t.Skip("this machine is too busy: the call had its answer before the failure was there")
	}
	if f.holds() {
		l.Heal()
	}
	c.recover(l, request)
	within(closing, client.close)
	c.Goroutines = goroutines(label)
	c.Executed = settled(t, l, executed)
	return c
}

// keeping lets the captures of each call stay where -keep says. sockets writes down, beside them, what ss says of the client's sockets: by these a
// cell can be checked with the programs of others.
func keeping(t *testing.T, l *labtest.Lab) (sockets func()) {
	t.Helper()
	if *kept == "" {
		return func() {}
	}
	dir := filepath.Join(*kept, path.Base(t.Name()))
	require.NoError(t, os.MkdirAll(dir, 0o755))
	l.KeepCaptures(dir)
	ss := l.Program("sh", "-c", `exec ss -tin >"$0"`, filepath.Join(dir, "ss.txt"))
	return func() { require.NoError(t, ss(t.Context())) }
}

// closing is how long a driver may take to close.
const closing = 5 * time.Second

// within waits for no longer: pgxpool waits for a connection that is dead, as long as the kernel does.
func within(limit time.Duration, do func()) {
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(limit):
	}
}

// called is the part of a cell that is the call.
func called(seen labtest.Effect, l *labtest.Lab) cell {
	c := cell{End: "ok", Seconds: rounded(seen.Elapsed), Connections: seen.Connections, SYNs: seen.SYNs, drawing: l.Drawing(seen)}
	switch {
	case seen.Hung:
		c.End, c.Seconds = "waiting", limit.Seconds()
	case seen.Err != nil:
		c.End, c.Error, c.Is = "error", words(seen.Err), known(seen.Err)
	}
	return c
}

// ending are the ports of the client's sockets that are being closed already: the lab's own, with which it has proved the failure.
func ending(l *labtest.Lab) (ports []uint16) {
	for _, s := range l.Sockets() {
		if s.State != "ESTAB" {
			ports = append(ports, s.Local.Port())
		}
	}
	return ports
}

// left are the states of the client's sockets, without some.
func left(l *labtest.Lab, without []uint16) (states []string) {
	for _, s := range l.Sockets() {
		if s.State != "TIME-WAIT" && !slices.Contains(without, s.Local.Port()) {
			states = append(states, s.State)
		}
	}
	slices.Sort(states)
	return states
}

// recover calls until a call succeeds.
func (c *cell) recover(l *labtest.Lab, request func(id string, slow bool) labtest.Effect) {
	for start := time.Now(); time.Since(start) < limit; c.Failed++ {
		l.Patience(limit - time.Since(start))
		if request("later"+strconv.Itoa(c.Failed), false).Err == nil {
			c.Recovers, c.RecoversAfter = true, rounded(time.Since(start))
			return
		}
		time.Sleep(100 * time.Millisecond) // without a pause it would be a retry storm
	}
}

// settled is how often the request has been executed when nothing of it is on its way any more: a socket that has been closed still sends
// what it has, for as long as the kernel tries.
func settled(t *testing.T, l *labtest.Lab, executed func(context.Context, *labtest.Lab, string) (int, error)) int {
	t.Helper()
	unsent := func(s lab.Socket) bool { return s.Unsent > 0 }
	for start := time.Now(); time.Since(start) < limit && slices.ContainsFunc(l.Sockets(), unsent); {
		time.Sleep(200 * time.Millisecond) // the kernel tells nobody that a send queue is empty
	}
	time.Sleep(slowly) // the server may be at work, of which no packet tells
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	n, err := executed(ctx, l, "counted")
	require.NoError(t, err)
	return n
}

// goroutines counts those with a label, once they have had a second to end.
func goroutines(label string) (n int) {
	count := regexp.MustCompile(`(?m)^(\d+) @.*\n# labels: .*"cell":` + regexp.QuoteMeta(strconv.Quote(label)))
	for start := time.Now(); time.Since(start) < time.Second; time.Sleep(50 * time.Millisecond) { // the end of a goroutine is no event
		var profile strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&profile, 1) // a Builder takes everything
		n = 0
		for _, m := range count.FindAllStringSubmatch(profile.String(), -1) {
			k, _ := strconv.Atoi(m[1]) // digits
			n += k
		}
		if n == 0 {
			return 0
		}
	}
	return n
}

// wellKnown are the errors that a program may ask for by errors.Is.
var wellKnown = map[string]error{
	"context.DeadlineExceeded": context.DeadlineExceeded, "os.ErrDeadlineExceeded": os.ErrDeadlineExceeded,
	"io.EOF": io.EOF, "io.ErrUnexpectedEOF": io.ErrUnexpectedEOF, "net.ErrClosed": net.ErrClosed,
}

// known are the well-known errors that an error unwraps to.
func known(err error) (list []string) {
	for _, name := range slices.Sorted(maps.Keys(wellKnown)) {
		if errors.Is(err, wellKnown[name]) {
			list = append(list, name)
		}
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		list = append(list, unix.ErrnoName(errno))
	}
	if exit, ok := errors.AsType[*lab.ExitError](err); ok {
		list = append(list, fmt.Sprintf("exit %d", exit.Code))
	}
	return list
}

// words is an error's text on one line, without what differs from run to run.
func words(err error) string {
	text := regexp.MustCompile(`198\.51\.100\.10:\d+`).ReplaceAllString(err.Error(), "198.51.100.10:PORT")
	return strings.Join(strings.Fields(text), " ")
}

// rounded is in seconds, to a tenth.
func rounded(d time.Duration) float64 { return d.Round(100 * time.Millisecond).Seconds() }
