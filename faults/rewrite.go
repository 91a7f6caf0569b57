package faults

import (
	"context"
	"fmt"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Rewriting is what a router changes in packets of one direction.
type Rewriting string

// What is rewritten.
const (
	// RewriteSource gives the server's answers the router's own address: they are translated, although the requests were not.
	RewriteSource Rewriting = "source"
	// RewriteNumber gives SYNs another sequence number, as firewalls do that hide how a system chooses them, and leaves the
	// acknowledgments as they are.
	RewriteNumber Rewriting = "number"
)

// Rewrite lets the router rewrite the packets of one direction only, as a NAT or a firewall does that does not see the other one:
// the two directions take different ways, or a rule is about one of them alone. It keeps no state.
type Rewrite struct{ What Rewriting }

var rewriteWords = map[Rewriting]lang.Text{
	RewriteSource: {English: "the router gives the server's answers its own address, and leaves the requests as they are", Korean: "라우터가 서버의 응답에 자기 주소를 넣고, 요청은 그대로 둔다"},
	RewriteNumber: {English: "the router gives SYNs another sequence number, and leaves the acknowledgments as they are", Korean: "라우터가 SYN의 시퀀스 번호를 바꾸고, 확인 응답은 그대로 둔다"},
}

func (f Rewrite) String() string { return f.Words().English }

// Words are those of String in each language.
func (f Rewrite) Words() lang.Text {
	return rewriteWords[f.What]
}

// CounterName is among the [lab.Counters] of the router: the number of packets that were rewritten, those of both families together.
func (f Rewrite) CounterName(lab.Family) string { return "rewrite: " + f.String() }

// Inject puts it in place.
func (f Rewrite) Inject(ctx context.Context, b *lab.Bench) error {
	argv := append(append(lab.Verb("rewrite", "set"), portArgs(b.Service)...), string(f.What))
	for _, family := range lab.Families {
		argv = append(argv, b.Topology.Addr(lab.RouterHost, family).String())
	}
	return b.Do(ctx, lab.RouterHost, argv)
}

// Verify reads its counter.
func (f Rewrite) Verify(ctx context.Context, b *lab.Bench) error {
	counters := lab.Counters{}
	if err := b.Query(ctx, lab.RouterHost, agent.CountersVerb(), &counters); err != nil {
		return err
	}
	if _, ok := counters[f.CounterName(b.Family)]; !ok {
		return fmt.Errorf("host %s has no rule by which %s", lab.RouterHost, f)
	}
	return nil
}

// Heal removes it.
func (f Rewrite) Heal(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.RouterHost, lab.Verb("rewrite", "remove"))
}
