package agent

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// dialed is how an attempt at one of several addresses has ended.
type dialed struct {
	conn net.Conn
	err  error
}

// dialFunc is [net.Dialer.DialContext].
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// dialFirst connects to the first of several addresses that answers, as RFC 8305 section 5 has it ("Happy Eyeballs"): they are tried
// in their order, and the next one as soon as the one before it has failed, or has not answered for [lab.AttemptDelay]. The attempts
// that have lost are given up. When all have failed, the error is the one that came
// first.
func dialFirst(ctx context.Context, dial dialFunc, addresses []netip.AddrPort) (net.Conn, error) {
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	ended := make(chan dialed)
	begin := func(address netip.AddrPort) {
		conn, err := dial(ctx, "tcp", address.String())
		ended <- dialed{conn, err}
	}
	next, running := 0, 0
	var first error
	for {
		if next < len(addresses) {
			go begin(addresses[next])
			next, running = next+1, running+1
		}
		got, ok := within(ended, next < len(addresses))
		if !ok {
			continue // it is the next one's turn
		}
		running--
		if got.err == nil {
			giveUp()
			discard(ended, running)
			return got.conn, nil
		}
		if first == nil {
			first = got.err
		}
		if running == 0 && next == len(addresses) {
			return nil, first
		}
	}
}

// within waits for the end of an attempt: no longer than the delay where there is another address to try.
func within(ended <-chan dialed, more bool) (got dialed, ok bool) {
	if !more {
		return <-ended, true
	}
	timer := time.NewTimer(lab.AttemptDelay)
	defer timer.Stop()
	select {
	case got = <-ended:
		return got, true
	case <-timer.C:
		return dialed{}, false
	}
}

// discard waits for the ends of the attempts that have lost, and closes what they have opened.
func discard(ended <-chan dialed, running int) {
	for range running {
		if late := <-ended; late.err == nil {
			_ = late.conn.Close()
		}
	}
}
