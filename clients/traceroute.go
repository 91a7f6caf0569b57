package clients

import (
	"context"

	"github.com/tcplab/tcplab/lab"
)

// Traceroute is the lab's own traceroute: probes whose time to live runs out on the way find the routers up to the target.
// It needs nothing installed.
type Traceroute struct {
	// Method is the kind of its probes: [lab.TraceICMP], [lab.TraceUDP] or [lab.TraceTCP].
	Method string
}

// Name is "traceroute-icmp" for one.
func (t Traceroute) Name() string { return "traceroute-" + t.Method }

// Speaks implements [lab.Speaker].
func (Traceroute) Speaks() lab.Protocol { return lab.Probes }

// mostHops is more than any lab has routers, so that a way that leads nowhere ends soon.
const mostHops = 3

// Do runs "tcplab host traceroute".
func (t Traceroute) Do(ctx context.Context, a lab.Call) (lab.Outcome, error) {
	return lab.RunVerb(ctx, a.Host, lab.TracerouteVerb(t.Method, a.Target, mostHops, a.Timeout))
}

var (
	_ = register(Traceroute{Method: lab.TraceICMP}, "a traced path, by the lab's own traceroute: ICMP echo requests")
	_ = register(Traceroute{Method: lab.TraceUDP}, "the same: UDP to ports where nobody listens")
	_ = register(Traceroute{Method: lab.TraceTCP}, "the same: SYNs to the service's port")
)
