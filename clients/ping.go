package clients

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
)

// Ping is ping of iputils: three echo requests to the target's address.
type Ping struct{}

// Name is "ping".
func (Ping) Name() string { return "ping" }

// Programs implements [harness.Needer].
func (Ping) Programs() []string { return []string{"ping"} }

// Speaks implements [harness.Speaker].
func (Ping) Speaks() harness.Protocol { return harness.Echo }

// pingRequests is how many it sends. One lost is not a dead host.
const pingRequests = 3

// Do sends the requests in the first part of the client's patience, and waits for replies to its end.
func (p Ping) Do(ctx context.Context, a harness.Attempt) (harness.Outcome, error) {
	// Two intervals of a tenth of a second: at 3 s as fast as an ordinary user may, and shorter in compressed time.
	interval := min(a.Timeout/15, 200*time.Millisecond)
	wait := a.Timeout - (pingRequests-1)*interval
	out, err := runProgram(ctx, a.Host, "ping", "-n", "-c", strconv.Itoa(pingRequests),
		"-i", fmt.Sprintf("%.3f", interval.Seconds()), "-W", fmt.Sprintf("%.3f", wait.Seconds()), a.Target.Addr().String())
	if err != nil {
		return harness.Outcome{}, err
	}
	return pingOutcome(out), nil
}

var (
	// pingSummary is the line with the counts: "3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2034ms".
	pingSummary = regexp.MustCompile(`(?m)^(\d+) packets transmitted, (\d+) received`)
	// pingUnreachable is a line for an ICMP error: "From 198.51.100.1 icmp_seq=1 Destination Host Unreachable".
	pingUnreachable = regexp.MustCompile(`(?m)^From (\S+) icmp_seq=\d+ (.+)$`)
)

// pingErrnos are the errors that the kernel would give a TCP client for the same message (icmp_err_convert).
var pingErrnos = map[string]string{
	"Destination Host Unreachable": "EHOSTUNREACH",
	"Destination Net Unreachable":  "ENETUNREACH",
	"Packet filtered":              "EHOSTUNREACH",
	// ICMPv6
	"Destination unreachable: Address unreachable":         "EHOSTUNREACH",
	"Destination unreachable: No route":                    "ENETUNREACH",
	"Destination unreachable: Administratively prohibited": "EACCES",
}

func pingOutcome(out output) harness.Outcome {
	o := harness.Outcome{Program: "ping", Elapsed: out.elapsed, Ended: out.ended, ExitCode: out.code}
	counts := pingSummary.FindStringSubmatch(out.stdout)
	if counts == nil {
		// It could not send at all: "ping: connect: Network is unreachable".
		o.Stage, o.Errno, o.Error, o.Code = "connect", errnoIn(out.stderr), out.said(), fmt.Sprintf("exit %d", out.code)
		return o
	}
	sent, _ := strconv.Atoi(counts[1])
	received, _ := strconv.Atoi(counts[2])
	o.Code = fmt.Sprintf("%d of %d lost", sent-received, sent)
	if received == sent {
		return o
	}
	o.Stage, o.Error = "read", fmt.Sprintf("ping: %s (%d%% packet loss)", o.Code, 100*(sent-received)/max(sent, 1))
	if said := pingUnreachable.FindStringSubmatch(out.stdout); said != nil {
		reason := strings.TrimSpace(said[2])
		o.Errno, o.Error = pingErrnos[reason], fmt.Sprintf("ping: %s, says %s", reason, said[1])
		return o
	}
	if o.Errno = errnoIn(out.stderr); o.Errno != "" {
		o.Stage, o.Error = "connect", out.said()
		return o
	}
	o.Timeout = received == 0
	return o
}

var _ = register(Ping{}, "ping: three ICMP echo requests")
