package proof

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness/harnesstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/scenarios"
)

// These tests prove that a scenario cannot pass for the wrong reason: with the fault left out, with a lab that does
// not work, with another scenario's fault, with a single expectation changed, the run must fail, and say why.

// failing are the scenarios that break something.
func failing() []harness.Scenario {
	return slices.DeleteFunc(harnesstest.Brief(), func(s harness.Scenario) bool { return s.Fault == harness.NoFault{} })
}

// each runs a subtest for each scenario, side by side, with an engine in compressed time.
func each(t *testing.T, list []harness.Scenario, do func(t *testing.T, e lab.Engine, s harness.Scenario)) {
	t.Parallel()
	e := harnesstest.Compressed(t, harnesstest.Engine(t, "netns"))
	runs := harnesstest.RunsOf(e)
	defer runs.Wait()
	for _, s := range list {
		runs.Run(t, s.Name, func(t *testing.T) { do(t, e, s) })
	}
}

// sabotaged is a run that must differ in what it is asked for. Whatever the machine's lateness adds does not matter; where it came first, the run is made
// as any other one, which is made again if the machine was late.
func sabotaged(t *testing.T, e lab.Engine, s harness.Scenario, o harness.Options, differs func(*harness.Report) bool) *harness.Report {
	t.Helper()
	o.Once = true
	if r := harnesstest.Run(t, e, s, o); differs(r) {
		return r
	}
	o.Once = false
	return harnesstest.Run(t, e, s, o)
}

// reasoned is a run that must differ for a reason.
func reasoned(t *testing.T, e lab.Engine, s harness.Scenario, o harness.Options, reason string) *harness.Report {
	t.Helper()
	return sabotaged(t, e, s, o, func(r *harness.Report) bool { return strings.Contains(harnesstest.Reasons(r), reason) })
}

// lazy is a fault of which Inject has been left out.
type lazy struct{ harness.Fault }

func (lazy) Inject(context.Context, *lab.Bench) error { return nil }
func (lazy) Heal(context.Context, *lab.Bench) error   { return nil }

func TestAFaultThatWasNotInjectedIsNoticed(t *testing.T) {
	each(t, failing(), func(t *testing.T, e lab.Engine, s harness.Scenario) {
		s.Fault = lazy{s.Fault}
		reason := "break: fault: the fault (" + s.Fault.String() + ") did not take hold"
		r := reasoned(t, e, s, harness.Options{}, reason)
		assert.False(t, r.Match())
		assert.Contains(t, harnesstest.Reasons(r), reason)
		assert.Nil(t, r.Phase(harness.Observe), "what is not broken must not be observed")
	})
}

// blind is a fault that was not injected and says that it was.
type blind struct{ lazy }

func (blind) Verify(context.Context, *lab.Bench) error { return nil }

// probedAlike is the scenario whose wire a busy machine can make without the fault: where an acknowledgment is late, TCP sends the last
// segment once more as a probe (RFC 8985 section 7), and packets that overtake one another bring SACK about. The rule's counter tells.
const probedAlike = "packet-loss"

func TestAFaultThatWasNotInjectedCannotMatch(t *testing.T) {
	each(t, failing(), func(t *testing.T, e lab.Engine, s harness.Scenario) {
		shown := shownWithout(t, s)
		s.Fault = blind{lazy{s.Fault}}
		r := sabotaged(t, e, s, harness.Options{}, func(r *harness.Report) bool {
			return !slices.ContainsFunc(shown, func(reason string) bool { return !regexp.MustCompile(reason).MatchString(harnesstest.Reasons(r)) })
		})
		for _, reason := range shown {
			assert.Regexp(t, reason, harnesstest.Reasons(r))
		}
	})
}

// shownWithout are the reasons by which a run of the scenario is told to be without its fault, as regular expressions.
func shownWithout(t *testing.T, s harness.Scenario) []string {
	t.Helper()
	if s.Want.Client.Retransmissions > 0 { // which succeeds, and sooner than it must, unless the machine is busy
		return []string{"observe: (client: it took|wire at client, )"}
	}
	if passesByItself(s) { // the client notices nothing but the time; the fault's own counter and the wire do
		shown := []string{"observe: counter "}
		if s.Want.Wire[lab.ClientHost] != harnesstest.Scenario(t, "healthy").Want.Wire[lab.ClientHost] && s.Name != probedAlike {
			shown = append(shown, `observe: (wire|lookup \(A+\)) at client, `)
		}
		return shown
	}
	want := s.Want.Client.In(lab.IPv4).String()
	return []string{"observe: client: the client must fail with " + regexp.QuoteMeta(want) + ", but (succeeded|failed with its own timeout)"}
}

// deaf is a lab whose server hears nothing of the service's clients: it does not work either where a proxy on the router
// stands between them, to which a router that forwards nothing makes no difference.
type deaf struct{}

func (deaf) String() string { return "server that hears nothing" }

func (deaf) Install(ctx context.Context, b *lab.Bench) error {
	return faults.FirewallRule{Host: "server", Rule: faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port}}.Inject(ctx, b)
}

func TestALabThatDoesNotWorkProvesNothing(t *testing.T) {
	each(t, harnesstest.Brief(), func(t *testing.T, e lab.Engine, s harness.Scenario) {
		routed := len(s.Plan().EndsOf(lab.RouterHost)) > 0
		if s.Target == lab.RouterHost || !routed {
			s.Fixtures = append(slices.Clone(s.Fixtures), deaf{})
		}
		if routed {
			s.Topology = forwardingNothing(s.Plan())
		}
		const reason = "baseline: client: the lab does not work before anything is broken"
		r := reasoned(t, e, s, harness.Options{}, reason)
		assert.False(t, r.Match())
		assert.Contains(t, harnesstest.Reasons(r), reason)
		assert.Nil(t, r.Phase(harness.Break), "a lab that does not work must not be broken further")
	})
}

// forwardingNothing is the topology with a router that is none.
func forwardingNothing(t lab.Topology) lab.Topology {
	t.Hosts = slices.Clone(t.Hosts)
	t.Hosts[1].Sysctls = maps.Clone(t.Hosts[1].Sysctls)
	t.Hosts[1].Sysctls["net.ipv4.ip_forward"], t.Hosts[1].Sysctls["net.ipv6.conf.all.forwarding"] = "0", "0"
	return t
}

// passesByItself reports whether a failure ends before the client gives up, as that of a SYN which is lost once.
func passesByItself(s harness.Scenario) bool {
	c := s.Want.Client
	return c.Errno == "" && !c.Timeout && !c.Closed && c.Status == 0 && c.Code == ""
}

// forgetful is a fault that is not healed.
type forgetful struct{ harness.Fault }

func (forgetful) Heal(context.Context, *lab.Bench) error { return nil }

func TestAFailureThatDoesNotEndWithItsFaultIsNoticed(t *testing.T) {
	each(t, slices.DeleteFunc(failing(), passesByItself), func(t *testing.T, e lab.Engine, s harness.Scenario) {
		s.Fault = forgetful{s.Fault}
		const reason = "heal: client: the failure does not end with the fault"
		r := reasoned(t, e, s, harness.Options{Timeout: 1500 * time.Millisecond}, reason)
		assert.Contains(t, harnesstest.Reasons(r), reason)
	})
}

// TestEveryFaultIsToldFromEveryOther gives each scenario the faults of others: a few of those that could be taken for its own, and
// one that could not, drawn by a seed that is printed ("TCPLAB_SEED=2 go test ..." draws others). So the test grows with the
// scenarios and not with their square, and shows the same for the same commit; "make pairs" tries each with each, which takes
// minutes.
func TestEveryFaultIsToldFromEveryOther(t *testing.T) {
	t.Parallel()
	e := harnesstest.Engine(t, "netns") // in compressed time a busy machine tells of too many that they differ
	runs := harnesstest.RunsOf(e)
	defer runs.Wait()
	draw := rand.New(rand.NewPCG(enginetest.Seed(t), 0))
	part, parts := shard(t)
	for i, s := range harnesstest.Brief() {
		if i%parts != part {
			continue
		}
		for _, other := range drawn(draw, s) {
			reason := scenarios.Alike(s, other)
			runs.Run(t, s.Name+" with the fault of "+other.Name, func(t *testing.T) {
				s.Fault = other.Fault
				r := harnesstest.Run(t, e, s, harness.Options{})
				if reason != "" {
					assert.True(t, r.Match(), "they are told apart, and are listed as alike (%s): %s", reason, harnesstest.Reasons(r))
					return
				}
				require.NotNil(t, r.Phase(harness.Observe), "%s", harnesstest.Reasons(r))
				assert.False(t, r.Match())
				if !isTranslated(s) && s.Client == nil && other.Client == nil && s.Verdict == "no-answer" && other.Verdict == "no-answer" &&
					s.Want.Client.Timeout && other.Want.Client.Timeout {
					assertOnlyTheWayDiffers(t, r, s, other)
				}
			})
		}
	}
}

// shard is which part of the scenarios is tried, of how many: TCPLAB_SHARD=2/4 is the second of four ("make pairs SHARD=2/4").
func shard(t *testing.T) (part, parts int) {
	t.Helper()
	text := cmp.Or(os.Getenv("TCPLAB_SHARD"), "1/1")
	_, err := fmt.Sscanf(text, "%d/%d", &part, &parts)
	require.NoError(t, err, "TCPLAB_SHARD=%s: it is PART/PARTS, such as 2/4", text)
	require.True(t, 1 <= part && part <= parts, "TCPLAB_SHARD=%s: the parts are 1 to %d", text, parts)
	return part - 1, parts
}

// isTranslated reports whether a NAT hides the client's address, at which a fault behind it may aim.
func isTranslated(s harness.Scenario) bool {
	return slices.ContainsFunc(s.Fixtures, func(f harness.Fixture) bool { _, is := f.(faults.NAT); return is })
}

// How many faults a scenario is given: of those that could be taken for its own, and of the others.
const likely, unlikely = 2, 1

// drawn are the scenarios whose faults a scenario is given.
func drawn(draw *rand.Rand, s harness.Scenario) []harness.Scenario {
	list := slices.DeleteFunc(eachFault(), func(other harness.Scenario) bool { return other.Fault == s.Fault || !canBreak(s, other) })
	if enginetest.MeasuresAll() {
		return list
	}
	draw.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	left := map[bool]int{true: likely, false: unlikely}
	return slices.DeleteFunc(list, func(other harness.Scenario) bool {
		alike := confusable(s, other)
		left[alike]--
		return left[alike] < 0
	})
}

// canBreak reports whether the lab of a scenario has what the fault of another one breaks, and the router that most need.
func canBreak(s, other harness.Scenario) bool {
	plan, others := s.Plan(), other.Plan()
	if others.Name == faults.FewPorts().Name && plan.Name != others.Name {
		return false // elsewhere each local port is tens of thousands of connections
	}
	if lab.AsksByName(other.Client) && len(plan.NameServersOf(lab.ClientHost)) == 0 {
		return false // there is no name server, whose way it could break
	}
	if _, floods := other.Fault.(faults.Flood); floods && plan.Name != others.Name {
		return false // whether the server answers with cookies, its topology says
	}
	if _, proxied := other.Fault.(faults.Reconfigure); proxied {
		if client, ours := s.Client.(agent.GoClient); ours && (client.Greeted || client.TLS) {
			return false // a proxy for HTTP cannot be proven to misbehave in front of a service that speaks lines, or TLS
		}
		if slices.ContainsFunc(s.Fixtures, func(f harness.Fixture) bool { _, portal := f.(faults.Portal); return portal }) {
			return false // both listen on the router's port
		}
	}
	if _, limits := other.Fault.(faults.Exhaust); limits && slices.Contains(s.Fixtures, harness.Fixture(faults.SYNProxy{})) {
		return false // that one more connection is not established is seen by who connects, and the SYN proxy accepts
	}
	if _, two := other.Fault.(faults.Both); two && slices.ContainsFunc(others.Hosts, func(h lab.HostSpec) bool { return len(plan.EndsOf(h.Name)) == 0 }) {
		return false // each of the two may be of another host
	}
	has := other.Place == "" || len(plan.EndsOf(other.Place)) > 0
	routed := len(plan.EndsOf(lab.RouterHost)) > 0 && len(others.EndsOf(lab.RouterHost)) > 0
	return has && (routed || plan.Name == others.Name)
}

// confusable reports whether what the client feels, or what the wire shows in one word, is the same in both, or is known to
// be.
func confusable(s, other harness.Scenario) bool {
	felt := func(s harness.Scenario) harness.ClientWant {
		w := s.Want.Client
		return harness.ClientWant{Errno: w.Errno, Timeout: w.Timeout, Closed: w.Closed, Status: w.Status, Code: w.Code}
	}
	return felt(s) == felt(other) || s.Verdict == other.Verdict || scenarios.Alike(s, other) != ""
}

// eachFault has a scenario for each fault: where several break the same, one that leaves the client free.
func eachFault() []harness.Scenario {
	list := harnesstest.Brief()
	slices.SortStableFunc(list, func(a, b harness.Scenario) int {
		return cmp.Compare(rank(a.Client != nil || len(a.Also) > 0), rank(b.Client != nil || len(b.Also) > 0))
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
	assert.NotContains(t, harnesstest.Reasons(r), "observe: client:", "the client cannot tell these two apart")
	for point, want := range s.Want.Wire {
		if want == other.Want.Wire[point] {
			assert.NotContains(t, harnesstest.Reasons(r), "wire at "+point+",")
		} else {
			assert.Contains(t, harnesstest.Reasons(r), "wire at "+point+",")
		}
	}
}

func TestAChangedExpectationFails(t *testing.T) {
	t.Parallel()
	e := harnesstest.Engine(t, "netns") // in compressed time a busy machine may be late by a whole gap
	changed := func(name string, change func(w *harness.Want)) func(t *testing.T) string {
		return func(t *testing.T) string {
			t.Parallel()
			s := harnesstest.Scenario(t, name)
			s.Want.Wire = map[string]string{"client": s.Want.Wire["client"], "server": s.Want.Wire["server"]}
			s.Want.Counters = append([]harness.CounterWant(nil), s.Want.Counters...)
			change(&s.Want)
			return harnesstest.Reasons(harnesstest.Run(t, e, s, harness.Options{}))
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
			"observe: client: it took "},
	} {
		t.Run(name, func(t *testing.T) { assert.Contains(t, c.run(t), c.want) })
	}
}
