package agent

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/lab"
)

// behaviours are what a service does with what listens for it. Each returns when the listener is closed.
var behaviours = map[lab.Behaviour]func(ctx context.Context, l net.Listener, s lab.Service) error{
	"":                    serveHTTP,
	lab.Serve:             serveHTTP,
	lab.AskLogin:          serveHTTP,
	lab.ServeThenReset:    serveHTTP,
	lab.ServeThenForget:   each(serveThenForget),
	lab.ServeThenHang:     each(serveThenHang),
	lab.ServeLate:         each(serveLate),
	lab.KeepOpen:          each(keepOpen),
	lab.Stall:             each(stall),
	lab.Hang:              hang,
	lab.NeverRead:         each(neverRead),
	lab.CloseEarly:        each(closeEarly),
	lab.HalfAnswer:        each(halfAnswer),
	lab.ResetAfterRequest: each(resetAfterRequest),
	lab.ResetOnAccept:     each(resetOnAccept),
	lab.CloseUnread:       each(closeUnread),
	lab.Die:               die,
	lab.Greet:             each(greet),
	lab.Silent:            each(silent),
}

// listenService listens where a service listens.
func listenService(ctx context.Context, ns *Namespace, s lab.Service) (net.Listener, error) {
	network, host, err := bindOf("tcp", s)
	if err != nil {
		return nil, err
	}
	l, err := listenConfig(ns).Listen(ctx, network, net.JoinHostPort(host, fmt.Sprint(s.Number())))
	if err != nil {
		return nil, err
	}
	listener := Listener{l.(*net.TCPListener)}
	if s.Backlog > 0 {
		if err := shorten(listener, s.Backlog); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	if s.Behaviour.Freezes() {
		return gated{lab.Gated(listener.TCPListener)}, nil
	}
	return listener, nil
}

// bindOf is the network and the host part of the address that a service listens on.
func bindOf(proto string, s lab.Service) (network, host string, err error) {
	switch s.Bind {
	case "":
		return proto, "", nil
	case "loopback":
		return proto + "4", "127.0.0.1", nil // by number: a machine may have no /etc/hosts
	case "ipv4":
		return proto + "4", "0.0.0.0", nil
	case "ipv6":
		return proto + "6", netip.IPv6Unspecified().String(), nil
	}
	return "", "", Usagef("a service cannot be bound to %q, only to loopback, ipv4 or ipv6", s.Bind)
}

// shorten gives a socket that listens another length of its accept queue: listen(2) may be called again.
func shorten(l Listener, backlog int) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = os.NewSyscallError("listen", unix.Listen(int(fd), backlog)) })
	return errors.Join(err, failed)
}

// okReply is what a service answers.
const okReply = "tcplab: ok\n"

// serveHTTP answers every request with one line, and with as many bytes more as its query asks for ("/?bytes=20000").
func serveHTTP(ctx context.Context, l net.Listener, s lab.Service) error {
	if s.TLS != "" {
		config, err := serverTLS(s.TLS)
		if err != nil {
			return err
		}
		l = tls.NewListener(lingering{l, s.TLS == lab.TLSCutShort}, config)
	}
	server := &http.Server{
		ErrorLog: log.New(io.Discard, "", 0), // a handshake that fails is the client's affair
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !pause(r.Context(), s.Delay) {
				panic(http.ErrAbortHandler) // the client has gone: an answer would be for nobody
			}
			_, _ = io.Copy(io.Discard, r.Body)
			if s.Behaviour == lab.AskLogin {
				http.Error(w, "log in first", http.StatusNetworkAuthenticationRequired)
				return
			}
			io.WriteString(w, okReply)
			if n, err := strconv.Atoi(r.URL.Query().Get("bytes")); err == nil && n > 0 && n <= mostBytes {
				io.WriteString(w, strings.Repeat("x", n))
			}
		}),
		ReadHeaderTimeout: time.Minute,
		IdleTimeout:       s.Idle,
	}
	if s.Files > 0 {
		server.ReadHeaderTimeout = 0 // who says nothing keeps its descriptor
	}
	if s.Behaviour == lab.ServeThenReset {
		server.ConnState = resetIdle
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	err := server.Serve(l)
	if ctx.Err() != nil { // the listener is closed: as Listener.Close does it, accept(2) may fail with EINVAL first
		return nil
	}
	return err
}

// resetIdle makes the kernel end a connection with a RST if it is closed while it is idle; a connection that is closed because
// the client asked for it ends as with any server.
func resetIdle(c net.Conn, state http.ConnState) {
	const byFIN = -1
	tcp, ok := c.(interface{ SetLinger(sec int) error })
	switch {
	case !ok:
	case state == http.StateIdle:
		_ = tcp.SetLinger(0)
	case state == http.StateActive:
		_ = tcp.SetLinger(byFIN)
	}
}

// mostBytes bounds what a request may ask for.
const mostBytes = 1 << 24

// pause waits and reports true, or false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hang takes no connection.
func hang(ctx context.Context, _ net.Listener, _ lab.Service) error {
	<-ctx.Done()
	return nil
}

// die serves one connection up to its request, and is then gone, as a program is that was killed: its kernel closes what it had open.
func die(ctx context.Context, l net.Listener, _ lab.Service) error {
	c, err := l.Accept()
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	readRequest(c)
	if err := errors.Join(l.Close(), c.Close()); err != nil && ctx.Err() == nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// acceptPause is how long a service waits before it tries again to take a connection for which it has no file descriptor.
const acceptPause = 5 * time.Millisecond

// each makes a behaviour of what is done with one connection, which is closed when do returns. Connections that are still
// there are closed when the service ends.
func each(do func(ctx context.Context, c *net.TCPConn, s lab.Service)) func(context.Context, net.Listener, lab.Service) error {
	return func(ctx context.Context, l net.Listener, s lab.Service) error {
		for {
			c, err := l.Accept()
			if err != nil && ctx.Err() != nil {
				return nil // EINVAL where it met the shutdown(2) before the close(2) of Listener
			}
			if errors.Is(err, unix.EMFILE) { // it may have fewer connections later, as net/http has it
				pause(ctx, acceptPause)
				continue
			}
			if err != nil {
				return err
			}
			go func() {
				stop := context.AfterFunc(ctx, func() { _ = c.Close() })
				defer stop()
				defer c.Close()
				do(ctx, c.(*net.TCPConn), s)
			}()
		}
	}
}

// readRequest reads the head of an HTTP request, up to its empty line, and reports whether it has come.
func readRequest(c net.Conn) bool {
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return false
		}
		if strings.TrimSpace(line) == "" {
			return true
		}
	}
}

// neverRead holds the connection with a receive buffer as small as the kernel has it, so that the window closes soon.
func neverRead(ctx context.Context, c *net.TCPConn, _ lab.Service) {
	_ = c.SetReadBuffer(1)
	<-ctx.Done()
}

// answer answers the next request in s.Delay. It reports whether it has, and whether the client wants the connection closed.
func answer(ctx context.Context, c *net.TCPConn, requests *bufio.Reader, s lab.Service) (answered, closes bool) {
	r, err := http.ReadRequest(requests)
	if err != nil {
		return false, false
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil || !pause(ctx, s.Delay) {
		return false, false
	}
	_, err = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(okReply), okReply)
	return err == nil, r.Close
}

// ForgetOnClose lets the kernel forget the connection when it is closed: what is closed in TCP_REPAIR ends without a FIN and without a RST. It
// needs CAP_NET_ADMIN.
func ForgetOnClose(c *net.TCPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	err = raw.Control(func(fd uintptr) { set = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_REPAIR, 1) })
	return errors.Join(err, os.NewSyscallError("setsockopt TCP_REPAIR", set))
}

func serveThenForget(ctx context.Context, c *net.TCPConn, s lab.Service) {
	if answered, closes := answer(ctx, c, bufio.NewReader(c), s); !answered || closes || !pause(ctx, s.Idle) {
		return
	}
	_ = ForgetOnClose(c) // where it may not, the client gets a FIN, which no expectation takes for silence
}

func serveThenHang(ctx context.Context, c *net.TCPConn, s lab.Service) {
	if answered, closes := answer(ctx, c, bufio.NewReader(c), s); answered && !closes {
		<-ctx.Done()
	}
}

// serveLate does not look whether the client is still there, as most programs do not while they work.
func serveLate(ctx context.Context, c *net.TCPConn, s lab.Service) {
	for requests := bufio.NewReader(c); ; {
		if answered, closes := answer(ctx, c, requests, s); !answered || closes {
			return
		}
	}
}

// keepOpen reads on, so that the client's FIN is taken and nothing is left unread.
func keepOpen(ctx context.Context, c *net.TCPConn, s lab.Service) {
	for requests := bufio.NewReader(c); ; {
		if answered, _ := answer(ctx, c, requests, s); !answered {
			break
		}
	}
	<-ctx.Done()
}

func stall(ctx context.Context, c *net.TCPConn, s lab.Service) {
	if sendHalf(ctx, c, s) {
		<-ctx.Done()
	}
}

func closeEarly(ctx context.Context, c *net.TCPConn, s lab.Service) {
	if readRequest(c) {
		pause(ctx, s.Delay)
	}
}

func halfAnswer(ctx context.Context, c *net.TCPConn, s lab.Service) { sendHalf(ctx, c, s) }

// sendHalf sends one half of an answer to a request and reports whether it has.
func sendHalf(ctx context.Context, c *net.TCPConn, s lab.Service) bool {
	const body = 1000 // bytes that are announced
	if !readRequest(c) || !pause(ctx, s.Delay) {
		return false
	}
	_, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", body, strings.Repeat("x", body/2))
	return err == nil
}

func resetAfterRequest(ctx context.Context, c *net.TCPConn, s lab.Service) {
	if readRequest(c) && pause(ctx, s.Delay) {
		_ = c.SetLinger(0)
	}
}

func resetOnAccept(_ context.Context, c *net.TCPConn, _ lab.Service) { _ = c.SetLinger(0) }

// closeUnread waits until there is something to read, and closes without reading it.
func closeUnread(_ context.Context, c *net.TCPConn, _ lab.Service) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Read(func(fd uintptr) bool {
		n, err := unix.IoctlGetInt(int(fd), unix.TIOCINQ)
		return err != nil || n > 0
	})
}

func greet(ctx context.Context, c *net.TCPConn, s lab.Service) {
	if !pause(ctx, s.Delay) {
		return
	}
	fmt.Fprint(c, "220 tcplab ready\r\n")
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		fmt.Fprintf(c, "250 %s", line)
	}
}

func silent(_ context.Context, c *net.TCPConn, _ lab.Service) { _, _ = io.Copy(io.Discard, c) }

// echoDatagrams is a UDP service.
func echoDatagrams(ctx context.Context, s Streams, service lab.Service) error {
	network, host, err := bindOf("udp", service)
	if err != nil {
		return err
	}
	config := net.ListenConfig{Control: s.Namespace.Control}
	l, err := config.ListenPacket(ctx, network, net.JoinHostPort(host, fmt.Sprint(service.Number())))
	if err != nil {
		return err
	}
	defer awaitUnbound(s.Namespace, service.Number())
	defer closeWith(ctx, l)()
	SayReady(s)
	buffer := make([]byte, 64<<10)
	for {
		n, from, err := l.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		if service.Behaviour == "" || service.Behaviour == lab.Serve {
			_, _ = l.WriteTo(buffer[:n], from)
		}
	}
}
