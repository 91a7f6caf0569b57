package faults

import (
	"context"
	"fmt"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Bypassed lets the router's stateful firewall see only one direction, as it is where the answers take another way (asymmetric
// routing): what comes from the service's port is not tracked. To the firewall a handshake then never gets further than its SYN,
// and it drops what does not fit (conntrack's state INVALID).
type Bypassed struct{}

func (b Bypassed) String() string { return b.Words().English }

// Words are those of String in each language.
func (Bypassed) Words() lang.Text {
	return lang.Text{
		English: "the router's stateful firewall does not see the answers, and drops what follows the SYN as invalid",
		Korean:  "라우터의 상태 기반 방화벽이 응답을 보지 못하고, SYN 뒤의 패킷을 유효하지 않다며 드롭한다",
	}
}

// CounterName is among the [lab.Counters] of the router: the number of packets that were dropped, those of both families together.
func (Bypassed) CounterName(lab.Family) string { return "stateful firewall: invalid" }

// Inject puts the firewall in place.
func (Bypassed) Inject(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.RouterHost, lab.Verb("stateful", "bypassed", "--port", lab.JoinPorts(b.Service.Numbers(), ",")))
}

// Verify reads its counter.
func (f Bypassed) Verify(ctx context.Context, b *lab.Bench) error {
	counters := lab.Counters{}
	if err := b.Query(ctx, lab.RouterHost, agent.CountersVerb(), &counters); err != nil {
		return err
	}
	if _, ok := counters[f.CounterName(b.Family)]; !ok {
		return fmt.Errorf("host %s has no stateful firewall", lab.RouterHost)
	}
	return nil
}

// Heal removes it.
func (Bypassed) Heal(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.RouterHost, lab.Verb("stateful", "remove"))
}
