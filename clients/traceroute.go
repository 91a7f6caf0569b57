package clients

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/harness"
)

// Traceroute sends probes whose time to live runs out on the way, and so finds the routers up to the target: the real
// traceroute (Linux's, by Dmitry Butskoy).
type Traceroute struct {
	// Method is that of its probes: "icmp", "udp" or "tcp" (SYNs to the service's port).
	Method string
}

// Name is "traceroute-icmp" for one.
func (t Traceroute) Name() string { return "traceroute-" + t.Method }

// Programs implements [harness.Needer].
func (Traceroute) Programs() []string { return []string{"traceroute"} }

// Speaks implements [harness.Speaker].
func (Traceroute) Speaks() harness.Protocol { return harness.Probes }

// mostHops is more than any lab has routers, so that a way that leads nowhere ends soon.
const mostHops = 3

// Do sends one probe for each hop, all at once, and waits for the answers.
func (t Traceroute) Do(ctx context.Context, a harness.Attempt) (harness.Outcome, error) {
	argv := []string{"traceroute", "-n", "-q", "1", "-m", strconv.Itoa(mostHops), "-w", fmt.Sprintf("%.3f", a.Timeout.Seconds())}
	switch t.Method {
	case "icmp":
		argv = append(argv, "-I")
	case "tcp":
		argv = append(argv, "-T", "-p", strconv.Itoa(int(a.Target.Port())))
	}
	out, err := runProgram(ctx, a.Host, append(argv, a.Target.Addr().String())...)
	if err != nil {
		return harness.Outcome{}, err
	}
	return tracerouteOutcome(t.Name(), a.Target.Addr().String(), out), nil
}

// tracerouteOutcome reads lines such as " 1  198.51.100.1  0.043 ms" and " 2  *".
func tracerouteOutcome(program, target string, out output) harness.Outcome {
	o := harness.Outcome{Program: program, Elapsed: out.elapsed, Ended: out.ended, ExitCode: out.code}
	last, hop, trouble := "", "", ""
	for line := range strings.Lines(out.stdout) {
		fields := strings.Fields(line)
		if len(fields) < 2 || strings.HasPrefix(line, "traceroute") || fields[1] == "*" {
			continue
		}
		hop, last = fields[0], fields[1]
		if sign := fields[len(fields)-1]; strings.HasPrefix(sign, "!") {
			trouble = sign // "!H", "!N", "!X": host or network unreachable, prohibited
			break
		}
		if last == target {
			break
		}
	}
	switch {
	case out.code != 0 && last == "":
		o.Stage, o.Errno, o.Error, o.Code = "connect", errnoIn(out.stderr), out.said(), fmt.Sprintf("exit %d", out.code)
	case trouble != "":
		o.Stage, o.Code = "read", fmt.Sprintf("%s by %s", trouble, last)
		o.Errno = map[string]string{"!H": "EHOSTUNREACH", "!N": "ENETUNREACH", "!X": "EHOSTUNREACH"}[trouble]
		o.Error = fmt.Sprintf("%s: hop %s answered %s", program, hop, trouble)
	case last == target:
		o.Code = "reached at hop " + hop
	case last == "":
		o.Stage, o.Timeout, o.Code, o.Error = "read", true, "no hop answered", program+": no hop answered"
	default:
		o.Stage, o.Timeout, o.Code = "read", true, "lost after "+last
		o.Error = fmt.Sprintf("%s: nothing answered after hop %s, %s", program, hop, last)
	}
	return o
}

var (
	_ = register(Traceroute{Method: "icmp"}, "traceroute -I: ICMP echo requests whose time to live runs out")
	_ = register(Traceroute{Method: "udp"}, "traceroute: UDP to ports where nobody listens")
	_ = register(Traceroute{Method: "tcp"}, "traceroute -T: SYNs to the service's port")
)
