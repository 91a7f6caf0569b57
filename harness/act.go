package harness

import (
	"slices"
	"time"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// act is one client's attempt at one target, made in every phase in which packets are captured: the scenario's own, and
// each of its checks.
type act struct {
	check    string // the check's name; empty: the scenario's own
	client   Client
	target   string        // host
	timeout  time.Duration // while the fault holds
	patience time.Duration // while it must work
	want     Want
	protocol Protocol
	// free says that nothing is expected of the client: it is another one than the scenario is about.
	free bool
}

// actsOf are the acts of a scenario, its own first.
func actsOf(s Scenario, o Options) []act {
	own := act{client: s.Client, target: s.Target, timeout: s.timeout(), want: s.Want}
	if o.Client != nil {
		own.client = o.Client
		own.free = s.Client != nil && s.Client != o.Client || protocolOf(o.Client) != TCP
	}
	if o.Timeout != 0 {
		own.timeout = o.Timeout
	}
	list := []act{own}
	for _, c := range s.Checks {
		list = append(list, act{check: c.Name, client: c.Client, target: c.Target, timeout: DefaultTimeout, want: c.Want})
	}
	for i := range list {
		list[i].complete()
	}
	return list
}

// complete fills in what stands for an empty field.
func (a *act) complete() {
	if a.client == nil {
		a.client = GoClient{}
	}
	if a.target == "" {
		a.target = serverHost
	}
	a.protocol = protocolOf(a.client)
	a.patience = max(a.timeout, leastPatience)
}

// leastPatience is that of a client while it must work: it gets through in milliseconds, but for a machine that is so busy
// that even the server has to wait for a processor.
const leastPatience = 15 * time.Second

// compress shortens what the client must wait for in vain. Where it must succeed, its patience stays: it ends as soon as
// it does, and on a busy machine an answer may take longer than a short timeout.
func (a *act) compress(speed float64, late time.Duration) {
	if a.want.Client.Timeout || a.free {
		a.timeout = time.Duration(float64(a.timeout)/speed) + late
	}
}

// programs are those that the client needs.
func (a act) programs() []string {
	if n, ok := a.client.(Needer); ok {
		return n.Programs()
	}
	return nil
}

// longest bounds the time of an attempt.
func (a act) longest() time.Duration {
	longest := max(a.timeout, a.patience)
	if p, ok := a.client.(Pauser); ok {
		longest += p.Pause()
	}
	return longest
}

// prefix begins the names of the act's captures.
func (a act) prefix() string {
	if a.check == "" {
		return ""
	}
	return a.check + "-"
}

// Protocol is what a client speaks, and so which packets are its own.
type Protocol string

// The protocols.
const (
	// TCP is spoken with the service's port, by every client that does not say otherwise.
	TCP Protocol = "tcp"
	// Echo is ICMP echo, spoken with the target's address.
	Echo Protocol = "icmp echo"
	// Probes are packets of any kind that are meant to be answered from the way, as those of traceroute. They are not held
	// against an expectation.
	Probes Protocol = "probes"
)

// Speaker is a client that speaks something else than TCP with the service.
type Speaker interface {
	Speaks() Protocol
}

// Pauser is a client that does nothing for a while in the middle of its attempt, beyond its timeout.
type Pauser interface {
	Pause() time.Duration
}

func protocolOf(c Client) Protocol {
	if s, ok := c.(Speaker); ok {
		return s.Speaks()
	}
	return TCP
}

// flowsIn returns the act's connection attempts, or its echo exchanges. A capture begins before its phase's client does:
// a connection whose SYN is not in it is what is left of an earlier phase.
func (a act) flowsIn(t wire.Trace) []wire.Attempt {
	switch a.protocol {
	case TCP:
		return slices.DeleteFunc(t.Attempts(Port), func(a wire.Attempt) bool { return !a.HasSYN })
	case Echo:
		return t.Echoes()
	}
	return nil
}

// way returns the vantage points that the act's packets pass, and those of whoever passes them on: a router is asked for the
// service as a proxy, while it answers a ping itself.
func (a act) way(t Topology) []string {
	if a.protocol == TCP && len(t.EndsOf(a.target)) > 1 {
		return t.way(serverHost)
	}
	return t.way(a.target)
}

// established is what a baseline must show at every vantage point on the way: a complete handshake and never a RST from
// the server, or a request that is answered. A client may reset what it is done with: HAProxy does so with its servers,
// to keep no connection in TIME_WAIT.
var established = map[Protocol]signature.Signature{
	TCP: signature.MustParse(`
+0   > S  seq 0
+any < S. seq 0 ack 1
+any > .  seq 1 ack 1
...
never < R*
`),
	Echo: signature.MustParse(`
+0   > icmp echo-request
+any < icmp echo-reply
...
never * icmp unreachable
`),
}

// The two halves of an orderly close, what takes their place, and the two halves of an echo.
var (
	finFromClient, finFromServer = signature.MustParsePacket("> F*"), signature.MustParsePacket("< F*")
	reset                        = signature.MustParsePacket("* R*")
	echoRequest, echoReply       = signature.MustParsePacket("> icmp echo-request"), signature.MustParsePacket("< icmp echo-reply")
)

// ended reports whether all that is still to come has come: each connection to the service has been closed by both sides
// or reset, or each request has its reply. A client may keep its connection for the next request, so this is waited for and not
// demanded.
func (a act) ended(t wire.Trace) bool {
	for _, flow := range a.flowsIn(t) {
		closed := finFromClient.Count(flow) > 0 && finFromServer.Count(flow) > 0 || reset.Count(flow) > 0
		if a.protocol == TCP && !closed {
			return false
		}
		if a.protocol == Echo && echoRequest.Count(flow) != echoReply.Count(flow) {
			return false
		}
	}
	return true
}
