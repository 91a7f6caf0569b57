// Package labtest puts a Go client into TCP failures, in a test: a subtest for each failure, in which the client connects from
// inside a lab of real kernels by [Lab.Dial], while the test breaks the lab and heals it. It needs neither root nor a TestMain; where
// the machine has no network namespaces, the test is skipped with the reason, and fails if TCPLAB_REQUIRE is set.
//
//	func TestClient(t *testing.T) {
//		labtest.Each(t, labtest.All(), func(t *testing.T, lab *labtest.Lab) {
//			client := open(lab.Dial, lab.Target()) // lives over the phases
//			lab.Expect(client.Ping, labtest.OK())
//			lab.Break()
//			lab.Expect(client.Ping, labtest.FailsWithin(3*time.Second), labtest.AtMost(3))
//			lab.Heal()
//			lab.RecoversWithin(client.Ping, 5*time.Second)
//		})
//	}
package labtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/trial"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/ladder"
)

// Action is one use of the client under test. It should end when ctx does; a call that does not is reported all the same.
type Action func(ctx context.Context) error

// Limit is when a call is ended that has not ended by itself, unless [Lab.Patience] says otherwise.
const Limit = 10 * time.Second

// engine is one for the whole test binary: its labs stand side by side.
var engine = netns.New()

// All are the failures in which a client that asks the service once gets no answer: those of "tcplab run --all -- COMMAND", but for
// those that a patient client survives.
func All() []harness.Scenario {
	var list []harness.Scenario
	for _, s := range scenarios.ForAnyClient() {
		if !trial.Succeeds(s) {
			list = append(list, s)
		}
	}
	return list
}

// Named are the failures with these names ("tcplab list" shows them).
func Named(t testing.TB, names ...string) []harness.Scenario {
	t.Helper()
	var list []harness.Scenario
	for _, name := range names {
		s, err := scenarios.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// Each runs a parallel subtest for each failure, in a lab of its own, which is healthy at first and has proven that.
func Each(t *testing.T, list []harness.Scenario, test func(t *testing.T, lab *Lab)) {
	t.Helper()
	for _, s := range list {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, s))
		})
	}
}

// Open builds the lab of a failure, which is removed when the test ends.
func Open(t testing.TB, s harness.Scenario) *Lab {
	t.Helper()
	standing, err := harness.Open(t.Context(), engine, s, lab.IPv4)
	if err != nil {
		refuse(t, engine, err)
	}
	l := &Lab{t: t, engine: engine, standing: standing, limit: Limit}
	t.Cleanup(harness.Attend())
	t.Cleanup(func() {
		if err := l.standing.Close(context.Background()); err != nil {
			t.Errorf("labtest: %v", err)
		}
	})
	return l
}

// refuse ends a test whose lab could not be built: skipped, where that is the machine's or the engine's fault.
func refuse(t testing.TB, e lab.Engine, err error) {
	t.Helper()
	unavailable := errors.Is(err, lab.ErrUnsupported) || e.Available(t.Context()) != nil
	if !unavailable || os.Getenv("TCPLAB_REQUIRE") != "" {
		t.Fatalf("labtest: %v", err)
	}
	t.Skipf("labtest: %v", err)
}

// Lab is the lab of one failure. Its methods fail the test where it is not as it must be.
type Lab struct {
	t        testing.TB
	engine   lab.Engine
	standing *harness.Standing
	waiting  *waiting // nil: no failure waits for its moment
	limit    time.Duration
	heals    time.Duration // how long after the beginning of the next call the failure is healed; 0: it is not
	dir      string        // the folder in which what is captured is kept; empty: nowhere
	calls    int           // how many calls are kept there
}

// Dial connects from the lab's client; it is a DialContext for net/http, database drivers and the like.
func (l *Lab) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	client, err := l.standing.Host(lab.ClientHost)
	if err != nil {
		return nil, err
	}
	return lab.DialContext(client)(ctx, network, address)
}

// Target is the address and port of the service, which speaks HTTP.
func (l *Lab) Target() string { return l.standing.Target().String() }

// Break injects the failure, and returns when it has been seen to hold.
func (l *Lab) Break() {
	l.t.Helper()
	if err := l.standing.Break(l.t.Context()); errors.Is(err, lab.ErrUnsupported) && os.Getenv("TCPLAB_REQUIRE") == "" {
		l.t.Skipf("labtest: %v", err)
	} else if err != nil {
		l.t.Fatalf("labtest: %v", err)
	}
}

// Heal undoes the failure.
func (l *Lab) Heal() {
	l.t.Helper()
	if l.waiting != nil {
		l.settle()
		if !l.standing.Broken() {
			return // it has been reported that nothing was broken
		}
	}
	if err := l.standing.Heal(l.t.Context()); err != nil {
		l.t.Fatalf("labtest: %v", err)
	}
}

// Expect makes a call and holds it against demands. It returns what was seen.
func (l *Lab) Expect(call Action, demands ...Expectation) Effect {
	l.t.Helper()
	capture, err := l.standing.Capture(l.t.Context(), l.dir, l.prefix())
	if err != nil {
		l.t.Fatalf("labtest: %v", err)
	}
	healed := l.healLater()
	began := time.Now()
	seen := do(l.t.Context(), call, l.limit)
	healed()
	if err := capture.Stop(context.WithoutCancel(l.t.Context())); err != nil {
		l.t.Fatalf("labtest: %v", err)
	}
	traces := capture.Traces()
	if seen.Hung { // what it does because it has been ended is not what it did
		for i := range traces {
			traces[i].Packets = slices.DeleteFunc(traces[i].Packets, func(p wire.Packet) bool { return p.Time.After(began.Add(seen.Elapsed)) })
		}
	}
	seen.Traces = traces
	seen.Connections, seen.SYNs = trial.Dials(traces, l.standing.Ports()...)
	if l.standing.Service().UDP() {
		seen.Datagrams = trial.DatagramsOf(traces, l.standing.Ports()...)
	}
	if seen.Connections == 0 {
		seen.hint = l.hint(context.WithoutCancel(l.t.Context()), traces)
	}
	for _, d := range demands {
		if complaint := d(seen); complaint != "" {
			l.t.Errorf("labtest: %s\n%s", complaint, l.Drawing(seen))
			break // the others would tell the same fact again
		}
	}
	return seen
}

// Drawing shows what was captured of a call: the packets as arrows, or the datagrams that each vantage point has seen.
func (l *Lab) Drawing(seen Effect) string {
	if seen.Datagrams != nil {
		var text strings.Builder
		for _, d := range seen.Datagrams {
			fmt.Fprintf(&text, "  %s\n", d)
		}
		return text.String()
	}
	way := report.LabPath(l.standing.Topology(), l.standing.Family(), lab.ClientHost, cmp.Or(l.standing.Scenario().Target, lab.ServerHost), seen.Traces, nil)
	way.Stood = true
	return report.Style{}.Ladder(ladder.New(way).Brief(mostArrows))
}

// mostArrows is how many packets of a drawing are shown.
const mostArrows = 40

// RecoversWithin repeats the call until it succeeds, which it must in that time, and returns how many calls failed on the way.
func (l *Lab) RecoversWithin(call Action, limit time.Duration) (failed int) {
	l.t.Helper()
	const between = 50 * time.Millisecond
	start := time.Now()
	allowed := func() time.Duration { return limit + harness.Late(start, time.Now()) }
	for {
		ctx, cancel := context.WithDeadline(l.t.Context(), start.Add(allowed()))
		seen := do(ctx, call, l.limit)
		cancel()
		if seen.Err == nil && time.Since(start) <= allowed() {
			return failed
		}
		failed++
		if time.Since(start)+between > allowed() {
			l.t.Errorf("labtest: it does not recover within %s: %d calls failed, the last with: %v", limit, failed, seen.Err)
			return failed
		}
		time.Sleep(between) // the next call is the only sign of whether it has recovered; without a pause it would be a retry storm
	}
}

// do makes a call, and ends it at the limit.
func do(ctx context.Context, call Action, limit time.Duration) Effect {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	start := time.Now()
	go func() { ended <- call(ctx) }()
	for _, busy := range []bool{false, true} { // at the limit, and then by how much the machine was late until then
		if busy {
			limit = harness.Late(start, time.Now())
		}
		select {
		case err := <-ended:
			return Effect{Err: err, Elapsed: time.Since(start), late: harness.Late(start, time.Now())}
		case <-ctx.Done():
		case <-time.After(limit):
		}
	}
	seen := Effect{Hung: true, Elapsed: time.Since(start), Err: errors.New("it was still waiting")}
	cancel()
	select {
	case <-ended:
	case <-time.After(grace): // it does not look at its context; the lab's end leaves it behind
	}
	return seen
}

// grace is how long a call has to end when its context has.
const grace = 2 * time.Second
