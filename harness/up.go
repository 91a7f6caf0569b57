package harness

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/signature"
)

// up builds the lab, reads what its schedules depend on, and starts the service.
func (r *run) up(ctx context.Context) error {
	built, err := r.engine.Build(ctx, r.bench.Topology)
	if errors.Is(err, lab.ErrUnsupported) {
		return &skipError{err}
	}
	if err != nil {
		return err
	}
	r.bench.Lab = built
	if err := r.readSysctls(ctx); err != nil {
		return err
	}
	initial := time.Duration(float64(signature.InitialRTO) / r.report.Speed)
	if err := r.readResolver(ctx); err != nil {
		return err
	}
	if r.report.Schedule, err = signature.SYNSchedule(r.report.Sysctls[lab.ClientHost], initial); err != nil {
		return err
	}
	r.checker.options.Schedule = r.report.Schedule.Gaps
	start := r.bench.StartService
	if r.bench.Service.UDP() {
		start = r.bench.StartStandIn
	}
	if err := start(ctx); err != nil {
		return err
	}
	return r.installFixtures(ctx)
}

// replaceStandIn starts somebody's own server on UDP ports, once the lab has proven the way to it.
func (r *run) replaceStandIn(ctx context.Context) error {
	if err := r.bench.EndStandIn(ctx); err != nil {
		return err
	}
	return r.bench.StartService(ctx)
}

func (r *run) installFixtures(ctx context.Context) error {
	for _, f := range r.report.Scenario.Fixtures {
		err := f.Install(ctx, r.bench)
		if errors.Is(err, lab.ErrUnsupported) {
			return &skipError{err}
		}
		if err != nil {
			return fmt.Errorf("install the %s: %w", f, err)
		}
		text := lang.WordsOf(f)
		if d, ok := f.(Describer); ok {
			text = d.Describe(r.bench)
		}
		r.report.Fixtures = append(r.report.Fixtures, text)
	}
	return nil
}

func (r *run) readSysctls(ctx context.Context) error {
	const release = "kernel.osrelease"
	var mutex sync.Mutex
	return r.bench.Topology.EachHost(func(host string) error {
		keys := []string{release}
		for _, s := range r.bench.Topology.SysctlsOf(host) {
			keys = append(keys, s.Key)
		}
		values := map[string]string{}
		if err := r.bench.Query(ctx, host, agent.SysctlVerb(keys...), &values); err != nil {
			return err
		}
		mutex.Lock()
		defer mutex.Unlock()
		if host == lab.ClientHost {
			r.report.Kernel = values[release]
		}
		delete(values, release)
		r.report.Sysctls[host] = values
		return nil
	})
}
