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

// dialer is what "dial" does.
type dialer struct {
	target  netip.AddrPort
	timeout time.Duration
	path    string
	idle    time.Duration
}

// dial connects, sends one HTTP request, reads the reply to the end of the connection, and prints the outcome. With
// --idle there are two requests on the connection, and a pause between them.
func dial(ctx context.Context, s Streams, args []string) error {
	var d dialer
	flags := flag.NewFlagSet("dial", flag.ContinueOnError)
	flags.DurationVar(&d.timeout, "timeout", harness.DefaultTimeout, "the client's patience, for connecting and reading together; 0: the kernel's")
	flags.StringVar(&d.path, "path", "/", "path and query of the request")
	flags.DurationVar(&d.idle, "idle", 0, "keep the connection idle for so long, then use it again")
	if err := parse(flags, args); err != nil {
		return err
	}
	var err error
	if d.target, err = netip.ParseAddrPort(flags.Arg(0)); err != nil || flags.NArg() != 1 {
		return usagef("usage: tcplab host dial [--timeout 3s] [--path /] [--idle 0s] ADDRESS:PORT (an IP address, IPv6 in brackets)")
	}
	start := time.Now()
	network := &net.Dialer{Deadline: d.deadline(start), Control: s.Namespace.Control}
	conn, err := network.DialContext(ctx, "tcp", d.target.String())
	if err != nil {
		return printJSON(s.Stdout, harness.OutcomeOf("go", "connect", err, time.Since(start)))
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // whoever reads from it then has waited enough
	start, err = d.talk(ctx, conn, start)
	outcome := harness.OutcomeOf("go", "read", err, time.Since(start))
	outcome.Local = conn.LocalAddr().(*net.TCPAddr).AddrPort()
	return printJSON(s.Stdout, outcome)
}

// deadline is the end of the client's patience, the zero Time where that has none.
func (d dialer) deadline(start time.Time) time.Time {
	if d.timeout == 0 {
		return time.Time{}
	}
	return start.Add(d.timeout)
}

// talk makes the requests on the connection, and returns when the client began to wait: at the start, or after its pause.
func (d dialer) talk(ctx context.Context, conn net.Conn, start time.Time) (time.Time, error) {
	reader := bufio.NewReader(conn)
	if d.idle > 0 {
		if err := d.converse(conn, reader, start, "keep-alive"); err != nil {
			return start, err
		}
		select {
		case <-time.After(d.idle): // the pause is what the client does, as asked
		case <-ctx.Done():
			return start, context.Cause(ctx)
		}
		start = time.Now()
	}
	if err := d.converse(conn, reader, start, "close"); err != nil {
		return start, err
	}
	// On to the server's FIN, so that the server always closes first and a healthy connection ends in the same way every
	// time.
	_, err := io.Copy(io.Discard, reader)
	return start, err
}

// converse sends a request and reads the reply.
func (d dialer) converse(conn net.Conn, reader *bufio.Reader, start time.Time, connection string) error {
	if err := conn.SetDeadline(d.deadline(start)); err != nil {
		return err
	}
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\n\r\n", d.path, conn.RemoteAddr(), connection)
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	return served(reader)
}

// served reads a reply, and reports how it is not what was asked for.
func served(reply *bufio.Reader) error {
	response, err := http.ReadResponse(reply, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return &harness.StatusError{Status: response.StatusCode}
	}
	return nil
}
