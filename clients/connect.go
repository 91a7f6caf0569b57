package clients

import (
	"context"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// Connect is a program that makes blocking system calls, as many written in C do: connect(2) with SO_SNDTIMEO as its
// timeout. It hears of an ICMP error about a second late, with the next SYN.
type Connect struct{}

// Name is "connect".
func (Connect) Name() string { return "connect" }

// Do runs "tcplab host connect".
func (Connect) Do(ctx context.Context, a lab.Call) (lab.Outcome, error) {
	return lab.RunVerb(ctx, a.Host, agent.ConnectVerb(a.Target, a.Timeout))
}

var _ = register(Connect{}, "blocking connect(2), with SO_SNDTIMEO as its timeout")
