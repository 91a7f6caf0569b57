package halfopen

// why is the reason for which a timer does not end a wait, and how the packets show it.
type why struct {
	text  string
	shown func(seen) bool
}

var (
	notConnected  = why{"there is no connection yet", func(s seen) bool { return s.synsAcked == 0 && len(s.Retransmissions) > 0 }}
	connected     = why{"connecting has worked: the kernel of the other end has accepted", func(s seen) bool { return s.synsAcked > 0 }}
	wasConnected  = why{"the connection was there before", func(s seen) bool { return s.synsAcked == 0 }}
	written       = why{"the write has succeeded: it ends in the kernel's buffer", func(s seen) bool { return s.sent > 0 && !s.closedWindow }}
	writing       = why{"the client is still writing, and does not read yet", func(s seen) bool { return s.closedWindow }}
	probesAreHeld = why{"no probe is sent while data is unacknowledged", func(s seen) bool { return len(s.Probes) == 0 && len(s.Retransmissions) > 0 }}
	probesAnswer  = why{"each probe is answered, by the kernel of the other end", func(s seen) bool { return len(s.Probes) > 1 && s.heard >= len(s.Probes) }}
	windowAnswers = why{"no keep-alive while data waits; the probes of the window are answered, by a window of 0", func(s seen) bool { return len(s.Probes) > 1 && s.closedWindow }}
	allIsAcked    = why{"nothing is unacknowledged: no timer of the kernel runs", func(s seen) bool { return s.acked && len(s.Retransmissions) == 0 }}
	acked         = why{"nothing is unacknowledged", allIsAcked.shown}
	inUse         = why{"a pool looks at connections that are not in use", func(s seen) bool { return s.synsAcked == 0 }}
	notPooled     = why{"nothing is in the pool yet", func(s seen) bool { return s.synsAcked == 0 || s.answered == 0 }}
	tlsFirst      = why{"a PING can come only after the handshake of TLS", func(s seen) bool { return s.acked && s.answered == 0 }}
	newIsServed   = why{"the check's own, new connection is served", func(s seen) bool { return s.sent > 0 }}
)
