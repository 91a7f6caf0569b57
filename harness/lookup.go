package harness

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// LookupWant is what must be seen of the lookup by which a client finds the service. What is absent is not checked.
type LookupWant struct {
	// Unanswered is for how many of the resolver's timeouts the lookup lasts, because answers do not come; [EveryTry]: for all of them,
	// until the resolver gives up. The times are those of the resolver that the client's host has.
	Unanswered int
	// Wire has an expectation for each vantage point, as [Want] has, of the question for an address of the run's family, and Other of the
	// question for one of the other family. Before it is parsed, "+timeout" stands for the resolver's timeout.
	Wire, Other map[string]string
}

// EveryTry stands for all questions that a resolver asks: each of its servers, as often as it has attempts.
const EveryTry = -1

// lasts is for how long the resolver waits in vain.
func (w LookupWant) lasts(r lab.Resolver) time.Duration {
	if w.Unanswered == EveryTry {
		return r.GivesUp()
	}
	return time.Duration(w.Unanswered) * r.Timeout
}

// readResolver reads how the client's programs look names up, which a schedule depends on.
func (r *run) readResolver(ctx context.Context) error {
	planned := r.bench.Topology.ResolverOf(lab.ClientHost)
	if len(planned.Servers) == 0 {
		return nil
	}
	var got lab.Resolver
	if err := r.bench.Query(ctx, lab.ClientHost, agent.ResolverVerb(), &got); err != nil {
		return err
	}
	if !slices.Equal(got.Servers, planned.Servers) {
		return &skipError{fmt.Errorf("programs of the lab ask the name servers of this machine (%v): %w here, because a file of theirs cannot be put over /etc/resolv.conf", got.Servers, lab.ErrUnsupported)}
	}
	r.report.Resolver = &got
	return nil
}

// lookups are the questions of the act's client for an address of the service, as a vantage point has seen them.
func (a act) lookups(t wire.Trace, f lab.Family) []wire.Attempt {
	if !lab.AsksByName(a.client) {
		return nil
	}
	var list []wire.Attempt
	for _, l := range t.Lookups() {
		if l.Name == lab.ServiceName && l.Type.String() == lab.QuestionOf(f) {
			list = append(list, l.Attempt)
		}
	}
	return list
}

// lookupMismatches holds each vantage point's lookups against what was wanted there.
func (r *run) lookupMismatches(a act, traces []wire.Trace) []Mismatch {
	return append(r.questionMismatches(a, traces, r.options.Family, a.want.Lookup.Wire),
		r.questionMismatches(a, traces, r.options.Family.Other(), a.want.Lookup.Other)...)
}

func (r *run) questionMismatches(a act, traces []wire.Trace, f lab.Family, wanted map[string]string) []Mismatch {
	var list []Mismatch
	for _, t := range traces {
		text, ok := wanted[t.Point]
		if !ok {
			continue
		}
		wants, err := expectations(text, circumstances{topology: r.bench.Topology, family: r.options.Family})
		if err != nil { // Validate has parsed it
			panic(err)
		}
		if m := r.checker.wireAt(a.lookups(t, f), wants...); m != nil {
			list = append(list, *r.lookupMismatch(f, t.Point, m))
		}
	}
	return list
}

func (r *run) lookupMismatch(f lab.Family, point string, m *signature.Difference) *Mismatch {
	at := fmt.Sprintf("lookup (%s) at %s, packet %d", lab.QuestionOf(f), point, m.Packet)
	return &Mismatch{Phase: r.current.Name, At: at, Reason: m.Reason, Detail: m.String()}
}

// answered is what a lookup must show at every vantage point on its way while it must work: on a busy machine the answer may come after
// the question was asked again.
var answered = signature.MustParse(`
+0 > dns
...
+any < dns NOERROR answers 1
`)

// answeredByTCP is that of a name server whose answer needs TCP.
var answeredByTCP = signature.MustParse(`
+0   > dns
...
+any < dns NOERROR tc
+any > S
+any < S.
...
`)

// notAnswered returns the first difference, of the vantage points on the way to the client's first name server, from a lookup that works.
func (r *run) notAnswered(a act, traces []wire.Trace) *Mismatch {
	servers := r.bench.Topology.NameServersOf(lab.ClientHost)
	if !lab.AsksByName(a.client) || len(servers) == 0 {
		return nil
	}
	way := r.bench.Topology.Way(servers[0])
	for _, t := range traces {
		if !slices.Contains(way, t.Point) {
			continue
		}
		if m := r.checker.wireAt(a.lookups(t, r.options.Family), expected{answered}, expected{answeredByTCP}); m != nil {
			return r.lookupMismatch(r.options.Family, t.Point, m)
		}
	}
	return nil
}
