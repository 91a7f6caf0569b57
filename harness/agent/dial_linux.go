package agent

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/harness"
)

// dial connects, sends one HTTP request, reads the reply to the end of the connection, and prints the outcome.
func dial(ctx context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("dial", flag.ContinueOnError)
	timeout := flags.Duration("timeout", 3*time.Second, "the client's patience, for connecting and reading together")
	if err := parse(flags, args); err != nil {
		return err
	}
	target, err := netip.ParseAddrPort(flags.Arg(0))
	if err != nil || flags.NArg() != 1 {
		return usagef("usage: tcplab host dial [--timeout 3s] ADDRESS:PORT (an IP address, IPv6 in brackets)")
	}
	start := time.Now()
	conn, err := (&net.Dialer{Deadline: start.Add(*timeout), Control: s.Namespace.Control}).DialContext(ctx, "tcp", target.String())
	if err != nil {
		return printJSON(s.Stdout, harness.OutcomeOf("go", "connect", err, time.Since(start)))
	}
	defer conn.Close()
	err = converse(conn, start.Add(*timeout))
	outcome := harness.OutcomeOf("go", "read", err, time.Since(start))
	outcome.Local = conn.LocalAddr().(*net.TCPAddr).AddrPort()
	return printJSON(s.Stdout, outcome)
}

// converse sends a request and reads the reply and then on to the server's FIN, so that the server always closes
// first and a healthy connection ends in the same way every time.
func converse(conn net.Conn, deadline time.Time) error {
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	request := fmt.Sprintf("GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", conn.RemoteAddr())
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, reader); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", response.Status)
	}
	return nil
}
