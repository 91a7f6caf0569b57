package lab

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"
)

// Outcome is what a client felt, in the same words for every client.
type Outcome struct {
	// Program is the client: "go", "curl" ...
	Program string `json:"program"`
	// Local is the client's own address and port, where it is known.
	Local netip.AddrPort `json:"local,omitzero"`
	// Stage is what the client was waiting for when it failed: "lookup", "connect" or "read". Empty when it succeeded.
	Stage string `json:"stage,omitempty"`
	// Errno is the name of the kernel's error, "ECONNREFUSED" for one; empty when there was none, as when the
	// client's own timeout ended the attempt.
	Errno string `json:"errno,omitempty"`
	// Timeout says that the client's own timeout ended the attempt.
	Timeout bool `json:"timeout,omitempty"`
	// Closed says that the other side closed the connection before the reply was complete.
	Closed bool `json:"closed,omitempty"`
	// Status is that of the HTTP reply, 0 where none came.
	Status int `json:"status,omitempty"`
	// Error is the client's own text, empty when it succeeded.
	Error string `json:"error"`
	// Code is the program's own name for how it ended, where it has one: "exit 7" of curl, "net::ERR_CONNECTION_REFUSED"
	// of Chromium, "3 of 3 lost" of ping.
	Code string `json:"code,omitempty"`
	// ExitCode is the program's, where the client is a program.
	ExitCode int `json:"exit_code,omitempty"`
	// Opaque says that of this client only success, failure and time are known.
	Opaque bool `json:"opaque,omitempty"`
	// Attachments are files by name that the client made, such as the picture of an error page. The run keeps them beside
	// its captures; here only their names are left then, with no contents.
	Attachments map[string][]byte `json:"attachments,omitempty"`
	// Elapsed is the time from the start of the attempt to its end, by the client's own monotonic clock.
	Elapsed time.Duration `json:"elapsed_ns"`
	// Ended is when the attempt ended by the clock of the client's host, which is that of its captures; where the client
	// did not say so, it is when this process heard of its end.
	Ended time.Time `json:"ended,omitzero"`
}

// OK reports whether the client got its reply.
func (o Outcome) OK() bool { return o.Error == "" && o.ExitCode == 0 }

// errnos are the errors by which a connection fails, tcp(7) and ip(7).
var errnos = []struct {
	name  string
	errno syscall.Errno
}{
	{"ECONNREFUSED", syscall.ECONNREFUSED},
	{"ECONNRESET", syscall.ECONNRESET},
	{"ECONNABORTED", syscall.ECONNABORTED},
	{"ETIMEDOUT", syscall.ETIMEDOUT},
	{"EHOSTUNREACH", syscall.EHOSTUNREACH},
	{"ENETUNREACH", syscall.ENETUNREACH},
	{"ENETDOWN", syscall.ENETDOWN},
	{"EACCES", syscall.EACCES},
	{"EINVAL", syscall.EINVAL},
	{"EPERM", syscall.EPERM},
	{"EPIPE", syscall.EPIPE},
	{"EADDRNOTAVAIL", syscall.EADDRNOTAVAIL},
	{"EADDRINUSE", syscall.EADDRINUSE},
}

// StatusError is a reply whose HTTP status says that the request was not served.
type StatusError struct{ Status int }

func (e *StatusError) Error() string {
	return fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status))
}

// OutcomeOf puts a Go client's error into an Outcome. Stage is what the client was waiting for.
func OutcomeOf(program, stage string, err error, elapsed time.Duration) Outcome {
	o := Outcome{Program: program, Elapsed: elapsed, Ended: time.Now().UTC()}
	if err == nil {
		return o
	}
	o.Stage, o.Error = stage, err.Error()
	o.Closed = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if status, ok := errors.AsType[*StatusError](err); ok {
		o.Status, o.Code = status.Status, fmt.Sprintf("HTTP %d", status.Status)
	}
	if code := tlsCode(err); code != "" {
		o.Code = code
		return o
	}
	for _, e := range errnos {
		if errors.Is(err, e.errno) {
			o.Errno = e.name
			return o
		}
	}
	if code := lookupCode(err); code != "" {
		o.Code = code
		return o
	}
	// ETIMEDOUT, the kernel's giving up, also calls itself a timeout: it has been dealt with above.
	var timeout interface{ Timeout() bool }
	o.Timeout = errors.Is(err, os.ErrDeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
	return o
}

// StageLookup is the stage of a client that looks its service's name up.
const StageLookup = "lookup"

// The ends of a lookup, where no error of the kernel ends it, in Go's words.
const (
	// NoSuchHost is said of a name that does not exist, and of one that has no address.
	NoSuchHost = "no such host"
	// Misbehaving is said where each name server has answered that it cannot or will not.
	Misbehaving = "server misbehaving"
	// LookupRefused is said where no name server listens: the kernel's error, which Go keeps as text alone.
	LookupRefused = "connection refused"
	// LookupTimeout is said where no name server has answered in time.
	LookupTimeout = "i/o timeout"
)

// lookupCode is the end of a lookup that has failed; empty for an error of something else.
func lookupCode(err error) string {
	failed, is := errors.AsType[*net.DNSError](err)
	switch {
	case !is:
		return ""
	case failed.IsNotFound:
		return NoSuchHost
	case failed.IsTimeout:
		return LookupTimeout
	}
	return strings.TrimSpace(failed.Err[strings.LastIndex(failed.Err, ":")+1:])
}

// closedEarly is a failure without an error of the kernel's: a connection that ends before the reply does.
const ClosedEarly = "a connection closed before the reply"

// String is how the client ended, in a few words.
func (o Outcome) String() string {
	switch {
	case o.Timeout:
		return "its own timeout"
	case o.Errno != "":
		return o.Errno
	case o.Closed:
		return ClosedEarly
	case o.OK():
		return "success"
	}
	return o.Error
}
