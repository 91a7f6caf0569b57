package tcplab_test

// These tests prove that a scenario cannot pass for the wrong reason: with the fault left out, with a lab that does
// not work, with another scenario's fault, with a single expectation changed, the run must fail, and say why.

import (
	"cmp"
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
)

// wrongReasonSpeed is that of these tests, where time can be compressed: they are about which packets are seen where,
// and less about when.
const wrongReasonSpeed = 20

// failing are the scenarios that break something.
func failing() []harness.Scenario {
	return slices.DeleteFunc(brief(), func(s harness.Scenario) bool { return s.Fault == harness.NoFault{} })
}

// brief are the scenarios that do not take minutes.
func brief() []harness.Scenario {
	return slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool { return s.Long })
}

func named(t *testing.T, name string) harness.Scenario {
	t.Helper()
	s, err := scenarios.Named(name)
	require.NoError(t, err)
	return s
}

// reasons are the mismatches, one line each: "observe: wire at server, packet 1: ...".
func reasons(r *harness.Report) string {
	var lines []string
	for _, m := range r.Mismatches {
		lines = append(lines, string(m.Phase)+": "+m.At+": "+m.Reason)
	}
	return strings.Join(lines, "\n")
}

// lazy is a fault of which Inject has been left out.
type lazy struct{ harness.Fault }

func (lazy) Inject(context.Context, *harness.Bench) error { return nil }
func (lazy) Heal(context.Context, *harness.Bench) error   { return nil }

func TestAFaultThatWasNotInjectedIsNoticed(t *testing.T) {
	t.Parallel()
	e := compressed(t, engineNamed(t, "netns"), wrongReasonSpeed)
	runs := pool{slots: slotsOf(e)}
	defer runs.wait()
	for _, s := range failing() {
		runs.run(t, s.Name, func(t *testing.T) {
			s.Fault = lazy{s.Fault}
			r := runScenario(t, e, s, harness.Options{})
			assert.False(t, r.Match())
			assert.Contains(t, reasons(r), "break: fault: the fault ("+s.Fault.String()+") did not take hold")
			assert.Nil(t, r.Phase(harness.Observe), "what is not broken must not be observed")
		})
	}
}

// blind is a fault that was not injected and says that it was.
type blind struct{ lazy }

func (blind) Verify(context.Context, *harness.Bench) error { return nil }

func TestAFaultThatWasNotInjectedCannotMatch(t *testing.T) {
	t.Parallel()
	e := compressed(t, engineNamed(t, "netns"), wrongReasonSpeed)
	runs := pool{slots: slotsOf(e)}
	defer runs.wait()
	for _, s := range failing() {
		runs.run(t, s.Name, func(t *testing.T) {
			want := s.Want.Client.In(harness.IPv4).String()
			s.Fault = blind{lazy{s.Fault}}
			r := runScenario(t, e, s, harness.Options{})
			if s.Want.Client.Retransmissions > 0 { // which succeeds, and sooner than it must
				assert.Contains(t, reasons(r), "observe: client: it took ")
				return
			}
			assert.Contains(t, reasons(r), "observe: client: the client must fail with "+want+", but succeeded")
		})
	}
}

// deaf is a lab whose server hears nothing of the service's clients: it does not work either where a proxy on the router
// stands between them, to which a router that forwards nothing makes no difference.
type deaf struct{}

func (deaf) String() string { return "server that hears nothing" }

func (deaf) Install(ctx context.Context, b *harness.Bench) error {
	return harness.FirewallRule{Host: "server", Rule: harness.Rule{Chain: "INPUT", Proto: "tcp", Port: harness.Port}}.Inject(ctx, b)
}

func TestALabThatDoesNotWorkProvesNothing(t *testing.T) {
	t.Parallel()
	e := compressed(t, engineNamed(t, "netns"), wrongReasonSpeed)
	runs := pool{slots: slotsOf(e)}
	defer runs.wait()
	for _, s := range brief() {
		runs.run(t, s.Name, func(t *testing.T) {
			if s.Target == "router" {
				s.Fixtures = append(slices.Clone(s.Fixtures), deaf{})
			}
			s.Topology = forwardingNothing(s.Topology)
			r := runScenario(t, e, s, harness.Options{})
			assert.False(t, r.Match())
			assert.Contains(t, reasons(r), "baseline: client: the lab does not work before anything is broken")
			assert.Nil(t, r.Phase(harness.Break), "a lab that does not work must not be broken further")
		})
	}
}

// forwardingNothing is the topology with a router that is none.
func forwardingNothing(t harness.Topology) harness.Topology {
	if t.Name == "" {
		t = harness.Routed()
	}
	t.Hosts = slices.Clone(t.Hosts)
	t.Hosts[1].Sysctls = maps.Clone(t.Hosts[1].Sysctls)
	t.Hosts[1].Sysctls["net.ipv4.ip_forward"] = "0"
	return t
}

// forgetful is a fault that is not healed.
type forgetful struct{ harness.Fault }

func (forgetful) Heal(context.Context, *harness.Bench) error { return nil }

func TestAFailureThatDoesNotEndWithItsFaultIsNoticed(t *testing.T) {
	t.Parallel()
	e := compressed(t, engineNamed(t, "netns"), wrongReasonSpeed)
	runs := pool{slots: slotsOf(e)}
	defer runs.wait()
	for _, s := range failing() {
		if s.Want.Client.Retransmissions > 0 {
			continue // a failure that passes by itself, as a SYN that is lost once
		}
		runs.run(t, s.Name, func(t *testing.T) {
			s.Fault = forgetful{s.Fault}
			r := runScenario(t, e, s, harness.Options{Timeout: 1500 * time.Millisecond})
			assert.Contains(t, reasons(r), "heal: client: the failure does not end with the fault")
		})
	}
}

// TestEveryFaultIsToldFromEveryOther gives each scenario the faults of others: of all that could be taken for its own, and of
// some that could not. "make pairs" tries each with each, which takes minutes.
func TestEveryFaultIsToldFromEveryOther(t *testing.T) {
	t.Parallel()
	e := compressed(t, engineNamed(t, "netns"), wrongReasonSpeed)
	runs := pool{slots: slotsOf(e)}
	defer runs.wait()
	list, all := faults(), os.Getenv(measure) == "1"
	for i, s := range brief() {
		for j, other := range list {
			if s.Fault == other.Fault || !all && !confusable(s, other) && (i+j)%len(list) >= sampled {
				continue
			}
			runs.run(t, s.Name+" with the fault of "+other.Name, func(t *testing.T) {
				s.Fault = other.Fault
				r := runScenario(t, e, s, harness.Options{})
				if reason := scenarios.Alike(s.Name, other.Name); reason != "" {
					assert.True(t, r.Match(), "they are told apart, and are listed as alike (%s): %s", reason, reasons(r))
					return
				}
				require.NotNil(t, r.Phase(harness.Observe), "%s", reasons(r))
				assert.False(t, r.Match())
				if s.Client == nil && other.Client == nil && s.Verdict == "no-answer" && other.Verdict == "no-answer" {
					assertOnlyTheWayDiffers(t, r, s, other)
				}
			})
		}
	}
}

// sampled is how many faults a scenario is given, beside those that could be taken for its own.
const sampled = 2

// confusable reports whether what the client feels, or what the wire shows in one word, is the same in both, or is known to
// be.
func confusable(s, other harness.Scenario) bool {
	felt := func(s harness.Scenario) harness.ClientWant {
		w := s.Want.Client
		return harness.ClientWant{Errno: w.Errno, Timeout: w.Timeout, Closed: w.Closed, Status: w.Status}
	}
	return felt(s) == felt(other) || s.Verdict == other.Verdict || scenarios.Alike(s.Name, other.Name) != ""
}

// faults has a scenario for each fault: where several break the same, one that leaves the client free.
func faults() []harness.Scenario {
	list := brief()
	slices.SortStableFunc(list, func(a, b harness.Scenario) int {
		return cmp.Compare(rank(a.Client != nil), rank(b.Client != nil))
	})
	var different []harness.Scenario
	for _, s := range list {
		if !slices.ContainsFunc(different, func(other harness.Scenario) bool { return other.Fault == s.Fault }) {
			different = append(different, s)
		}
	}
	return different
}

func rank(later bool) int {
	if later {
		return 1
	}
	return 0
}

// assertOnlyTheWayDiffers: two failures that are the same to the client differ at the vantage points behind it, and
// there alone; the run must name each of them.
func assertOnlyTheWayDiffers(t *testing.T, r *harness.Report, s, other harness.Scenario) {
	t.Helper()
	assert.NotContains(t, reasons(r), "observe: client:", "the client cannot tell these two apart")
	for point, want := range s.Want.Wire {
		if want == other.Want.Wire[point] {
			assert.NotContains(t, reasons(r), "wire at "+point+",")
		} else {
			assert.Contains(t, reasons(r), "wire at "+point+",")
		}
	}
}

func TestAChangedExpectationFails(t *testing.T) {
	t.Parallel()
	e := compressed(t, engineNamed(t, "netns"), wrongReasonSpeed)
	changed := func(name string, change func(w *harness.Want)) func(t *testing.T) string {
		return func(t *testing.T) string {
			t.Parallel()
			s := named(t, name)
			s.Want.Wire = map[string]string{"client": s.Want.Wire["client"], "server": s.Want.Wire["server"]}
			s.Want.Counters = append([]harness.CounterWant(nil), s.Want.Counters...)
			change(&s.Want)
			return reasons(runScenario(t, e, s, harness.Options{}))
		}
	}
	for name, c := range map[string]struct {
		run  func(t *testing.T) string
		want string
	}{
		"errno": {changed("closed-port", func(w *harness.Want) { w.Client.Errno = "EHOSTUNREACH" }),
			"observe: client: the client must fail with EHOSTUNREACH, but failed with ECONNREFUSED"},
		"flags": {changed("closed-port", func(w *harness.Want) { w.Wire["client"] = "+0 > S\n+any < S." }),
			"observe: wire at client, packet 2: "},
		"window": {changed("closed-port", func(w *harness.Want) { w.Wire["server"] = "+0 > S\n+any < R. win 1" }),
			"observe: wire at server, packet 2: "},
		"one packet more": {changed("closed-port", func(w *harness.Want) { w.Wire["client"] += "+any > S" }),
			"observe: wire at client, packet 3: "},
		"one packet fewer": {changed("closed-port", func(w *harness.Want) { w.Wire["client"] = "+0 > S" }),
			"observe: wire at client, packet 2: "},
		"schedule": {changed("firewall-drop", func(w *harness.Want) { w.Wire["client"] = "+0 > S\n+rto > S\n+0..0.001 > S\n+rto > S" }),
			"observe: wire at client, packet 3: "},
		"what must not appear": {changed("healthy", func(w *harness.Want) { w.Wire["server"] = "never < F*" }),
			"observe: wire at server, packet "},
		"counter": {changed("closed-port", func(w *harness.Want) { w.Counters[0].Exactly = 2 }),
			"observe: counter TcpOutRsts on the server: it grew by 1, and not by 2"},
		"time": {changed("lost-syn-once", func(w *harness.Want) { w.Client.Retransmissions = 3 }),
			"observe: client: it took 0"},
	} {
		t.Run(name, func(t *testing.T) { assert.Contains(t, c.run(t), c.want) })
	}
}
