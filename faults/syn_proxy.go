package faults

import (
	"context"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// SYNProxy is a protection of the router against SYN floods: it answers each SYN to the service itself, with a cookie for a number (RFC 4987
// section 3.6) and a window of 0, and calls the server only when the client has acknowledged that. From then on it passes the segments on, with the
// numbers changed. It takes a topology whose router takes up no connection in the middle, see [Screened].
type SYNProxy struct{}

func (p SYNProxy) String() string { return p.Words().English }

// Words are those of String in each language.
func (SYNProxy) Words() lang.Text {
	return lang.Text{English: "SYN proxy on the router", Korean: "라우터의 SYN 프록시"}
}

// SYNProxyCounter is among the [lab.Counters] of a router with a SYN proxy: how many segments it has answered, SYNs and the acknowledgments of its SYN-ACKs.
const SYNProxyCounter = "SYN proxy"

// Screened is [lab.Routed] with a router whose connection tracking takes up no connection in the middle: to it, what acknowledges a SYN that it has
// not tracked is invalid, and so is for the SYN proxy.
func Screened() lab.Topology { return tracking("routed, with a SYN proxy") }

// Install puts the proxy in place.
func (SYNProxy) Install(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.RouterHost, lab.Verb("synproxy", "set", "--port", lab.JoinPorts(b.Service.Numbers(), ",")))
}
