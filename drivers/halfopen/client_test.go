package halfopen

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/labtest"
	"golang.org/x/sys/unix"
)

// client makes requests, each on the connection that it has.
type client interface {
	// call makes a request with a body of so many bytes, and returns when it has been answered.
	call(ctx context.Context, path string, body int) error
	// port is the local one of the newest connection; 0: there was none.
	port() uint16
	close()
}

// settings are the timers of a client; the zero value has none.
type settings struct {
	connect, read, write, call time.Duration
	keepAlive                  net.KeepAliveConfig
	userTimeout                time.Duration
}

// dialer connects in the lab, with the timers that are a socket's.
type dialer struct {
	net.Dialer
	newest atomic.Uint32
}

func newDialer(l *labtest.Lab, s settings) *dialer {
	d := &dialer{Dialer: net.Dialer{Timeout: s.connect, KeepAlive: -1, KeepAliveConfig: s.keepAlive}}
	d.Control = func(network, address string, c syscall.RawConn) error {
		if err := l.Control(network, address, c); err != nil || s.userTimeout == 0 {
			return err
		}
		var failed error
		err := c.Control(func(fd uintptr) {
			failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(s.userTimeout.Milliseconds()))
		})
		return errors.Join(err, failed)
	}
	return d
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.DialContext(ctx, network, address)
	if err == nil {
		d.newest.Store(uint32(conn.LocalAddr().(*net.TCPAddr).Port))
	}
	return conn, err
}

func (d *dialer) port() uint16 { return uint16(d.newest.Load()) }

// socket is a client that has one connection and no library.
type socket struct {
	*dialer
	settings
	target string
	conn   net.Conn
	in     *bufio.Reader
}

func openSocket(l *labtest.Lab, s settings) *socket {
	return &socket{dialer: newDialer(l, s), settings: s, target: l.Target()}
}

func (s *socket) call(ctx context.Context, path string, body int) (err error) {
	if s.settings.call > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.settings.call)
		defer cancel()
	}
	if s.conn == nil {
		if s.conn, err = s.dial(ctx, "tcp", s.target); err != nil {
			s.conn = nil
			return err
		}
		s.in = bufio.NewReader(s.conn)
	}
	conn := s.conn
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // what waits on the connection ends
	defer stop()
	return s.exchange(path, body)
}

func (s *socket) exchange(path string, body int) error {
	r, err := request(context.Background(), "http://"+s.target+path, body)
	if err != nil {
		return err
	}
	if s.write > 0 {
		if err := s.conn.SetWriteDeadline(time.Now().Add(s.write)); err != nil {
			return err
		}
	}
	if err := r.Write(s.conn); err != nil {
		return err
	}
	if s.read > 0 {
		if err := s.conn.SetReadDeadline(time.Now().Add(s.read)); err != nil {
			return err
		}
	}
	return answered(http.ReadResponse(s.in, r))
}

func (s *socket) close() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
}

func request(ctx context.Context, url string, body int) (*http.Request, error) {
	return http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(make([]byte, body)))
}

// answered reads an answer to its end.
func answered(r *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer r.Body.Close()
	_, err = io.Copy(io.Discard, r.Body)
	return err
}

// web is a client of net/http, with its pool.
type web struct {
	*dialer
	http.Client
	base string
}

func openWeb(l *labtest.Lab, scheme string, t *http.Transport) *web {
	d := newDialer(l, settings{})
	t.DialContext, t.TLSClientConfig = d.dial, &tls.Config{InsecureSkipVerify: true} // the certificate is not what is tried
	return &web{d, http.Client{Transport: t}, scheme + "://" + l.Target()}
}

func (w *web) call(ctx context.Context, path string, body int) error {
	r, err := request(ctx, w.base+path, body)
	if err != nil {
		return err
	}
	return answered(w.Do(r))
}

func (w *web) close() { w.CloseIdleConnections() }

// checked is a client beside which the server is asked, each interval and on a new connection. A check that fails ends the call.
type checked struct {
	*socket
	check    *web
	interval time.Duration
}

var errUnhealthy = errors.New("the health check has failed")

func (c *checked) call(ctx context.Context, path string, body int) error {
	ctx, end := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer end(nil)
	watching.Go(func() {
		for tick := time.NewTicker(c.interval); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				if c.check.call(ctx, "/", 0) != nil && ctx.Err() == nil {
					end(errUnhealthy)
				}
			}
		}
	})
	err := c.socket.call(ctx, path, body)
	if err != nil && errors.Is(context.Cause(ctx), errUnhealthy) {
		return errors.Join(errUnhealthy, err)
	}
	return err
}
