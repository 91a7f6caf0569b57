package agent

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// tracer is what "traceroute" does.
type tracer struct {
	method  string
	target  netip.Addr
	port    int
	hops    int
	timeout time.Duration
}

const (
	// traceUDPPort is the first of the ports where nobody listens; each hop has one of its own, as with traceroute(8).
	traceUDPPort = 33434
	// mostHops is the longest path that is traced, and more than the Internet has.
	mostHops = 64
)

// traceroute sends a probe for each hop, all at once, and prints the hops.
func traceroute(ctx context.Context, s Streams, args []string) error {
	t := tracer{}
	flags := flag.NewFlagSet("traceroute", flag.ContinueOnError)
	flags.StringVar(&t.method, "method", lab.TraceUDP, "the kind of probes: icmp, udp or tcp")
	flags.IntVar(&t.port, "port", lab.Port, "the port of TCP probes")
	flags.IntVar(&t.hops, "hops", 30, "how many hops at most")
	flags.DurationVar(&t.timeout, "timeout", lab.DefaultTimeout, "how long to wait for answers")
	if err := Parse(flags, args); err != nil {
		return err
	}
	var err error
	if t.target, err = netip.ParseAddr(flags.Arg(0)); err != nil || flags.NArg() != 1 {
		return Usagef("usage: tcplab host traceroute [--method icmp|udp|tcp] [--port 8080] [--hops 30] [--timeout 3s] ADDRESS (an IP address)")
	}
	t.target = t.target.Unmap()
	if probers[t.method] == nil {
		return Usagef("--method is icmp, udp or tcp, not %q", t.method)
	}
	if t.port < 1 || t.port > 65535 || t.hops < 1 || t.hops > mostHops || t.timeout <= 0 {
		return Usagef("--port is from 1 to 65535, --hops from 1 to %d, --timeout more than 0", mostHops)
	}
	start := time.Now()
	hops, err := t.run(ctx, s.Namespace)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if denied(err) {
		return err
	}
	return PrintJSON(s.Stdout, t.result(hops, err, time.Since(start)))
}

func (t tracer) result(hops []lab.TracedHop, err error, elapsed time.Duration) lab.Traced {
	program := "traceroute-" + t.method
	if err != nil {
		o := lab.OutcomeOf(program, "connect", fmt.Errorf("traceroute: %w", err), elapsed)
		o.Code = "not sent"
		return lab.Traced{Outcome: o, Hops: []lab.TracedHop{}}
	}
	o := lab.TraceOutcome(program, t.target, hops)
	o.Elapsed, o.Ended = elapsed, time.Now().UTC()
	return lab.Traced{Outcome: o, Hops: hops}
}

// run sends the probes in the order of their hops and waits for all answers together.
func (t tracer) run(ctx context.Context, n *Namespace) ([]lab.TracedHop, error) {
	hops := make([]lab.TracedHop, t.hops)
	end := newHorizon(time.Now().Add(t.timeout))
	var waiting sync.WaitGroup
	defer waiting.Wait()
	for i := range hops {
		hops[i].TTL = i + 1
		p, err := probers[t.method](t, n, i+1)
		if err != nil {
			end.reach(i, 0)
			return nil, err
		}
		sent, err := sendProbe(p, i+1)
		if err = errors.Join(err, end.add(p.socket())); err != nil {
			p.close()
			end.reach(i, 0)
			return nil, err
		}
		stop := p.socket().closeWith(ctx)
		waiting.Go(func() {
			defer p.close()
			defer stop()
			t.await(p, &hops[i], sent, end)
		})
	}
	waiting.Wait()
	return hops[:end.length(len(hops))], nil
}

func sendProbe(p prober, ttl int) (sent time.Time, err error) {
	packet, err := p.packet()
	if err != nil {
		return sent, err
	}
	if err := p.socket().setTTL(ttl); err != nil {
		return sent, err
	}
	sent = time.Now()
	return sent, p.socket().send(packet)
}

// await fills in the hop by the answer to its probe, where one comes in time.
func (t tracer) await(p prober, hop *lab.TracedHop, sent time.Time, end *horizon) {
	for {
		r, err := p.socket().receive()
		if err != nil {
			return // the time is over, for this hop or for all
		}
		if !p.answers(r) {
			continue
		}
		hop.From, hop.RTT = r.from, r.at.Sub(sent)
		if r.isError {
			hop.Sign = sign(t.target.Is6(), r.kind, r.code)
		}
		if !r.isError || !exceeded(t.target.Is6(), r.kind) {
			end.reach(hop.TTL, hop.RTT)
		}
		return
	}
}

// horizon is how far is looked, and for how long: once the path has ended at a hop, what lies behind is not waited for, and
// what lies before only for a while.
type horizon struct {
	deadline time.Time
	mutex    sync.Mutex
	sockets  []*querySocket // by hop
	last     int            // the hop at which the path ends; 0: not known
	near     time.Time      // the end of the wait for hops before it
}

// nearFactor is how many times as long as the last hop an earlier one may take, as with traceroute(8); nearLeast allows for
// a busy machine.
const (
	nearFactor = 10
	nearLeast  = 200 * time.Millisecond
)

func newHorizon(deadline time.Time) *horizon { return &horizon{deadline: deadline} }

// add lets the probe for the next hop wait.
func (h *horizon) add(s *querySocket) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.sockets = append(h.sockets, s)
	return s.until(h.until(len(h.sockets)))
}

// until is the end of the wait for a hop.
func (h *horizon) until(ttl int) time.Time {
	switch {
	case h.last == 0:
		return h.deadline
	case ttl < h.last:
		return h.near
	}
	return time.Now()
}

// reach ends the path at a hop, unless it has ended before.
func (h *horizon) reach(ttl int, rtt time.Duration) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.last != 0 && h.last <= ttl {
		return
	}
	h.last, h.near = ttl, time.Now().Add(max(nearFactor*rtt, nearLeast))
	if h.near.After(h.deadline) {
		h.near = h.deadline
	}
	for i, s := range h.sockets {
		_ = s.until(h.until(i + 1)) // it fails on one that has been closed, for which nobody waits any more
	}
}

func (h *horizon) length(all int) int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.last == 0 {
		return all
	}
	return h.last
}

// signs are those of traceroute(8) for the codes of "destination unreachable", by family. Codes without a sign come from a
// target that was reached.
var signs = map[bool]map[byte]string{
	false: {0: "!N", 1: "!H", 2: "!P", 3: "", 4: "!F", 5: "!S", 6: "!N", 7: "!H", 8: "!N", 9: "!X", 10: "!X", 11: "!N", 12: "!H", 13: "!X",
		14: "!V", 15: "!C"},
	true: {0: "!N", 1: "!X", 2: "!H", 3: "!H", 4: ""},
}

// exceeded reports whether a type of ICMP error says that the time to live ran out.
func exceeded(v6 bool, kind byte) bool { return v6 && kind == 3 || !v6 && kind == 11 }

// sign is that of an ICMP error; empty where the time to live ran out, and where nobody listens on the port.
func sign(v6 bool, kind, code byte) string {
	unreachable := byte(3)
	if v6 {
		unreachable = 1
	}
	switch text, known := signs[v6][code]; {
	case exceeded(v6, kind):
		return ""
	case kind == unreachable && known:
		return text
	}
	return fmt.Sprintf("!<%d-%d>", kind, code)
}
