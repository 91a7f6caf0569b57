package harness

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// OpenServed is Open for a lab in which somebody's own server is the service. It is ready then, and a client has connected with
// it. Faults and fixtures that are on the port of the lab's service are on the server's.
func OpenServed(ctx context.Context, e lab.Engine, s Scenario, f lab.Family, service lab.Service) (*Standing, error) {
	if reason := s.UnfitForUDP(); service.UDP() && reason != "" {
		return nil, &unfitError{reason}
	}
	return open(ctx, e, s, Options{Family: f, service: service})
}

// unfitError is why a scenario is not for a service on UDP ports.
type unfitError struct{ reason string }

func (e *unfitError) Error() string { return "not for UDP: " + e.reason }

func (e *unfitError) Unwrap() error { return lab.ErrUnsupported }

// UnfitForUDP is why the scenario says nothing about a service on UDP ports; empty: it does.
func (s Scenario) UnfitForUDP() string {
	if s.TCPOnly != "" {
		return s.TCPOnly
	}
	parts := []any{s.Fault}
	for _, f := range s.Fixtures {
		parts = append(parts, f)
	}
	for _, part := range parts {
		if part == nil {
			continue
		}
		known, ok := part.(ForUDP)
		if !ok {
			return fmt.Sprintf("it is not known what becomes of datagrams where %s", part)
		}
		if reason := known.UnfitForUDP(); reason != "" {
			return reason
		}
	}
	return ""
}

// ownServerAct is what proves a lab with somebody's own server, of which only the handshake is known. Of one on UDP ports not even that is:
// then the lab's own service stands in for it ([lab.Bench.StartStandIn]).
func ownServerAct(s Scenario, o Options) act {
	a := act{target: s.Target, timeout: s.timeout(), foreign: true}
	for _, port := range o.service.Numbers() {
		a.ports = append(a.ports, uint16(port))
	}
	own := ownProof{also: o.service.Own.Also, first: agent.GoClient{Path: o.service.Own.HTTP}}
	switch {
	case o.service.UDP():
		own.verb = "datagram"
	case o.service.Own.HTTP == "":
		own.first = nil
	}
	a.client = own
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

// ownProof is a client that proves the way to each port of somebody's own server.
type ownProof struct {
	first lab.Client // asks the first port; nil: it is connected to, as the others are
	also  []int
	verb  string // the one that asks a port; empty: it connects, and closes the connection
}

// Name is "connect", or "datagram".
func (p ownProof) Name() string { return cmp.Or(p.verb, "connect") }

// Speaks implements lab.Speaker.
func (p ownProof) Speaks() lab.Protocol {
	if p.verb != "" {
		return lab.Datagrams
	}
	return lab.TCP
}

// Do asks port by port, up to the first that does not work. It runs verbs on the host, which works also where this process cannot reach the
// host's network.
func (p ownProof) Do(ctx context.Context, c lab.Call) (o lab.Outcome, err error) {
	targets := []netip.AddrPort{c.Target}
	for _, port := range p.also {
		targets = append(targets, netip.AddrPortFrom(c.Target.Addr(), uint16(port)))
	}
	for i, target := range targets {
		c.Target = target
		switch {
		case i == 0 && p.first != nil && p.verb == "":
			o, err = p.first.Do(ctx, c)
		case p.verb != "":
			o, err = lab.RunVerb(ctx, c.Host, lab.Verb(p.verb, "--timeout", c.Timeout.String(), target.String()))
		default:
			o, err = lab.RunVerb(ctx, c.Host, lab.Verb("dial", "--connect-only", "--timeout", c.Timeout.String(), target.String()))
		}
		if err != nil || !o.OK() {
			return o, err
		}
	}
	return o, nil
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

// begun reports whether all that is needed of an act with somebody's own server has come: something at each of its ports.
func (a act) begun(t wire.Trace) bool {
	return a.foreign && a.protocol == lab.TCP && !slices.ContainsFunc(a.ports, func(port uint16) bool { return len(a.at(port).flowsIn(t)) == 0 })
}

// at is the act at one of its ports.
func (a act) at(port uint16) act {
	a.ports = []uint16{port}
	return a
}

// datagramsMissing says what of an exchange of datagrams with each port a vantage point has not seen; empty: nothing.
func (a act) datagramsMissing(t wire.Trace) string {
	for _, port := range a.ports {
		switch seen := t.Datagrams(port); {
		case seen.ToService == 0:
			return fmt.Sprintf("no datagram to UDP port %d was seen", port)
		case seen.FromService == 0:
			return fmt.Sprintf("no datagram from UDP port %d was seen", port)
		}
	}
	return ""
}

// served is a fault in a lab whose service has ports of its own, in words that name those.
type served struct {
	Fault
	service lab.Service
}

// What names the service in the words of a plan: in a sentence, and as iptables and the lists of what is let through have it.
var (
	portWords    = lang.Text{English: "%s port %v", Korean: "%s %v 포트"}
	plannedWords = portWords.With("TCP", lab.Port)
	plannedPort  = regexp.MustCompile(`\b` + strconv.Itoa(lab.Port) + `\b`)
	plannedProto = strings.NewReplacer("-p tcp", "-p udp", "tcp/", "udp/")
)

func (f served) String() string { return f.Words().English }

// Words are those of String in each language.
func (f served) Words() lang.Text {
	words, ports := lang.WordsOf(f.Fault), lab.JoinPorts(f.service.Numbers(), ",")
	proto := strings.ToUpper(f.service.Transport())
	words.English = strings.ReplaceAll(words.English, plannedWords.English, f.service.PortWords())
	words.Korean = strings.ReplaceAll(words.Korean, plannedWords.Korean, portWords.Format(lang.Korean, proto, ports))
	for _, text := range []*string{&words.English, &words.Korean} {
		if f.service.UDP() {
			*text = plannedProto.Replace(*text)
		}
		*text = plannedPort.ReplaceAllString(*text, ports)
	}
	return words
}

// planned is the fault as the plan has it.
func planned(f Fault) Fault {
	if o, ok := f.(served); ok {
		return o.Fault
	}
	return f
}
