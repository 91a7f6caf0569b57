package agent

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"io"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// authority is who signs certificates. Its key is made from its name, so that the service and the client, which are programs of
// their own, have the same one. It guards nothing: only the lab's own clients trust it, and only in a lab.
type authority struct {
	key  ed25519.PrivateKey
	cert *x509.Certificate
}

func authorityOf(name string) (authority, error) {
	seed := sha256.Sum256([]byte("tcplab: " + name))
	key := ed25519.NewKeyFromSeed(seed[:])
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return authority{key, cert}, err
}

const (
	labAuthority     = "tcplab lab authority"
	unknownAuthority = "an authority that nobody trusts"
)

// issue makes a certificate for the name that was asked for, or where there is none for the address, as the service has it. It has no more than
// that, so that it fits into one segment with what comes after it: a client that refuses the certificate and has not read all answers with a RST.
func (a authority) issue(name string, to net.IP, how lab.Secured) (*tls.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "service"},
		NotBefore: time.Now().Add(-72 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{to},
	}
	if name != "" {
		template.IPAddresses, template.DNSNames = nil, []string{name}
	}
	switch how {
	case lab.TLSExpired:
		template.NotAfter = time.Now().Add(-24 * time.Hour)
	case lab.TLSOtherName:
		template.IPAddresses, template.DNSNames = nil, []string{"another.example"}
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, public, a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, nil
}

// serverTLS is the configuration of a service: its certificate is for the address at which a connection came in.
func serverTLS(how lab.Secured) (*tls.Config, error) {
	name := labAuthority
	if how == lab.TLSUnknown {
		name = unknownAuthority
	}
	signer, err := authorityOf(name)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		return signer.issue(hello.ServerName, hello.Conn.LocalAddr().(*net.TCPAddr).IP, how)
	}}
	switch how {
	case lab.TLSOld:
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	case lab.TLSClientCertificate:
		config.ClientAuth = tls.RequireAnyClientCert
	}
	return config, nil
}

// clientTLS trusts the lab's own authority, and nobody else, for a server of that name or address.
func clientTLS(server string) (*tls.Config, error) {
	trusted, err := authorityOf(labAuthority)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(trusted.cert)
	return &tls.Config{RootCAs: roots, ServerName: server}, nil
}

// lingering is a listener whose connections are closed as web servers do it (lingering close): what the client has still sent is read
// before, since a kernel answers what nobody reads with a RST, which would overtake the alert that says why.
type lingering struct {
	net.Listener
	cutShort bool // of what is said on a connection, half a record is sent
}

func (l lingering) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := lingeringConn{c.(halfCloser)}
	if l.cutShort {
		return &cutConn{lingeringConn: conn, ended: make(chan struct{})}, nil
	}
	return conn, nil
}

// halfCloser is a connection of TCP.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

// lingerTime bounds how long a connection is read after its end.
const lingerTime = time.Second

type lingeringConn struct{ halfCloser }

func (c lingeringConn) Close() error {
	if c.CloseWrite() == nil && c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		_, _ = io.Copy(io.Discard, c.halfCloser)
	}
	return c.halfCloser.Close()
}

// cutConn is a connection on which the first half of the first TLS record is sent. Whoever writes then waits until it is closed, as a program that is
// stuck.
type cutConn struct {
	lingeringConn
	ended chan struct{}
	end   sync.Once
}

// Write sends half of the record with which the data begins.
func (c *cutConn) Write(p []byte) (int, error) {
	const header = 5 // its last two bytes are the length of what follows (RFC 8446 section 5.1)
	record := header + int(binary.BigEndian.Uint16(p[header-2:]))
	n, err := c.lingeringConn.Write(p[:min(record/2, len(p))])
	if err == nil {
		<-c.ended
		err = net.ErrClosed
	}
	return n, err
}

// Close lets the writer go on.
func (c *cutConn) Close() error {
	c.end.Do(func() { close(c.ended) })
	return c.lingeringConn.Close()
}
