package faults

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Moment is the segment of a connection at which something breaks.
type Moment string

// The moments.
const (
	AtRequest       Moment = "request"        // the client's first with data
	AtReply         Moment = "reply"          // the server's first with data
	AtSecondRequest Moment = "second-request" // the client's first after the server's first
	AfterRequest    Moment = "after-request"  // what follows the server's acknowledgment of the client's first
	WindowClosed    Moment = "window-closed"  // what follows the server's first with a window of 0
)

// momentWords are the moments in a sentence.
var momentWords = map[Moment]lang.Text{
	AtRequest:       {English: "request", Korean: "요청"},
	AtReply:         {English: "reply", Korean: "응답"},
	AtSecondRequest: {English: "second request", Korean: "두 번째 요청"},
	AfterRequest:    {English: "acknowledged request", Korean: "요청에 대한 확인 응답 다음"},
	WindowClosed:    {English: "closed window", Korean: "윈도가 닫힌 다음"},
}

// Cut breaks the path on the router in the middle of a connection: from that segment on, this one included, its packets are
// dropped. Other connections pass until they come to the same point. The router's kernel decides by the packet itself, with
// a mark on the connection (nf_conntrack), so no clock has a part in it.
type Cut struct {
	From Moment
	// Back says that only packets from the server are dropped.
	Back bool
	// Reject says that packets are answered with ICMP "administratively prohibited" (RFC 1812 section 5.2.7.1, RFC 4443
	// section 3.1).
	Reject bool
	// Packets is how many are dropped before the path heals by itself; 0: it does not.
	Packets int
}

func (c Cut) String() string { return c.Words().English }

// Words are those of String in each language.
func (c Cut) Words() lang.Text {
	does := lang.Text{English: "drops", Korean: "드롭한다"}
	if c.Reject {
		does = lang.Text{English: "rejects", Korean: "거절한다"}
	}
	what := lang.Text{English: "what comes", Korean: "패킷을"}
	if c.Back {
		what = lang.Text{English: "what comes from the server", Korean: "서버에서 오는 패킷을"}
	}
	var packets lang.Text
	if c.Packets > 0 {
		packets = lang.Text{English: ", %d packets", Korean: "(패킷 %d개)"}.With(c.Packets)
	}
	return lang.Text{English: "the router %s %s on a connection from its %s on%s", Korean: "라우터가 연결의 %[3]s부터 %[2]s %[1]s%[4]s"}.With(does, what, momentWords[c.From], packets)
}

// CounterName is among the [lab.Counters] of the router: the number of packets that were dropped or rejected, those of both
// families together.
func (c Cut) CounterName(lab.Family) string { return "cut: " + c.String() }

// CutVerb puts a cut of the connections with a service in place, in the place of the one before.
func CutVerb(c Cut, s lab.Service) []string {
	argv := append(lab.Verb("cut", "set"), portArgs(s)...)
	argv = append(argv, "--from", string(c.From), "--packets", strconv.Itoa(c.Packets))
	if c.Back {
		argv = append(argv, "--back")
	}
	if c.Reject {
		argv = append(argv, "--reject")
	}
	return argv
}

// Inject arms it: it waits for its segment.
func (c Cut) Inject(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.RouterHost, CutVerb(c, b.Service))
}

// Verify reads its counter.
func (c Cut) Verify(ctx context.Context, b *lab.Bench) error {
	counters := lab.Counters{}
	if err := b.Query(ctx, lab.RouterHost, agent.CountersVerb(), &counters); err != nil {
		return err
	}
	if _, ok := counters[c.CounterName(b.Family)]; !ok {
		return fmt.Errorf("host %s has no rule by which %s", lab.RouterHost, c)
	}
	return nil
}

// Heal removes it.
func (c Cut) Heal(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.RouterHost, lab.Verb("cut", "remove"))
}
