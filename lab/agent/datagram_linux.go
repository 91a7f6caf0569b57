package agent

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/lab"
)

func init() {
	Register("datagram [--timeout D] ADDR:PORT...: send a UDP datagram to each, and wait until it comes back", datagram)
}

// datagram sends one to each address, one after the other, waits until the same comes back, and prints the outcome: that of the first address
// that does not return it, else of the last.
func datagram(ctx context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("datagram", flag.ContinueOnError)
	timeout := flags.Duration("timeout", lab.DefaultTimeout, "the client's patience for each address")
	if err := Parse(flags, args); err != nil {
		return err
	}
	targets, err := addressesIn(flags.Args())
	if err != nil || *timeout <= 0 {
		return Usagef("usage: tcplab host datagram [--timeout 3s] ADDRESS:PORT... (an IP address, IPv6 in brackets)")
	}
	start := time.Now()
	for _, to := range targets {
		if err = exchangeDatagram(ctx, s.Namespace, to, *timeout); err != nil {
			break
		}
	}
	return PrintJSON(s.Stdout, lab.OutcomeOf("datagram", "read", err, time.Since(start)))
}

// exchangeDatagram sends a datagram, and returns when it has come back.
func exchangeDatagram(ctx context.Context, ns *Namespace, to netip.AddrPort, patience time.Duration) error {
	conn, err := (&net.Dialer{Control: ns.Control}).DialContext(ctx, lab.ProtoUDP, to.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	sent := fmt.Sprintf("tcplab asks %s", to)
	if _, err := conn.Write([]byte(sent)); err != nil {
		return err
	}
	answer := make([]byte, 2*len(sent))
	n, err := conn.Read(answer)
	if err == nil && string(answer[:n]) != sent {
		err = errors.New("the datagram that came back is another one")
	}
	return err
}
