package agent

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// dialer is what "dial" does.
type dialer struct {
	targets    []netip.AddrPort
	timeout    time.Duration
	path       string
	idle       time.Duration
	alive      time.Duration
	upload     int
	retry      time.Duration
	greeted    bool
	serverName string
	secured    bool
	only       bool   // connects and says nothing
	host       string // the name and the port by which the targets were found; empty: by their addresses
}

// dial connects, sends one HTTP request, reads the reply to the end of the connection, and prints the outcome. With
// --idle there are two requests on the connection, and a pause between them; with --connect-only there is none.
func dial(ctx context.Context, s Streams, args []string) error {
	var d dialer
	where, err := d.parse("dial", args)
	if err != nil {
		return err
	}
	if d.targets, err = addressesIn(where); err != nil || d.upload < 0 {
		return Usagef("usage: tcplab host dial [--timeout 3s] [--path /] [--idle 0s] [--keep-alive 0s] [--upload 0] [--retry 0s] [--greeted] [--tls] [--server-name NAME] [--connect-only] ADDRESS:PORT... (an IP address, IPv6 in brackets; the next is tried 250 ms after the one before it, or when that has failed)")
	}
	return d.call(ctx, s, time.Now())
}

// dialName looks a name up, as any Go program does, and then does as dial does with the addresses that it has found. The resolver reads its
// configuration from a file of its process, so that it needs one inside the host's network.
func dialName(ctx context.Context, s Streams, args []string) error {
	var d dialer
	where, err := d.parse("dial-name", args)
	if err != nil {
		return err
	}
	var name, port string
	if len(where) == 1 {
		name, port, err = net.SplitHostPort(where[0])
	}
	if name == "" || err != nil || d.upload < 0 {
		return Usagef("usage: tcplab host dial-name [--timeout 3s] NAME:PORT (and the other flags of dial)")
	}
	if s.Namespace.file != nil {
		return inOwnProcess(ctx, s, nil, append([]string{"dial-name"}, args...))
	}
	start := time.Now()
	d.host = where[0]
	if d.targets, err = d.lookUp(ctx, name, port, start); err != nil {
		return PrintJSON(s.Stdout, lab.OutcomeOf("go", lab.StageLookup, err, time.Since(start)))
	}
	return d.call(ctx, s, start)
}

// lookUp asks for the addresses of a name, of both families.
func (d dialer) lookUp(ctx context.Context, name, port string, start time.Time) ([]netip.AddrPort, error) {
	if deadline := d.deadline(start); !deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	resolver := net.Resolver{PreferGo: true}
	number, err := resolver.LookupPort(ctx, "tcp", port)
	if err != nil {
		return nil, err
	}
	addrs, err := resolver.LookupNetIP(ctx, "ip", name)
	var list []netip.AddrPort
	for _, a := range addrs {
		list = append(list, netip.AddrPortFrom(a.Unmap(), uint16(number)))
	}
	return list, err
}

// parse reads the flags and returns what stands behind them.
func (d *dialer) parse(verb string, args []string) ([]string, error) {
	flags := flag.NewFlagSet(verb, flag.ContinueOnError)
	flags.DurationVar(&d.timeout, "timeout", lab.DefaultTimeout, "the client's patience, for connecting and reading together; 0: the kernel's")
	flags.StringVar(&d.path, "path", "/", "path and query of the request")
	flags.DurationVar(&d.idle, "idle", 0, "keep the connection idle for so long, then use it again")
	flags.DurationVar(&d.alive, "keep-alive", 0, "ask whether the other end is still there after so long, in whole seconds, three times; 0: never")
	flags.IntVar(&d.upload, "upload", 0, "bytes to send with the request")
	flags.DurationVar(&d.retry, "retry", 0, "connect again so long after a refusal, as long as the timeout lasts; 0: do not")
	flags.BoolVar(&d.greeted, "greeted", false, "wait for a line of the server's, and speak in lines")
	flags.BoolVar(&d.secured, "tls", false, "speak TLS, and trust the lab's own authority")
	flags.StringVar(&d.serverName, "server-name", "", "ask for this name by TLS; empty: for the server's address")
	flags.BoolVar(&d.only, "connect-only", false, "connect, say nothing, and close the connection")
	err := Parse(flags, args)
	return flags.Args(), err
}

// call connects to the first of the targets that answers, talks, and prints the outcome.
func (d dialer) call(ctx context.Context, s Streams, start time.Time) error {
	network := &net.Dialer{Deadline: d.deadline(start), KeepAlive: -1, KeepAliveConfig: d.keepAlive(), Control: s.Namespace.Control}
	conn, err := d.connect(ctx, network.DialContext)
	if err != nil {
		return PrintJSON(s.Stdout, lab.OutcomeOf("go", "connect", err, time.Since(start)))
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // whoever reads from it then has waited enough
	outcome := lab.OutcomeOf("connect", "connect", nil, time.Since(start))
	if !d.only {
		start, err = d.talk(ctx, conn, start)
		outcome = lab.OutcomeOf("go", "read", err, time.Since(start))
	}
	outcome.Local = conn.LocalAddr().(*net.TCPAddr).AddrPort()
	return PrintJSON(s.Stdout, outcome)
}

// connect connects to the first of the targets that answers. Where it may try again, it does until that is no refusal any more: the
// deadline ends it in any case.
func (d dialer) connect(ctx context.Context, dial dialFunc) (net.Conn, error) {
	for {
		conn, err := dialFirst(ctx, dial, d.targets)
		if d.retry == 0 || !errors.Is(err, unix.ECONNREFUSED) || !pause(ctx, d.retry) {
			return conn, err
		}
	}
}

// addressesIn reads addresses with their ports, of which there is one at least.
func addressesIn(args []string) ([]netip.AddrPort, error) {
	list := make([]netip.AddrPort, len(args))
	for i, text := range args {
		var err error
		if list[i], err = netip.ParseAddrPort(text); err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, errors.New("there is no address")
	}
	return list, nil
}

// secure speaks TLS on a connection.
func (d dialer) secure(ctx context.Context, conn net.Conn, start time.Time) (net.Conn, error) {
	config, err := clientTLS(cmp.Or(d.serverName, conn.RemoteAddr().(*net.TCPAddr).IP.String()))
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(d.deadline(start)); err != nil {
		return nil, err
	}
	secured := tls.Client(conn, config)
	return secured, secured.HandshakeContext(ctx)
}

// keepAlive asks for keep-alives only where the client is to send them.
func (d dialer) keepAlive() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: d.alive > 0, Idle: d.alive, Interval: d.alive, Count: 3}
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
	if d.secured {
		var err error
		if conn, err = d.secure(ctx, conn, start); err != nil {
			return start, err
		}
	}
	reader := bufio.NewReader(conn)
	if d.greeted {
		return start, d.beGreeted(conn, reader, start)
	}
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

// beGreeted waits for the server's first line, sends one, and reads the answer to that.
func (d dialer) beGreeted(conn net.Conn, reader *bufio.Reader, start time.Time) error {
	if err := conn.SetDeadline(d.deadline(start)); err != nil {
		return err
	}
	if _, err := reader.ReadString('\n'); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "QUIT\r\n"); err != nil {
		return err
	}
	_, err := reader.ReadString('\n')
	return err
}

// converse sends a request and reads the reply.
func (d dialer) converse(conn net.Conn, reader *bufio.Reader, start time.Time, connection string) error {
	if err := conn.SetDeadline(d.deadline(start)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, d.request(conn.RemoteAddr(), connection)); err != nil {
		return err
	}
	return served(reader)
}

// request is what is sent: one that has bytes to bring is written as a whole, its head and they.
func (d dialer) request(to net.Addr, connection string) string {
	host := to.String()
	if d.host != "" {
		host = d.host
	}
	method, body := http.MethodGet, ""
	if d.upload > 0 {
		method, body = http.MethodPost, fmt.Sprintf("Content-Length: %d\r\n", d.upload)
	}
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\n%s\r\n%s", method, d.path, host, connection, body, strings.Repeat("x", d.upload))
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
		return &lab.StatusError{Status: response.StatusCode}
	}
	return nil
}
