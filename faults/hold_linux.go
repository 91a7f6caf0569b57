package faults

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/lab/agent"
)

// hold keeps connections open until standard input ends.
func hold(ctx context.Context, s agent.Streams, args []string) error {
	flags := flag.NewFlagSet("hold", flag.ContinueOnError)
	count := flags.Int("count", 1, "how many connections; 0: as many as there are local ports")
	halfOpen := flags.Bool("half-open", false, "begin them, and wait for no answer")
	forget := flags.Bool("forget", false, "forget them once all are there, without a packet: the other end still has them")
	if err := agent.Parse(flags, args); err != nil {
		return err
	}
	target, err := netip.ParseAddrPort(flags.Arg(0))
	if err != nil || flags.NArg() != 1 || *count < 0 || *halfOpen && (*count == 0 || *forget) {
		return agent.Usagef("usage: tcplab host hold [--count N] [--half-open | --forget] ADDRESS:PORT (an IP address, IPv6 in brackets)")
	}
	if !*forget {
		var cancel context.CancelFunc
		ctx, cancel = agent.UntilStdinEnds(ctx, s)
		defer cancel()
	}
	dialer := net.Dialer{Control: s.Namespace.Control, KeepAlive: -1}
	if *halfOpen {
		agent.SayReady(s)
		begin(ctx, dialer, target, *count)
		return nil
	}
	var held []*net.TCPConn
	for n := 0; *count == 0 || n < *count; n++ {
		c, err := dialer.DialContext(ctx, "tcp", target.String())
		if *count == 0 && n > 0 && errors.Is(err, unix.EADDRNOTAVAIL) {
			break
		}
		if err != nil {
			return fmt.Errorf("connection %d: %w", n+1, err)
		}
		defer c.Close()
		held = append(held, c.(*net.TCPConn))
		if err := held[n].SetLinger(0); err != nil { // closed with a RST, its port does not rest in TIME-WAIT
			return err
		}
	}
	if *forget {
		for _, c := range held {
			if err := agent.ForgetOnClose(c); err != nil {
				return err
			}
		}
		return nil
	}
	agent.SayReady(s)
	<-ctx.Done()
	return nil
}

// begin begins so many connections to a target of which no answer is expected, and gives them up when ctx ends.
func begin(ctx context.Context, dialer net.Dialer, target netip.AddrPort, count int) {
	var group sync.WaitGroup
	for range count {
		group.Go(func() {
			if c, err := dialer.DialContext(ctx, "tcp", target.String()); err == nil {
				_ = c.Close()
			}
		})
	}
	<-ctx.Done()
	group.Wait()
}

func init() {
	agent.Register("hold [--count N] [--half-open | --forget] ADDR:PORT: open connections and keep them until standard input ends, or forget them", hold)
}
