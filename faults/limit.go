package faults

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Exhaust lets the client hold as many connections to the service as a device on the router takes: the next one is one too many.
type Exhaust struct {
	// Connections is how many the device takes.
	Connections int
	// NAT says that the device is a NAT, which has one port for each connection and drops what finds none. Else it is a firewall that
	// limits connections and answers one more with a RST.
	NAT bool
}

func (f Exhaust) String() string { return f.Words().English }

// Words are those of String in each language.
func (f Exhaust) Words() lang.Text {
	if f.NAT {
		return lang.Text{
			English: "the NAT on the router has %d ports, and each is used by a connection of the client",
			Korean:  "라우터의 NAT에 포트가 %d개 있고, 모두 클라이언트의 연결에 쓰이고 있다",
		}.With(f.Connections)
	}
	return lang.Text{
		English: "the router's firewall takes %d connections to the service, and the client holds as many",
		Korean:  "라우터의 방화벽은 서비스로 가는 연결을 %d개까지 받고, 클라이언트가 이미 그만큼 맺고 있다",
	}.With(f.Connections)
}

// NATPorts is the first port that a NAT with few ports gives out.
const NATPorts = 61000

// LimitCounter is among the [lab.Counters] of a router whose firewall limits connections: how many packets it has refused.
const LimitCounter = "limit: refused"

// Inject sets the limit, and opens the connections.
func (f Exhaust) Inject(ctx context.Context, b *lab.Bench) error {
	limit := lab.Verb("limit", "set", "--port", lab.JoinPorts(b.Service.Numbers(), ","), "--connections", strconv.Itoa(f.Connections))
	if f.NAT {
		limit = NATVerb(NAT{Ports: f.Connections})
	}
	if err := b.Do(ctx, lab.RouterHost, limit); err != nil {
		return err
	}
	return holdFrom(ctx, b, lab.ClientHost, f.Connections)
}

// Verify makes one more connection, which must not be established: a firewall refuses it, a NAT says nothing.
func (f Exhaust) Verify(ctx context.Context, b *lab.Bench) error {
	var o lab.Outcome
	patience := lab.DefaultTimeout // a refusal comes at once, on a machine that has time
	if f.NAT {
		patience = unanswered
	}
	if err := b.Query(ctx, lab.ClientHost, agent.DialVerb(b.Target(), patience), &o); err != nil {
		return err
	}
	if f.NAT && !neverConnected(o) || !f.NAT && o.Errno != "ECONNREFUSED" {
		return fmt.Errorf("%s, but one more connection ended with: %s", f, o)
	}
	return nil
}

// Heal closes the connections, and lifts the limit.
func (f Exhaust) Heal(ctx context.Context, b *lab.Bench) error {
	lift := lab.Verb("limit", "remove")
	if f.NAT {
		lift = NATVerb(NAT{})
	}
	return errors.Join(release(ctx, b), b.Do(ctx, lab.RouterHost, lift))
}
