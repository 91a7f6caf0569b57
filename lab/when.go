package lab

import (
	"fmt"
	"strings"
	"time"
)

// Instant is a point in the life of a connection, by what has passed on it.
type Instant string

// The instants, in their order.
const (
	// Before is before anything: the fault is there when the client begins.
	Before Instant = "before"
	// Connected is when the client has sent the last segment of the handshake.
	Connected Instant = "connected"
	// RequestSent is when the client has sent its first data.
	RequestSent Instant = "request-sent"
	// RequestAcked is when the server has sent its first segment after that.
	RequestAcked Instant = "request-acked"
	// Replied is when the server has sent its first data after the client's.
	Replied Instant = "replied"
	// Idle is when no data has passed for a time after a reply.
	Idle Instant = "idle"
	// Signalled is when somebody says so, whatever has passed.
	Signalled Instant = "signal"
)

// When says when a fault comes; the zero value stands for [Before].
type When struct {
	At Instant `json:"at,omitempty"`
	// Rest is that of [Idle]; of any other instant, how much later than it the fault comes.
	Rest time.Duration `json:"rest_ns,omitempty"`
}

// ParseWhen reads "connected", "idle:2s", "request-acked:500ms".
func ParseWhen(text string) (When, error) {
	name, rest, timed := strings.Cut(text, ":")
	at := Instant(name)
	switch {
	case timed && (at == Idle || within(at)):
		d, err := time.ParseDuration(rest)
		if err != nil || d <= 0 {
			return When{}, fmt.Errorf("%q is not a time: it is %s:2s, for one", rest, at)
		}
		return When{At: at, Rest: d}, nil
	case !timed && (at == Before || at == Signalled || within(at)):
		return When{At: at}, nil
	}
	return When{}, &NoMomentError{Text: text, Moments: "before, connected, request-sent, request-acked, replied, idle:DURATION or signal"}
}

// NoMomentError is a text that names no moment, and those that there are.
type NoMomentError struct{ Text, Moments string }

func (e *NoMomentError) Error() string {
	return fmt.Sprintf("there is no moment %q: it is %s", e.Text, e.Moments)
}

// within reports whether the instant is one of a connection's packets.
func within(at Instant) bool {
	return at == Connected || at == RequestSent || at == RequestAcked || at == Replied
}

// Late reports whether the fault comes later than its instant, which no packet tells.
func (w When) Late() bool { return w.At != Idle && w.Rest > 0 }

// IsBefore reports whether the fault comes before anything.
func (w When) IsBefore() bool { return w.At == "" || w.At == Before }

func (w When) String() string {
	switch {
	case w.IsBefore():
		return string(Before)
	case w.Rest > 0:
		return fmt.Sprintf("%s:%s", w.At, w.Rest)
	}
	return string(w.At)
}
