package harness

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// act is one client's attempt at one target, made in every phase in which packets are captured: the scenario's own, and
// each of its checks.
type act struct {
	check    string // the check's name; empty: the scenario's own
	client   lab.Client
	target   string        // host
	also     []Address     // further ones of the service
	to       netip.Addr    // the address that the expectations are about, where there are several; else the zero Addr
	timeout  time.Duration // while the fault holds
	patience time.Duration // while it must work
	want     Want
	protocol lab.Protocol
	ports    []uint16 // the service's
	// foreign says that the service is somebody's own, of which only the handshake is known.
	foreign bool
	// free says that nothing is expected of the client: it is another one than the scenario is about.
	free bool
}

// actsOf are the acts of a scenario, its own first.
func actsOf(s Scenario, o Options) []act {
	if o.service.Own != nil {
		list := []act{ownServerAct(s, o)}
		list[0].complete()
		return list
	}
	own := act{client: s.Client, target: s.Target, also: s.Also, timeout: s.timeout(), want: s.Want}
	if o.Client != nil {
		own.client = o.Client
		own.free = s.Client != nil && s.Client != o.Client || lab.ProtocolOf(o.Client) != lab.TCP || s.Unnoticed == ReadsByLength
	}
	own.free = own.free || s.outlastedBy(o.Timeout) || s.triedOtherwiseBy(o.Client)
	if o.Timeout != 0 {
		own.timeout = o.Timeout
	}
	list := []act{own}
	for _, c := range s.Checks {
		list = append(list, act{check: c.Name, client: c.Client, target: c.Target, timeout: cmp.Or(c.Timeout, lab.DefaultTimeout), want: c.Want})
	}
	for i := range list {
		list[i].complete()
	}
	if s.Unnoticed == OutwaitsSlow { // with more patience the service would do while it is slow
		list[0].patience = list[0].timeout
	}
	return list
}

// outlastedBy reports whether the failure is another one for a client with this patience: one that gives up before the kernel's error
// can come, or waits for longer than a slow service takes.
func (s Scenario) outlastedBy(patience time.Duration) bool {
	if patience == 0 {
		return false
	}
	want := s.Want.Client
	return s.Unnoticed == OutwaitsSlow && patience > s.timeout() || want.Errno != "" && !want.GiveUp && want.Within > patience
}

// triedOtherwiseBy reports whether a client tries the service's addresses in a way of its own, or knows the first alone. When it begins
// with the next one, each program decides for itself.
func (s Scenario) triedOtherwiseBy(c lab.Client) bool {
	return len(s.Also) > 0 && c != nil && c != lab.Client(agent.GoClient{})
}

// complete fills in what stands for an empty field.
func (a *act) complete() {
	if a.client == nil {
		a.client = agent.GoClient{}
	}
	if a.target == "" {
		a.target = lab.ServerHost
	}
	if len(a.ports) == 0 {
		a.ports = []uint16{lab.Port}
	}
	a.protocol = lab.ProtocolOf(a.client)
	if a.patience = a.timeout; !a.free {
		a.patience = max(a.timeout, leastPatience)
	}
}

// leastPatience is that of a client while it must work: it gets through in milliseconds, but for a machine that is so busy
// that even the server has to wait for a processor.
const leastPatience = 30 * time.Second

// resolve fills in the hosts of the further addresses, and the address that the act's own expectations are about.
func (a *act) resolve(b *lab.Bench) {
	if len(a.also) == 0 {
		return
	}
	a.to = b.TargetAt(a.target).Addr()
	a.also = slices.Clone(a.also)
	for i := range a.also {
		if a.also[i].Host == "" {
			a.also[i].Host = lab.ServerHost
		}
	}
}

// addressed are the act with its expectations of the attempts at each of the service's addresses.
func (a act) addressed(b *lab.Bench) []act {
	list := []act{a}
	for _, also := range a.also {
		other := a
		other.to, other.want = also.in(b).Addr(), Want{Wire: also.Wire}
		list = append(list, other)
	}
	return list
}

// further are the service's further addresses.
func (a act) further(b *lab.Bench) []netip.AddrPort {
	var list []netip.AddrPort
	for _, also := range a.also {
		list = append(list, also.in(b))
	}
	return list
}

// familyOr is the one of the address that the act's expectations are about, else the run's.
func (a act) familyOr(runs lab.Family) lab.Family {
	if a.to.IsValid() && !runs.Of(a.to) {
		return runs.Other()
	}
	return runs
}

// patienceAt is for how long the client tries an address: with several of them, until it has got through by any.
func (a act) patienceAt(waited time.Duration) time.Duration {
	if a.to.IsValid() {
		return min(a.timeout, waited)
	}
	return a.timeout
}

// in is the address in a lab, with the service's port.
func (a Address) in(b *lab.Bench) netip.AddrPort {
	family := b.Family
	if a.OtherFamily {
		family = family.Other()
	}
	return b.TargetIn(a.Host, family)
}

// compress shortens what the client must wait for in vain. Where it must succeed, its patience stays: it ends as soon as
// it does, and on a busy machine an answer may take longer than a short timeout.
func (a *act) compress(speed float64, late time.Duration) {
	if a.want.Client.Timeout || a.free {
		a.timeout = time.Duration(float64(a.timeout)/speed) + late
	}
}

// programs are those that the client needs.
func (a act) programs() []string {
	if n, ok := a.client.(lab.Needer); ok {
		return n.Programs()
	}
	return nil
}

// longest bounds the time of an attempt.
func (a act) longest() time.Duration {
	longest := max(a.timeout, a.patience)
	if p, ok := a.client.(lab.Pauser); ok {
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

// flowsIn returns the act's connection attempts, or its echo exchanges. A capture begins before its phase's client does:
// a connection whose SYN is not in it is what is left of an earlier phase.
func (a act) flowsIn(t wire.Trace) []wire.Attempt {
	switch a.protocol {
	case lab.TCP:
		list := slices.DeleteFunc(attemptsAt(t, a.ports), func(attempt wire.Attempt) bool {
			return !attempt.HasSYN || a.to.IsValid() && attempt.Server.Addr() != a.to
		})
		for i := range list {
			list[i].Packets = untilClosed(&list[i])
		}
		return list
	case lab.Echo:
		return t.Echoes()
	}
	return nil
}

// attemptsAt are the connection attempts with a service's ports, port by port.
func attemptsAt(t wire.Trace, ports []uint16) []wire.Attempt {
	var list []wire.Attempt
	for _, port := range ports {
		list = append(list, t.Attempts(port)...)
	}
	return list
}

// counted are the flows of which a counter may tell: the act's, and those to name servers.
func (a act) counted(t wire.Trace) []wire.Attempt {
	list := a.flowsIn(t)
	for _, f := range lab.Families {
		list = append(list, a.lookups(t, f)...)
	}
	return list
}

// way returns the vantage points that the act's packets pass, and those of whoever passes them on, while a router answers a
// ping itself.
func (a act) way(t lab.Topology) []string {
	if a.protocol == lab.TCP {
		return t.Way(ServedBy(t, a.target))
	}
	return t.Way(a.target)
}

// established is what a baseline must show at every vantage point on the way: a complete handshake and never a RST from
// the server, or a request that is answered, on a busy machine after the next one. The SYNs may offer ECN (RFC 3168 section 6.1.1). A client may reset what it is done with: HAProxy does so with its servers,
// to keep no connection in TIME_WAIT.
var established = map[lab.Protocol]signature.Signature{
	lab.TCP: signature.MustParse(`
+0   > S*  seq 0
+any < S* seq 0 ack 1
+any > .  seq 1 ack 1
...
never < R*
`),
	lab.Echo: signature.MustParse(`
+0   > icmp echo-request
...
+any < icmp echo-reply
...
never * icmp unreachable
`),
}

// establishedOverLine is that where a line is on the way: it is a program, and on a busy machine it may be later than the SYN's
// timer in compressed time.
var establishedOverLine = signature.MustParse(`
+0   > S* seq 0
...
+any < S* seq 0 ack 1
...
+any > .  seq 1 ack 1
...
never < R*
`)

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
	if a.begun(t) {
		return true
	}
	for _, flow := range a.flowsIn(t) {
		closed := finFromClient.Count(flow) > 0 && finFromServer.Count(flow) > 0 || reset.Count(flow) > 0
		if a.protocol == lab.TCP && !closed {
			return false
		}
		if a.protocol == lab.Echo && echoRequest.Count(flow) != echoReply.Count(flow) {
			return false
		}
	}
	return true
}
