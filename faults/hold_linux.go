package faults

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/lab/agent"
)

// hold keeps connections open until standard input ends.
func hold(ctx context.Context, s agent.Streams, args []string) error {
	flags := flag.NewFlagSet("hold", flag.ContinueOnError)
	count := flags.Int("count", 1, "how many connections; 0: as many as there are local ports")
	if err := agent.Parse(flags, args); err != nil {
		return err
	}
	target, err := netip.ParseAddrPort(flags.Arg(0))
	if err != nil || flags.NArg() != 1 || *count < 0 {
		return agent.Usagef("usage: tcplab host hold [--count N] ADDRESS:PORT (an IP address, IPv6 in brackets)")
	}
	ctx, cancel := agent.UntilStdinEnds(ctx, s)
	defer cancel()
	dialer := net.Dialer{Control: s.Namespace.Control, KeepAlive: -1}
	for n := 0; *count == 0 || n < *count; n++ {
		c, err := dialer.DialContext(ctx, "tcp", target.String())
		if *count == 0 && n > 0 && errors.Is(err, unix.EADDRNOTAVAIL) {
			break
		}
		if err != nil {
			return fmt.Errorf("connection %d: %w", n+1, err)
		}
		defer c.Close()
		if err := c.(*net.TCPConn).SetLinger(0); err != nil { // closed with a RST, its port does not rest in TIME-WAIT
			return err
		}
	}
	agent.SayReady(s)
	<-ctx.Done()
	return nil
}

func init() {
	agent.Register("hold [--count N] ADDR:PORT: open connections and keep them until standard input ends", hold)
}
