package drivers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net/http"
	"time"

	"github.com/tcplab/tcplab/labtest"
)

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

func openHTTP2(settings *http.HTTP2Config) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		t := transport(l)
		t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // the certificate is not what is tried
		t.HTTP2 = settings
		return httpClient{&http.Client{Transport: t}, "https://" + l.Target() + "/"}
	}
}

var _ = register(
	driver{name: "net/http, HTTP/2 over TLS", module: "std", server: httpServer{tls: true}, open: openHTTP2(nil)},
	driver{name: "net/http, HTTP/2 over TLS", tuned: "`SendPingTimeout` 2 s, `PingTimeout` 2 s", module: "std", server: httpServer{tls: true},
		open: openHTTP2(&http.HTTP2Config{SendPingTimeout: 2 * time.Second, PingTimeout: 2 * time.Second})},
)
