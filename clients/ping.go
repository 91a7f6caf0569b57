package clients

import (
	"context"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// Ping is the lab's own ping: three echo requests to the target's address. It needs nothing installed.
type Ping struct{}

// Name is "ping".
func (Ping) Name() string { return "ping" }

// Speaks implements [lab.Speaker].
func (Ping) Speaks() lab.Protocol { return lab.Echo }

// pingRequests is how many it sends. One lost is not a dead host.
const pingRequests = 3

// pingInterval is the time between two requests. At a patience of 3 s it is as short as ping allows an ordinary user, and
// shorter in compressed time.
func pingInterval(timeout time.Duration) time.Duration { return min(timeout/15, 200*time.Millisecond) }

// Do runs "tcplab host ping": the requests go in the first part of the client's patience, the rest is for replies.
func (Ping) Do(ctx context.Context, a lab.Call) (lab.Outcome, error) {
	return lab.RunVerb(ctx, a.Host, lab.PingVerb(a.Target.Addr(), pingRequests, pingInterval(a.Timeout), a.Timeout))
}

var _ = register(Ping{}, "three ICMP echo requests, by the lab's own ping")
