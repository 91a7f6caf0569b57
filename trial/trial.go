// Package trial puts somebody's own program into a failure, and judges the program: does it end in time, does it give up too
// early, does it come back once the failure has healed?
package trial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// Options are the choices of a trial.
type Options struct {
	// Family is that of the addresses.
	Family lab.Family
	Demand Demand
	// Service is somebody's own server (its field Own), where that is asked; the zero value stands for the lab's.
	Service lab.Service
	// When is the moment at which it breaks, in the work of the command.
	When lab.When
	// Signal says when it breaks, where When is [lab.Signalled].
	Signal <-chan time.Time
	// HealAfter is how long the failure lasts, whatever the command does meanwhile; 0: until the command has ended.
	HealAfter time.Duration
	// Artifacts is the folder for the captures; it exists. Empty: none are kept.
	Artifacts string
	// Progress is told of each phase as it begins.
	Progress func(harness.PhaseName)
	// Waiting is called when there is nothing to do but to wait for the command: it has taken longer, while the failure holds, than while
	// nothing was broken. What it returns is called when that is over. It may be nil.
	Waiting func() (over func())
}

// TrialResult is what a trial has shown.
type TrialResult struct {
	// Scenario is the name of the failure.
	Scenario string `json:"scenario"`
	// Engine is what built the lab: "netns" or "docker".
	Engine string `json:"engine"`
	// Family is 4 for IPv4, 6 for IPv6.
	Family int `json:"family"`
	// Skipped is why there was no trial; empty where there was one.
	Skipped string `json:"skipped,omitempty"`
	// Healthy, Broken and Healed are the command's attempts; nil where the trial did not get that far.
	Healthy *Act `json:"healthy,omitempty"`
	Broken  *Act `json:"broken,omitempty"`
	Healed  *Act `json:"healed,omitempty"`
	// ClientVerdict is on the client, and Sentence says why.
	Verdict  ClientVerdict `json:"verdict"`
	Sentence string        `json:"sentence"`
	// ClientMoment says when it broke, where that was to be in the work of the command.
	Moment *ClientMoment `json:"moment,omitempty"`
	// Server is what somebody's own server has printed last.
	Server string `json:"server,omitempty"`

	// Topology is the lab, and Target the host that is asked in it, for a drawing of what was captured.
	Topology lab.Topology `json:"-"`
	Target   string       `json:"-"`

	words lang.Text // Sentence, or Skipped, in each language; empty where that is an error's
}

// leastPatience is that with a command while nothing is broken: it may be the machine that is slow then.
const leastPatience = 30 * time.Second

// Run puts a command into a scenario's failure: it runs while the lab is healthy, while it is broken, and once it is healed. The
// error is for a trial that could not be made.
func Run(ctx context.Context, e lab.Engine, s harness.Scenario, c Program, o Options) (result *TrialResult, err error) {
	defer harness.Attend()()
	result = &TrialResult{Scenario: s.Name, Engine: e.Name(), Family: int(o.Family)}
	o.Progress(harness.Up)
	standing, err := o.Open(ctx, e, s)
	if errors.Is(err, lab.ErrUnsupported) {
		result.Skipped, result.Verdict = err.Error(), Skipped
		return result, nil
	}
	if result.untried(err) {
		return result, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, standing.Close(context.WithoutCancel(ctx))) }()
	result.Topology, result.Target = standing.Topology(), cmp.Or(s.Target, lab.ServerHost)
	t := &trial{standing: standing, command: c, options: o, result: result}
	if err := t.phases(ctx); errors.Is(err, lab.ErrUnsupported) && result.Healthy != nil {
		result.Skipped, result.Verdict = err.Error(), Skipped
		return result, nil
	} else if result.untried(err) {
		return result, nil
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	var died string
	if result.Server, died = standing.ServerOutput(); died != "" {
		return nil, fmt.Errorf("%s: %w", s.Name, &lab.ServerError{Server: o.Service.Own.String(), Reason: died, Output: result.Server})
	}
	if reason := result.Moment.missed(); reason.English != "" {
		result.Skipped, result.words, result.Verdict = reason.English, reason, Skipped
		return result, nil
	}
	result.Verdict, result.words = o.demandIn(s).judge(result, Succeeds(s) && !o.Service.UDP())
	result.Sentence = result.words.English
	return result, nil
}

// untried notes that the lab did not do its part: that says nothing about the client, and nothing about other labs.
func (r *TrialResult) untried(err error) bool {
	failed, ok := errors.AsType[*harness.MismatchError](err)
	if ok {
		r.Verdict, r.words = Untried, lang.Text{English: "the lab did not do its part: %s", Korean: "랩이 제 역할을 하지 못했다: %s"}.With(failed)
		r.Sentence = r.words.English
	}
	return ok
}

// Open builds the lab.
func (o Options) Open(ctx context.Context, e lab.Engine, s harness.Scenario) (*harness.Standing, error) {
	if o.Service.Own == nil {
		return harness.Open(ctx, e, s, o.Family)
	}
	return harness.OpenServed(ctx, e, s, o.Family, o.Service)
}

// trial is a trial while it goes on.
type trial struct {
	standing *harness.Standing
	command  Program
	options  Options
	result   *TrialResult
}

func (t *trial) phases(ctx context.Context) (err error) {
	d := t.options.Demand
	patience := max(d.Within, leastPatience)
	if t.result.Healthy, err = t.mustSucceed(ctx, harness.Baseline, patience); err != nil || !t.result.Healthy.OK() {
		return err
	}
	if err := t.observe(ctx, d.Within+t.result.Healthy.Elapsed); err != nil {
		return err
	}
	if t.standing.Broken() {
		if err := t.standing.Heal(ctx); err != nil {
			return err
		}
	}
	t.result.Healed, err = t.mustSucceed(ctx, harness.Heal, patience)
	return err
}

// act lets the command run once, with captures at every vantage point. What is to be done meanwhile ends when its context does.
func (t *trial) act(ctx context.Context, phase harness.PhaseName, limit time.Duration, meanwhile func(context.Context, *harness.LiveCapture) error) (*Act, error) {
	t.options.Progress(phase)
	capture, err := t.standing.Capture(ctx, t.options.Artifacts, fmt.Sprintf("%s-", phase))
	if err != nil {
		return nil, err
	}
	stop := besides(ctx, func(ctx context.Context) error {
		if meanwhile == nil {
			return nil
		}
		return meanwhile(ctx, capture)
	})
	over := t.waiting(phase)
	act, err := t.command.run(ctx, t.standing, limit, t.options.Demand.Settle)
	over()
	err = errors.Join(err, stop())
	if err := errors.Join(err, capture.Stop(context.WithoutCancel(ctx))); err != nil {
		return nil, err
	}
	act.Phase, act.Traces = phase, capture.Traces()
	act.Connections, act.SYNs = Dials(capture.Traces(), t.standing.Ports()...)
	if t.standing.Service().UDP() {
		act.Datagrams = DatagramsOf(capture.Traces(), t.standing.Ports()...)
	}
	return act, nil
}

// waiting tells who wants to know when the command has nothing to do but to wait. What it returns is to be called when that has ended.
func (t *trial) waiting(phase harness.PhaseName) (ended func()) {
	if phase != harness.Observe || t.options.Waiting == nil {
		return func() {}
	}
	told := make(chan func(), 1)
	timer := time.AfterFunc(t.result.Healthy.Elapsed, func() { told <- t.options.Waiting() })
	return func() {
		if !timer.Stop() {
			(<-told)()
		}
	}
}

// Dials counts what the client's own wire shows: attempts at a connection with the ports, and the SYNs that they took.
func Dials(traces []wire.Trace, ports ...uint16) (connections, syns int) {
	for _, t := range traces {
		if t.Point != lab.ClientHost {
			continue
		}
		for _, port := range ports {
			for _, a := range t.Attempts(port) {
				if !a.HasSYN {
					continue // what is left of the phase before
				}
				connections++
				syns += synsOf(&a)
			}
		}
	}
	return connections, syns
}

func synsOf(a *wire.Attempt) (n int) {
	for i := range a.Packets {
		p := &a.Packets[i]
		if p.Kind == wire.KindTCP && a.FromClient(p) && p.TCP.Flags&(wire.SYN|wire.ACK) == wire.SYN {
			n++
		}
	}
	return n
}

// DatagramsOf counts, for each vantage point, the datagrams to and from a service on UDP ports.
func DatagramsOf(traces []wire.Trace, ports ...uint16) []wire.DatagramCount {
	var list []wire.DatagramCount
	for _, t := range traces {
		list = append(list, t.Datagrams(ports...))
	}
	return list
}
