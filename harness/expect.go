package harness

import (
	"fmt"
	"slices"
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
	for _, a := range attemptsIn(trace) {
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

// circumstances are what an expectation depends on beside the scenario.
type circumstances struct {
	family    Family
	schedule  signature.Schedule
	patience  time.Duration // the client's
	waited    time.Duration // how long it did wait in the end
	tolerance signature.Tolerance
}

// expectations parses a scenario's text, whose alternatives are separated by a line "or".
func expectations(text string, c circumstances) ([]signature.Signature, error) {
	var list []signature.Signature
	for alternative := range strings.SplitSeq(strings.Trim(text, "\n")+"\n", "\nor\n") {
		s, err := expectation(alternative, c)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// expectation parses one alternative for the circumstances of a run.
func expectation(text string, c circumstances) (signature.Signature, error) {
	text = strings.ReplaceAll(text, "$MSS", maximumSegment[c.family])
	var lines []string
	for line := range strings.Lines(text) {
		rest, repeated := strings.CutPrefix(strings.TrimSpace(line), repeatedTimeout)
		if !repeated {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, retransmissions(rest, c)...)
	}
	return signature.Parse(strings.Join(lines, "\n"))
}

// retransmissions writes a line for each retransmission that comes while the client waits. One that may come just
// before or just after the client's end, as the timers of both have it, may be absent.
func retransmissions(rest string, c circumstances) []string {
	var lines []string
	c.tolerance.Scale = 0
	at := time.Duration(0)
	for _, gap := range c.schedule.Gaps {
		at += gap
		_, latest := c.tolerance.Window(at)
		switch {
		case latest < c.patience:
			lines = append(lines, "+rto"+rest)
		case at <= max(c.patience, c.waited):
			lines = append(lines, "? +rto"+rest)
		}
	}
	return lines
}

// attemptsIn returns the connection attempts at the service. A capture begins before its phase's client does: a
// connection whose SYN is not in it is what is left of an earlier phase.
func attemptsIn(t wire.Trace) []wire.Attempt {
	return slices.DeleteFunc(t.Attempts(Port), func(a wire.Attempt) bool { return !a.HasSYN })
}

// checker holds traces against expectations.
type checker struct {
	options signature.Options
}

// wireAt holds what one vantage point saw of the connections to the service against expectations, of which one must
// match. The difference is that from the first.
func (c checker) wireAt(trace wire.Trace, wants ...signature.Signature) *signature.Mismatch {
	var first *signature.Mismatch
	for _, want := range wants {
		m := c.wireIs(trace, want)
		if m == nil {
			return nil
		}
		if first == nil {
			first = m
		}
	}
	return first
}

func (c checker) wireIs(trace wire.Trace, want signature.Signature) *signature.Mismatch {
	attempts := attemptsIn(trace)
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
		if len(attemptsIn(t)) > 0 {
			last = t.Point
			continue
		}
		if last != "" {
			return fmt.Sprintf("%s saw no packet: it was lost after %s", t.Point, last)
		}
	}
	return ""
}
