package lab

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
)

// Secured is how a service speaks TLS.
type Secured string

// The ways to speak TLS; empty: the service does not.
const (
	// TLSGood has a certificate for the service's address, of the lab's own authority, which the lab's clients trust.
	TLSGood Secured = "good"
	// TLSExpired has a certificate that was valid until yesterday.
	TLSExpired Secured = "expired"
	// TLSUnknown has one of an authority that nobody trusts.
	TLSUnknown Secured = "unknown"
	// TLSOtherName has one for another name.
	TLSOtherName Secured = "other-name"
	// TLSOld speaks no version after TLS 1.1, which RFC 8996 forbids.
	TLSOld Secured = "old"
	// TLSClientCertificate asks the client for a certificate, and takes no connection without.
	TLSClientCertificate Secured = "client-certificate"
	// TLSCutShort sends the first half of its first record, and then nothing more.
	TLSCutShort Secured = "cut-short"
)

// The codes of an [Outcome] for TLS that fails; one that begins with [TLSAlert] goes on with the words of the alert that came.
const (
	TLSCertificateExpired = "TLS: certificate expired"
	TLSCertificateUnknown = "TLS: unknown authority"
	TLSCertificateName    = "TLS: certificate for another name"
	TLSNotTLS             = "TLS: the answer is not TLS"
	TLSAlert              = "TLS alert: "
)

// tlsCode is the code for an error of TLS, empty for another one.
func tlsCode(err error) string {
	if invalid, is := errors.AsType[x509.CertificateInvalidError](err); is && invalid.Reason == x509.Expired {
		return TLSCertificateExpired
	}
	if _, is := errors.AsType[x509.UnknownAuthorityError](err); is {
		return TLSCertificateUnknown
	}
	if _, is := errors.AsType[x509.HostnameError](err); is {
		return TLSCertificateName
	}
	if _, is := errors.AsType[tls.RecordHeaderError](err); is {
		return TLSNotTLS
	}
	if remote, is := errors.AsType[*net.OpError](err); is && remote.Op == "remote error" {
		return TLSAlert + strings.TrimPrefix(remote.Err.Error(), "tls: ")
	}
	return ""
}
