package harness

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// OpenServed is Open for a lab in which somebody's own server is the service. It is ready then, and a client has connected with
// it. Faults and fixtures that are on the port of the lab's service are on the server's.
func OpenServed(ctx context.Context, e lab.Engine, s Scenario, f lab.Family, service lab.Service) (*Standing, error) {
	return open(ctx, e, s, Options{Family: f, service: service})
}

// ownServerAct is what proves a lab with somebody's own server, of which only the handshake is known.
func ownServerAct(s Scenario, o Options) act {
	a := act{client: knock{}, target: s.Target, timeout: s.timeout(), port: uint16(o.service.Number()), foreign: true}
	if path := o.service.Own.HTTP; path != "" {
		a.client = agent.GoClient{Path: path}
	}
	return a
}

// Ask lets a client of the lab ask the service once: with somebody's own server, it connects and says nothing, unless that server
// is known to speak HTTP.
func (s *Standing) Ask(ctx context.Context, patience time.Duration) (lab.Outcome, error) {
	a := s.run.acts[0]
	a.timeout = patience
	return s.run.attempt(ctx, a)
}

// ServerOutput is what somebody's own server has printed last, and how it ended, where it has ended by itself. While the lab is being
// broken or healed, nothing is known.
func (s *Standing) ServerOutput() (output, died string) {
	if !s.mutex.TryLock() {
		return "", ""
	}
	defer s.mutex.Unlock()
	return s.run.bench.OwnOutput()
}

// knock is a client that connects and closes the connection.
type knock struct{}

// Name is "connect".
func (knock) Name() string { return "connect" }

// Do runs "tcplab host dial" on the host, which works also where this process cannot reach the host's network.
func (knock) Do(ctx context.Context, c lab.Call) (lab.Outcome, error) {
	return lab.RunVerb(ctx, c.Host, lab.Verb("dial", "--connect-only", "--timeout", c.Timeout.String(), c.Target.String()))
}

// connected is what a baseline with somebody's own server must show: that server may end a connection as it likes.
var connected = signature.MustParse(`
+0   > S* seq 0
+any < S* seq 0 ack 1
+any > .  seq 1 ack 1
...
`)

// works is what the act must show while nothing is broken.
func (a act) works() (signature.Signature, bool) {
	if a.foreign {
		return connected, true
	}
	want, checked := established[a.protocol]
	return want, checked
}

// begun reports whether all that is needed of an act with somebody's own server has come.
func (a act) begun(t wire.Trace) bool { return a.foreign && len(a.flowsIn(t)) > 0 }

// onPort is a fault in a lab whose service has a port of its own, in words that name that port.
type onPort struct {
	Fault
	port int
}

// plannedPort is the port that the words of a plan name.
var plannedPort = regexp.MustCompile(`\b` + strconv.Itoa(lab.Port) + `\b`)

func (f onPort) String() string {
	return plannedPort.ReplaceAllString(f.Fault.String(), strconv.Itoa(f.port))
}
