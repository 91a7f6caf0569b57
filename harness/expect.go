package harness

import (
	"fmt"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// established is what the baseline must show at every vantage point: a complete handshake, and never a RST.
var established = signature.MustParse(`
+0   > S  seq 0
+any < S. seq 0 ack 1
+any > .  seq 1 ack 1
...
never * R*
`)

// The two halves of an orderly close.
var finFromClient, finFromServer = signature.MustParsePacket("> F*"), signature.MustParsePacket("< F*")

// closed reports whether both sides have closed each connection to the service. A client may keep its connection for
// the next request, so this is waited for and not demanded.
func closed(trace wire.Trace) bool {
	for _, a := range trace.Attempts(Port) {
		if finFromClient.Count(a) == 0 || finFromServer.Count(a) == 0 {
			return false
		}
	}
	return true
}

// maximumSegment is the payload in bytes that fits into an Ethernet frame: 1500 less the IP and TCP headers.
var maximumSegment = map[Family]string{IPv4: "1460", IPv6: "1440"}

// repeatedTimeout begins a line that stands for as many "+rto" lines as retransmissions fit into the client's patience.
const repeatedTimeout = "+rto*"

// expectation parses a scenario's text for a family, a schedule of SYNs and a client's patience.
func expectation(text string, f Family, schedule signature.Schedule, patience time.Duration) (signature.Signature, error) {
	text = strings.ReplaceAll(text, "$MSS", maximumSegment[f])
	var lines []string
	for line := range strings.Lines(text) {
		rest, repeated := strings.CutPrefix(strings.TrimSpace(line), repeatedTimeout)
		if !repeated {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, retransmissions(rest, schedule, patience)...)
	}
	return signature.Parse(strings.Join(lines, "\n"))
}

// retransmissions writes a line for each retransmission that comes while the client waits. One that may come just
// before or just after the client's end, as the timer has it, may be absent.
func retransmissions(rest string, schedule signature.Schedule, patience time.Duration) []string {
	var lines []string
	late := signature.DefaultTolerance()
	at, latest := time.Duration(0), time.Duration(0)
	for _, gap := range schedule.Gaps {
		_, most := late.Window(gap)
		at, latest = at+gap, latest+most
		switch {
		case latest < patience:
			lines = append(lines, "+rto"+rest)
		case at <= patience:
			lines = append(lines, "? +rto"+rest)
		}
	}
	return lines
}

// checker holds traces against expectations.
type checker struct {
	options signature.Options
}

// wireAt holds what one vantage point saw of the connections to the service against an expectation.
func (c checker) wireAt(trace wire.Trace, want signature.Signature) *signature.Mismatch {
	attempts := trace.Attempts(Port)
	if len(attempts) == 0 {
		return want.Match(wire.Attempt{}, c.options)
	}
	for _, a := range attempts {
		if m := want.Match(a, c.options); m != nil {
			return m
		}
	}
	return nil
}

// lostWhere says between which vantage points the client's packets were lost, "" when they reached the last one or
// when nothing was sent.
func lostWhere(traces []wire.Trace) string {
	last := ""
	for _, t := range traces {
		if len(t.Attempts(Port)) > 0 {
			last = t.Point
			continue
		}
		if last != "" {
			return fmt.Sprintf("%s saw no packet: it was lost after %s", t.Point, last)
		}
	}
	return ""
}
