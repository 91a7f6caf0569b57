package clients

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab"
)

// SystemPing is ping of iputils, as installed on the host. It sends what [Ping] sends.
type SystemPing struct{}

// Name is "system-ping".
func (SystemPing) Name() string { return "system-ping" }

// Programs implements [lab.Needer].
func (SystemPing) Programs() []string { return []string{"ping"} }

// Speaks implements [lab.Speaker].
func (SystemPing) Speaks() lab.Protocol { return lab.Echo }

// Do gives the last request what is left of the client's patience (-W).
func (p SystemPing) Do(ctx context.Context, a lab.Call) (lab.Outcome, error) {
	interval := pingInterval(a.Timeout)
	wait := a.Timeout - (pingRequests-1)*interval
	out, err := runProgram(ctx, a.Host, "ping", "-n", "-c", strconv.Itoa(pingRequests),
		"-i", fmt.Sprintf("%.3f", interval.Seconds()), "-W", fmt.Sprintf("%.3f", wait.Seconds()), a.Target.Addr().String())
	if err != nil {
		return lab.Outcome{}, err
	}
	return systemPingOutcome(out), nil
}

var (
	// pingSummary is the line with the counts: "3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2034ms".
	pingSummary = regexp.MustCompile(`(?m)^(\d+) packets transmitted, (\d+) received`)
	// pingUnreachable is a line for an ICMP error: "From 198.51.100.1 icmp_seq=1 Destination Host Unreachable".
	pingUnreachable = regexp.MustCompile(`(?m)^From (\S+) icmp_seq=(\d+) (.+)$`)
)

// pingErrnos are the errors that the kernel would give a TCP client for the same message (icmp_err_convert).
var pingErrnos = map[string]string{
	"Destination Host Unreachable": "EHOSTUNREACH",
	"Destination Net Unreachable":  "ENETUNREACH",
	"Destination Port Unreachable": "ECONNREFUSED",
	"Destination Host Prohibited":  "EHOSTUNREACH",
	"Destination Net Prohibited":   "ENETUNREACH",
	"Packet filtered":              "EHOSTUNREACH",
	"Time to live exceeded":        "EHOSTUNREACH",
	// ICMPv6
	"Destination unreachable: Address unreachable":         "EHOSTUNREACH",
	"Destination unreachable: No route":                    "ENETUNREACH",
	"Destination unreachable: Administratively prohibited": "EACCES",
	"Destination unreachable: Port unreachable":            "ECONNREFUSED",
	"Time exceeded: Hop limit":                             "EHOSTUNREACH",
}

func systemPingOutcome(out output) lab.Outcome {
	const program = "system-ping"
	counts := pingSummary.FindStringSubmatch(out.stdout)
	if counts == nil {
		// It could not send at all: "ping: connect: Network is unreachable".
		return lab.Outcome{Program: program, Elapsed: out.elapsed, Ended: out.ended, ExitCode: out.code,
			Stage: "connect", Errno: errnoIn(out.stderr), Error: out.said(), Code: fmt.Sprintf("exit %d", out.code)}
	}
	sent, _ := strconv.Atoi(counts[1])
	received, _ := strconv.Atoi(counts[2])
	var complaint *lab.EchoReply
	errno := ""
	if said := pingUnreachable.FindStringSubmatch(out.stdout); said != nil {
		seq, _ := strconv.Atoi(said[2])
		from, _ := netip.ParseAddr(said[1])
		complaint = &lab.EchoReply{Seq: seq, From: from, Unreachable: strings.TrimSpace(said[3])}
		errno = pingErrnos[complaint.Unreachable]
	}
	o := lab.PingOutcome(program, sent, received, complaint, errno)
	o.Elapsed, o.Ended, o.ExitCode = out.elapsed, out.ended, out.code
	if errno := errnoIn(out.stderr); errno != "" && complaint == nil && !o.OK() {
		o.Stage, o.Errno, o.Error, o.Timeout = "connect", errno, out.said(), false
	}
	return o
}

var _ = register(SystemPing{}, "ping of iputils, as installed: three ICMP echo requests")
