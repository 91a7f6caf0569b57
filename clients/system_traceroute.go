package clients

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// SystemTraceroute is traceroute as installed on the host: Linux's, by Dmitry Butskoy.
type SystemTraceroute struct {
	// Method is as in [Traceroute].
	Method string
}

// Name is "system-traceroute-icmp" for one.
func (t SystemTraceroute) Name() string { return "system-traceroute-" + t.Method }

// Programs implements [lab.Needer].
func (SystemTraceroute) Programs() []string { return []string{"traceroute"} }

// Speaks implements [lab.Speaker].
func (SystemTraceroute) Speaks() lab.Protocol { return lab.Probes }

// Do sends one probe for each hop, all at once, and waits for the answers.
func (t SystemTraceroute) Do(ctx context.Context, a lab.Call) (lab.Outcome, error) {
	argv := []string{"traceroute", "-n", "-q", "1", "-m", strconv.Itoa(mostHops), "-w", fmt.Sprintf("%.3f", a.Timeout.Seconds())}
	switch t.Method {
	case lab.TraceICMP:
		argv = append(argv, "-I")
	case lab.TraceTCP:
		argv = append(argv, "-T", "-p", strconv.Itoa(int(a.Target.Port())))
	}
	out, err := runProgram(ctx, a.Host, append(argv, a.Target.Addr().String())...)
	if err != nil {
		return lab.Outcome{}, err
	}
	return systemTracerouteOutcome(t.Name(), a.Target.Addr(), out), nil
}

// systemTracerouteOutcome reads lines such as " 1  198.51.100.1  0.043 ms", " 1  198.51.100.1  3067.0 ms !H" and " 2  *".
func systemTracerouteOutcome(program string, target netip.Addr, out output) lab.Outcome {
	var hops []lab.TracedHop
	for line := range strings.Lines(out.stdout) {
		fields := strings.Fields(line)
		if len(fields) < 4 || strings.HasPrefix(line, "traceroute") {
			continue
		}
		ttl, badTTL := strconv.Atoi(fields[0])
		from, badFrom := netip.ParseAddr(fields[1])
		if badTTL != nil || badFrom != nil {
			continue
		}
		h := lab.TracedHop{TTL: ttl, From: from}
		if rtt, err := strconv.ParseFloat(fields[2], 64); err == nil {
			h.RTT = time.Duration(rtt * float64(time.Millisecond))
		}
		if sign := fields[len(fields)-1]; strings.HasPrefix(sign, "!") {
			h.Sign = sign
		}
		hops = append(hops, h)
	}
	o := lab.TraceOutcome(program, target, hops)
	if out.code != 0 && len(hops) == 0 {
		o = lab.Outcome{Program: program, Stage: "connect", Errno: errnoIn(out.stderr), Error: out.said(), Code: fmt.Sprintf("exit %d", out.code)}
	}
	o.Elapsed, o.Ended, o.ExitCode = out.elapsed, out.ended, out.code
	return o
}

var (
	_ = register(SystemTraceroute{Method: lab.TraceICMP}, "traceroute -I, as installed: ICMP echo requests whose time to live runs out")
	_ = register(SystemTraceroute{Method: lab.TraceUDP}, "traceroute, as installed: UDP to ports where nobody listens")
	_ = register(SystemTraceroute{Method: lab.TraceTCP}, "traceroute -T, as installed: SYNs to the service's port")
)
