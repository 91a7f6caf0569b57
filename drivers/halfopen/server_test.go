package halfopen

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tcplab/tcplab/labtest"
)

// server is that of net/http, which can stop reading in the midst. It answers at once, but for a request of slowPath, which it never answers.
type server struct {
	tls    bool // HTTP/2
	frozen atomic.Bool
	ended  chan struct{}
	mutex  sync.Mutex
	open   []*quietConn
}

// slowPath is what the server never answers.
const slowPath = "/slow"

func (s *server) on() labtest.Server {
	s.ended = make(chan struct{})
	return labtest.Function(func(l net.Listener) error {
		defer close(s.ended)
		web := &http.Server{Handler: http.HandlerFunc(s.answer)}
		defer web.Close()
		l = quietListener{l, s}
		if s.tls {
			web.TLSConfig = selfSigned()
			return web.ServeTLS(l, "", "")
		}
		return web.Serve(l)
	})
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == slowPath {
		select {
		case <-s.ended:
		case <-r.Context().Done():
		}
		return
	}
	fmt.Fprintln(w, "done")
}

// freeze lets the program do nothing any more with any connection, while its kernel goes on.
func (s *server) freeze() { s.frozen.Store(true) }

// stopReading lets the program read nothing more from the connections that it has, while new ones are served.
func (s *server) stopReading() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, c := range s.open {
		c.quiet.Store(true)
	}
}

type quietListener struct {
	net.Listener
	server *server
}

func (l quietListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &quietConn{Conn: conn, server: l.server}
	l.server.mutex.Lock()
	defer l.server.mutex.Unlock()
	l.server.open = append(l.server.open, c)
	return c, nil
}

// quietConn is one from which the program can stop reading.
type quietConn struct {
	net.Conn
	server *server
	quiet  atomic.Bool
}

// Read returns nothing any more once the program has stopped reading: what one read has taken by then is lost with it.
func (c *quietConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.quiet.Load() || c.server.frozen.Load() {
		<-c.server.ended
		return 0, net.ErrClosed
	}
	return n, err
}

// selfSigned is the configuration of a server whose certificate nobody has signed.
func selfSigned() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	certificate := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, certificate, certificate, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}
