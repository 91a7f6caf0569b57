package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
)

// ownFunction is a server that is a function of this process, with a listener of a host.
type ownFunction struct {
	listener *countingListener
	returned chan struct{}
}

// startFunction lets the function serve.
func startFunction(ctx context.Context, host Host, s Service) (kept, error) {
	if s.UDP() || len(s.Numbers()) > 1 {
		return nil, fmt.Errorf("a function serves one port of TCP, and not %s: %w; let a command or an image serve them", s.PortWords(), ErrUnsupported)
	}
	controller, ok := host.(Controller)
	if !ok {
		return nil, fmt.Errorf("a listener on host %s: %w by this engine", host.Name(), ErrUnsupported)
	}
	config := net.ListenConfig{Control: controller.Control}
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort("", strconv.Itoa(s.Number())))
	if err != nil {
		return nil, err
	}
	f := &ownFunction{listener: &countingListener{Listener: l, open: map[net.Conn]struct{}{}, gate: newGate()}, returned: make(chan struct{})}
	go func() {
		defer close(f.returned)
		_ = s.Own.Serve(f.listener) // it ends with its listener; a client finds out where it ends sooner
	}()
	return f, nil
}

// Stop closes the listener and every connection that came from it, as the kernel does when a process ends, and returns when the
// function has.
func (f *ownFunction) Stop(ctx context.Context) error {
	f.listener.end()
	select {
	case <-f.returned:
		return nil
	case <-ctx.Done():
		return errors.Join(errors.New("the function that serves did not return when its listener was closed"), context.Cause(ctx))
	}
}

// countingListener knows the connections that it has handed out.
type countingListener struct {
	net.Listener
	mutex sync.Mutex
	open  map[net.Conn]struct{} // nil: it has ended
	gate  *gate
}

func (l *countingListener) Accept() (net.Conn, error) {
	l.gate.wait()
	conn, err := l.Listener.Accept()
	l.gate.wait()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	switch {
	case l.open == nil:
		if err == nil {
			_ = conn.Close()
		}
		return nil, net.ErrClosed // whatever the kernel says of a socket that has been shut down
	case err != nil:
		return nil, err
	}
	counted := &countedConn{Conn: conn, of: l}
	l.open[counted] = struct{}{}
	return counted, nil
}

func (l *countingListener) end() {
	l.gate.remove()
	l.mutex.Lock()
	open := l.open
	l.open = nil
	l.mutex.Unlock()
	_ = CloseListener(l.Listener.(*net.TCPListener))
	for conn := range open {
		_ = conn.Close()
	}
}

// countedConn is forgotten when it is closed. Nothing comes out of it, and nothing goes into it, while the gate is shut: a Read that
// waited already takes what comes, and hands it on afterwards.
type countedConn struct {
	net.Conn
	of *countingListener
}

func (c *countedConn) Read(p []byte) (int, error) {
	c.of.gate.wait()
	n, err := c.Conn.Read(p)
	c.of.gate.wait()
	return n, err
}

func (c *countedConn) Write(p []byte) (int, error) {
	c.of.gate.wait()
	return c.Conn.Write(p)
}

func (c *countedConn) Close() error {
	c.of.gate.wait()
	c.of.mutex.Lock()
	delete(c.of.open, c)
	c.of.mutex.Unlock()
	return c.Conn.Close()
}

// gate stops a function at its next use of the network, which is all that can be stopped of a part of a process.
type gate struct {
	mutex   sync.Mutex
	opened  chan struct{} // closed while the gate is open
	removed bool
}

func newGate() *gate {
	g := &gate{opened: make(chan struct{})}
	close(g.opened)
	return g
}

// wait returns when the gate is open.
func (g *gate) wait() {
	g.mutex.Lock()
	opened := g.opened
	g.mutex.Unlock()
	<-opened
}

func (g *gate) shut(shut bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	select {
	case <-g.opened:
		if shut && !g.removed {
			g.opened = make(chan struct{})
		}
	default:
		if !shut {
			close(g.opened)
		}
	}
}

// remove opens the gate for good.
func (g *gate) remove() {
	g.mutex.Lock()
	g.removed = true
	g.mutex.Unlock()
	g.shut(false)
}
