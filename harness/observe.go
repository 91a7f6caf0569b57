package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// observe lets the client act while the fault holds, and holds everything that was seen against what was wanted.
func (r *run) observe(ctx context.Context, a act) error {
	before, err := r.readCounters(ctx)
	if err != nil {
		return err
	}
	// A client may have returned while a socket of its own is still being closed, and one more SYN leave after the
	// captures have ended. So the counters are read on both sides of that end, and what was captured lies between.
	var least, most map[string]lab.Counters
	err = r.recorded(ctx, a, a.prefix(), func(traces []wire.Trace) bool { return len(r.wireMismatches(a, traces)) == 0 },
		func() (err error) {
			least, err = r.readCounters(ctx)
			return err
		})
	if err != nil {
		return err
	}
	if most, err = r.readCounters(ctx); err != nil {
		return err
	}
	grown := increases(before, least)
	if a.check == "" {
		r.report.Client, r.report.Counters = *r.current.Client, grown
		defer r.diagnose(a) // after what it may explain
	}
	if a.free {
		return nil
	}
	r.checkClient(a)
	r.report.Mismatches = append(r.report.Mismatches, r.wireMismatches(a, r.current.Traces)...)
	r.checkSources(a)
	r.checkCounters(a, grown, increases(before, most))
	return nil
}

// recorded lets the client make an attempt with captures running at every vantage point, and keeps both in the phase.
// The captures go on until they are complete, or for a grace when they never are; atEnd is called just before they are
// ended.
func (r *run) recorded(ctx context.Context, a act, prefix string, complete func([]wire.Trace) bool, atEnd func() error) error {
	r.began = time.Now()
	captures, err := record(ctx, r.bench, destination{dir: r.report.Artifacts, prefix: prefix})
	if err != nil {
		return err
	}
	outcome, err := r.attempt(ctx, a)
	if errors.Is(err, lab.ErrUnsupported) {
		err = &skipError{err}
	}
	if err != nil {
		return errors.Join(err, captures.stop(ctx))
	}
	r.current.Client = &outcome
	grace, cancel := context.WithTimeout(ctx, settlingGrace)
	defer cancel()
	captures.until(grace, complete)
	if err := errors.Join(atEnd(), captures.stop(ctx)); err != nil {
		return err
	}
	r.current.Traces = captures.traces()
	return r.keepAttachments(prefix, outcome.Attachments)
}

func (r *run) attempt(ctx context.Context, a act) (lab.Outcome, error) {
	client, err := r.bench.Host(lab.ClientHost)
	if err != nil {
		return lab.Outcome{}, err
	}
	call := lab.Call{Host: client, Target: r.bench.TargetAt(a.target), Also: a.further(r.bench), Timeout: a.timeout}
	if lab.AsksByName(r.report.Scenario.Client) {
		call.Name = lab.ServiceName
	}
	outcome, err := a.client.Do(ctx, call)
	if outcome.Ended.IsZero() {
		outcome.Ended = time.Now().UTC()
	}
	return outcome, err
}

// keepAttachments writes the client's files beside the captures, and forgets their contents.
func (r *run) keepAttachments(prefix string, files map[string][]byte) error {
	for name, contents := range files {
		files[name] = nil
		if r.report.Artifacts == "" {
			continue
		}
		write := func(w io.Writer) error {
			_, err := w.Write(contents)
			return err
		}
		if err := safefile.WriteIn(r.report.Artifacts, prefix+name, write); err != nil {
			return &ArtifactError{err}
		}
	}
	return nil
}

// mustWork lets the client make an attempt that must succeed, and be seen to at every vantage point on the way.
func (r *run) mustWork(ctx context.Context, a act, prefix, otherwise string) error {
	a.timeout = a.patience
	a.also = nil // the first address must work by itself: another one would hide that it does not
	err := r.recorded(ctx, a, prefix+a.prefix(), func(traces []wire.Trace) bool {
		return r.notEstablished(a, traces) == nil && r.notAnswered(a, traces) == nil && !slices.ContainsFunc(traces, func(t wire.Trace) bool { return !a.ended(t) })
	}, func() error { return nil })
	if err != nil {
		return err
	}
	o := r.current.Client
	if a.free && r.current.Name == Baseline && !o.OK() {
		return &skipError{fmt.Errorf("%s does not get through this lab, before anything is broken: %s", o.Program, o.Error)}
	}
	if !o.OK() {
		r.mismatch("client", fmt.Sprintf("%s: the client failed: %s", otherwise, o.Error), "")
		r.report.clocks++ // or a proxy's, a resolver's
		return nil
	}
	m := r.notAnswered(a, r.current.Traces)
	if m == nil {
		m = r.notEstablished(a, r.current.Traces)
	}
	if m != nil {
		r.mismatch(m.At, otherwise+": "+m.Reason, m.Detail)
	}
	return nil
}

// notEstablished returns the first difference, of the vantage points on the way, from what works.
func (r *run) notEstablished(a act, traces []wire.Trace) *Mismatch {
	if a.protocol == lab.Datagrams {
		return r.noExchange(a, traces)
	}
	if len(a.ports) > 1 {
		for _, port := range a.ports {
			if m := r.notEstablished(a.at(port), traces); m != nil {
				return m
			}
		}
		return nil
	}
	want, checked := a.works()
	if !checked {
		return nil
	}
	if a.protocol == lab.TCP && len(r.bench.Topology.EndsOf(lab.Line)) > 0 {
		want = establishedOverLine
	}
	way := a.way(r.bench.Topology)
	for _, t := range traces {
		if !slices.Contains(way, t.Point) {
			continue
		}
		if m := r.checker.wireAt(a.flowsIn(t), expected{want}); m != nil {
			return r.wireMismatch(a, t.Point, m, traces)
		}
	}
	return nil
}

// noExchange returns the first vantage point on the way that has not seen datagrams go to the service and come back.
func (r *run) noExchange(a act, traces []wire.Trace) *Mismatch {
	way := a.way(r.bench.Topology)
	for _, t := range traces {
		if missing := a.datagramsMissing(t); missing != "" && slices.Contains(way, t.Point) {
			return &Mismatch{Phase: r.current.Name, At: "wire at " + t.Point, Reason: missing}
		}
	}
	return nil
}

// readCounters reads the counters of every host that is on.
func (r *run) readCounters(ctx context.Context) (map[string]lab.Counters, error) {
	all := map[string]lab.Counters{}
	var mutex sync.Mutex
	err := r.bench.Topology.EachHost(func(host string) error {
		counters := lab.Counters{}
		err := r.bench.Query(ctx, host, agent.CountersVerb(), &counters)
		if errors.Is(err, lab.ErrHostStopped) {
			return nil
		}
		mutex.Lock()
		defer mutex.Unlock()
		all[host] = counters
		return err
	})
	return all, err
}

// increases returns by how much each counter has grown. A counter that was not there before is taken to have been 0.
func increases(before, after map[string]lab.Counters) map[string]lab.Counters {
	grown := map[string]lab.Counters{}
	for host, counters := range after {
		grown[host] = lab.Counters{}
		for name, value := range counters {
			if value > before[host][name] {
				grown[host][name] = value - before[host][name]
			}
		}
	}
	return grown
}

func (r *run) mismatch(at, reason, detail string) {
	if r.current.Check != "" {
		at = r.current.Check + ": " + at
	}
	r.report.Mismatches = append(r.report.Mismatches, Mismatch{Phase: r.current.Name, At: at, Reason: reason, Detail: detail})
}

// wireMismatches holds each vantage point's trace against what was wanted there, of the attempts at each address of the service.
func (r *run) wireMismatches(a act, traces []wire.Trace) []Mismatch {
	if a.free {
		return nil
	}
	var list []Mismatch
	for _, to := range a.addressed(r.bench) {
		for _, t := range traces {
			if m := r.wireMismatchAt(to, t); m != nil {
				list = append(list, *r.wireMismatch(to, t.Point, m, traces))
			}
		}
	}
	return append(list, r.lookupMismatches(a, traces)...)
}

func (r *run) wireMismatchAt(a act, t wire.Trace) *signature.Difference {
	text, ok := a.want.Wire[t.Point]
	if !ok {
		return nil
	}
	wants, err := expectations(text, circumstances{topology: r.bench.Topology, family: a.familyOr(r.options.Family), schedule: r.report.Schedule,
		patience: a.patienceAt(r.current.Client.Elapsed), waited: r.current.Client.Elapsed, tolerance: r.tolerance()})
	if err != nil { // Validate has parsed it for circumstances that differ only in the number of lines
		panic(err)
	}
	return r.checker.wireAt(a.flowsIn(t), wants...)
}
