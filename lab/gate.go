package lab

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// GatedListener is a listener whose program can be stopped where it is, as SIGSTOP does with a process: what the program is a part of goes on. It
// knows the connections that it has handed out.
type GatedListener struct {
	*net.TCPListener
	mutex sync.Mutex
	open  map[net.Conn]struct{} // nil: it has ended
	gate  *gate
}

// Gated returns the listener with a gate, which is open.
func Gated(l *net.TCPListener) *GatedListener {
	return &GatedListener{TCPListener: l, open: map[net.Conn]struct{}{}, gate: newGate()}
}

// Freeze stops whoever uses the listener, or a connection that came from it, where it uses the network next: the kernel completes
// handshakes, and acknowledges what comes. With false, all goes on.
func (l *GatedListener) Freeze(frozen bool) error {
	l.gate.shut(frozen)
	var until time.Time
	if frozen {
		until = time.Unix(1, 0) // long ago: an Accept that waits already takes nothing
	}
	if err := l.SetDeadline(until); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Accept waits for the next connection.
func (l *GatedListener) Accept() (net.Conn, error) {
	for {
		l.gate.wait()
		conn, err := l.TCPListener.Accept()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			continue // it has been frozen
		}
		return l.handOut(conn, err)
	}
}

func (l *GatedListener) handOut(conn net.Conn, err error) (net.Conn, error) {
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
	gated := &gatedConn{TCPConn: conn.(*net.TCPConn), of: l}
	l.open[gated] = struct{}{}
	return gated, nil
}

// End closes the listener and every connection that came from it, as the kernel does when a process ends. It returns when nothing listens any
// more ([CloseListener]).
func (l *GatedListener) End() error {
	l.gate.remove()
	l.mutex.Lock()
	open := l.open
	l.open = nil
	l.mutex.Unlock()
	err := CloseListener(l.TCPListener)
	for conn := range open {
		_ = conn.Close()
	}
	return err
}

// gatedConn is forgotten when it is closed. Nothing comes out of it, and nothing goes into it, while the gate is shut: a Read that
// waited already takes what comes, and hands it on afterwards.
type gatedConn struct {
	*net.TCPConn
	of *GatedListener
}

func (c *gatedConn) Read(p []byte) (int, error) {
	c.of.gate.wait()
	n, err := c.TCPConn.Read(p)
	c.of.gate.wait()
	return n, err
}

func (c *gatedConn) Write(p []byte) (int, error) {
	c.of.gate.wait()
	return c.TCPConn.Write(p)
}

func (c *gatedConn) CloseWrite() error {
	c.of.gate.wait()
	return c.TCPConn.CloseWrite()
}

func (c *gatedConn) Close() error {
	c.of.gate.wait()
	c.of.mutex.Lock()
	delete(c.of.open, c)
	c.of.mutex.Unlock()
	return c.TCPConn.Close()
}

// gate stops a program at its next use of the network, which is all that can be stopped of a part of a process.
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
