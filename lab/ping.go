package lab

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

// PingVerb sends echo requests, one per interval, and waits for the replies until the timeout, counted from the first
// request, is over. It prints a [Pinged] and exits 0 whether or not there were replies.
func PingVerb(target netip.Addr, count int, interval, timeout time.Duration) []string {
	return Verb("ping", "--count", strconv.Itoa(count), "--interval", interval.String(), "--timeout", timeout.String(), target.String())
}

// Pinged is an [Outcome] with the numbers behind it.
type Pinged struct {
	Outcome
	Sent     int         `json:"sent"`
	Received int         `json:"received"`
	Replies  []EchoReply `json:"replies"`
}

// EchoReply is what came back for one echo request.
type EchoReply struct {
	Seq  int           `json:"seq"` // from 1
	From netip.Addr    `json:"from"`
	RTT  time.Duration `json:"rtt_ns"`
	// Unreachable is an ICMP error in place of the reply, in the words of ping(8): "Destination Host Unreachable".
	Unreachable string `json:"unreachable,omitempty"`
}

// PingOutcome puts the result of echo requests in the words of every other client. A complaint is an ICMP error that came
// in place of a reply, with the error that the kernel gives a TCP client for it.
func PingOutcome(program string, sent, received int, complaint *EchoReply, errno string) Outcome {
	o := Outcome{Program: program, Code: fmt.Sprintf("%d of %d lost", sent-received, sent)}
	if received == sent {
		return o
	}
	o.Stage = "read"
	if complaint != nil {
		o.Errno, o.Error = errno, fmt.Sprintf("%s: %s, says %s", program, complaint.Unreachable, complaint.From)
		return o
	}
	o.Error = fmt.Sprintf("%s: %s (%d%% packet loss)", program, o.Code, 100*(sent-received)/max(sent, 1))
	o.Timeout = received == 0
	return o
}
