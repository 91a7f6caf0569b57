package lab

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

// The kinds of probes by which a path is traced, all of them with a time to live that runs out on the way.
const (
	TraceICMP = "icmp" // echo requests
	TraceUDP  = "udp"  // datagrams to ports where nobody listens
	TraceTCP  = "tcp"  // single SYNs to the service's port
)

// TracerouteVerb sends one probe for each hop, all at once, and waits for the answers. It prints a [Traced] and exits 0
// whether or not the target was reached. The port is that of TCP probes.
func TracerouteVerb(method string, target netip.AddrPort, hops int, timeout time.Duration) []string {
	return Verb("traceroute", "--method", method, "--port", strconv.Itoa(int(target.Port())), "--hops", strconv.Itoa(hops),
		"--timeout", timeout.String(), target.Addr().String())
}

// Traced is an [Outcome] with the hops behind it.
type Traced struct {
	Outcome
	Hops []TracedHop `json:"hops"`
}

// TracedHop is what came back for one probe.
type TracedHop struct {
	TTL  int           `json:"ttl"`
	From netip.Addr    `json:"from,omitzero"` // not valid: nothing answered
	RTT  time.Duration `json:"rtt_ns,omitempty"`
	// Sign is that of traceroute(8) for an ICMP error that ends the path: "!H", "!N", "!X" (host or network unreachable,
	// prohibited) ... Empty for a router on the way, and for the target.
	Sign string `json:"sign,omitempty"`
}

// TraceOutcome puts a traced path in the words of every other client.
func TraceOutcome(program string, target netip.Addr, hops []TracedHop) Outcome {
	o := Outcome{Program: program}
	var last TracedHop
	for _, h := range hops {
		if !h.From.IsValid() {
			continue
		}
		if last = h; h.Sign != "" || h.From == target {
			break
		}
	}
	switch {
	case last.Sign != "":
		o.Stage, o.Code, o.Errno = "read", fmt.Sprintf("%s by %s", last.Sign, last.From), signErrno(last)
		o.Error = fmt.Sprintf("%s: hop %d answered %s", program, last.TTL, last.Sign)
	case !last.From.IsValid():
		o.Stage, o.Timeout, o.Code, o.Error = "read", true, "no hop answered", program+": no hop answered"
	case last.From == target:
		o.Code = fmt.Sprintf("reached at hop %d", last.TTL)
	default:
		o.Stage, o.Timeout, o.Code = "read", true, fmt.Sprintf("lost after %s", last.From)
		o.Error = fmt.Sprintf("%s: nothing answered after hop %d, %s", program, last.TTL, last.From)
	}
	return o
}

// signErrno is the error that the kernel gives a TCP client for the same message (icmp_err_convert, icmpv6_err_convert).
func signErrno(h TracedHop) string {
	if h.Sign == "!X" && h.From.Is6() {
		return "EACCES"
	}
	return map[string]string{"!H": "EHOSTUNREACH", "!N": "ENETUNREACH", "!X": "EHOSTUNREACH"}[h.Sign]
}
