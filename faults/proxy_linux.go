package faults

import (
	"context"
	"errors"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/corazawaf/libinjection-go"
	"github.com/tcplab/tcplab/lab/agent"
)

const proxyUsage = "usage: tcplab host proxy [--port 8080] [--layer 7|4] [--idle 1m] [--patience 1m] [--waf block|reset [--enforce]] [--program haproxy] " +
	"ADDRESS:PORT (of the server; an IP address, IPv6 in brackets)"

// proxyServer is what "proxy" does.
type proxyServer struct {
	Proxy
	server    netip.AddrPort
	namespace *agent.Namespace
}

// proxy accepts connections on a port and passes on what comes to a server.
func proxy(ctx context.Context, s agent.Streams, args []string) error {
	p := proxyServer{namespace: s.Namespace}
	flags := flag.NewFlagSet("proxy", flag.ContinueOnError)
	port := flags.Int("port", 8080, "TCP port")
	program := flags.String("program", "", "the program that does it; empty: this one")
	flags.IntVar(&p.Layer, "layer", 7, "7 for requests, 4 for connections")
	flags.DurationVar(&p.Idle, "idle", time.Minute, "how long a connection may rest between two requests")
	flags.DurationVar(&p.Patience, "patience", 0, "how long to wait for the server's answer; 0: a minute")
	flags.StringVar((*string)(&p.WAF), "waf", "", "what becomes of a request with an injection in it")
	flags.BoolVar(&p.Enforce, "enforce", false, "do so, and not only mark the request")
	if err := agent.Parse(flags, args); err != nil {
		return err
	}
	var err error
	if p.server, err = netip.ParseAddrPort(flags.Arg(0)); err != nil || flags.NArg() != 1 || !p.valid(*program) {
		return agent.Usagef(proxyUsage)
	}
	ctx, cancel := agent.UntilStdinEnds(ctx, s)
	defer cancel()
	listener, err := agent.ListenTCP(ctx, s.Namespace, *port)
	if err != nil {
		return err
	}
	defer listener.Close()
	switch {
	case *program != "":
		return p.runHAProxy(ctx, listener.TCPListener, func() { agent.SayReady(s) })
	case p.Layer == 4:
		agent.SayReady(s)
		return p.passConnections(ctx, listener)
	}
	agent.SayReady(s)
	return p.passRequests(ctx, listener)
}

func (p proxyServer) valid(program string) bool {
	switch {
	case p.Layer != 4 && p.Layer != 7, p.Idle <= 0, p.Patience < 0, p.WAF != "" && p.Layer == 4, p.Enforce && p.WAF == "":
		return false
	case program != "":
		return program == "haproxy" && p.Layer == 7 && (p.WAF == "" || p.WAF == Block)
	}
	return p.WAF == "" || p.WAF == Block || p.WAF == Reset
}

// connectTimeout is the patience with a server that does not answer. It is longer than that of the lab's clients, so that
// they feel the silence themselves.
const connectTimeout = 30 * time.Second

func (p proxyServer) connect(ctx context.Context, _, _ string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: connectTimeout, KeepAlive: -1, Control: p.namespace.Control}
	return dialer.DialContext(ctx, "tcp", p.server.String())
}

// passRequests is a proxy at layer 7. Each request gets a connection of its own to the server.
func (p proxyServer) passRequests(ctx context.Context, listener net.Listener) error {
	quiet := log.New(io.Discard, "", 0)
	onward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: p.server.String()}) },
		Transport: &http.Transport{DialContext: p.connect, DisableKeepAlives: true, ResponseHeaderTimeout: p.waits()},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "the server did not answer this request", statusOf(err))
		},
		ErrorLog: quiet,
	}
	server := &http.Server{Handler: p.firewall(onward), IdleTimeout: p.Idle, ReadHeaderTimeout: time.Minute, ErrorLog: quiet}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// statusOf is what the client is told when the server fails it, by HAProxy's choice: 503 where the server cannot be reached, 504
// where it does not answer in time, 502 where it ends the connection without a whole answer (RFC 9110 section 15.6).
func statusOf(err error) int {
	failed, is := errors.AsType[*net.OpError](err)
	timeout, late := errors.AsType[net.Error](err)
	switch {
	case is && failed.Op == "dial":
		return http.StatusServiceUnavailable
	case late && timeout.Timeout():
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

// firewall looks for injections before a request is passed on.
func (p proxyServer) firewall(onward http.Handler) http.Handler {
	if p.WAF == "" {
		return onward
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch found := injected(r.URL); {
		case found && p.Enforce && p.WAF == Reset:
			reset(w)
		case found && p.Enforce:
			http.Error(w, "forbidden", http.StatusForbidden)
		case found:
			r.Header.Set("X-WAF", "injection")
			fallthrough
		default:
			onward.ServeHTTP(w, r)
		}
	})
}

// injected reports whether a script or SQL is injected in the path or in the query.
func injected(u *url.URL) bool {
	texts := []string{u.Path}
	for name, values := range u.Query() {
		texts = append(append(texts, name), values...)
	}
	for _, text := range texts {
		if sql, _ := libinjection.IsSQLi(text); sql || libinjection.IsXSS(text) {
			return true
		}
	}
	return false
}

// reset ends a request's connection by a RST.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // it closes the connection, too
	}
	abort(conn)
}

// abort closes a connection by a RST: what lingers for no time is not closed in good order (socket(7), SO_LINGER).
func abort(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

// passConnections is a proxy at layer 4.
func (p proxyServer) passConnections(ctx context.Context, listener net.Listener) error {
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	var group sync.WaitGroup
	defer group.Wait()
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		group.Go(func() { p.passOn(ctx, conn.(*net.TCPConn)) })
	}
}

// passOn passes on a connection, in both directions and with the end of each. Where the server cannot be reached, the
// client's connection is reset.
func (p proxyServer) passOn(ctx context.Context, client *net.TCPConn) {
	conn, err := p.connect(ctx, "", "")
	if err != nil {
		abort(client)
		return
	}
	server := conn.(*net.TCPConn)
	closeBoth := func() {
		_ = client.Close()
		_ = server.Close()
	}
	defer closeBoth()
	defer context.AfterFunc(ctx, closeBoth)()
	var both sync.WaitGroup
	for _, way := range [][2]*net.TCPConn{{client, server}, {server, client}} {
		both.Go(func() {
			_, _ = io.Copy(way[1], way[0])
			_ = way[1].CloseWrite()
		})
	}
	both.Wait()
}

func init() {
	agent.Register("proxy [--layer 7|4] [--idle D] [--waf ACTION] ADDR:PORT: pass on to a server until standard input ends", proxy)
}
