package lab

import (
	"fmt"
	"net/netip"
	"time"
)

// Socket is a TCP socket of a host as its kernel has it, sock_diag(7).
type Socket struct {
	// Local is this end.
	Local netip.AddrPort `json:"local"`
	// Remote is the other end.
	Remote netip.AddrPort `json:"remote"`
	// State is that of RFC 9293 section 3.3.2, in the words of ss(8): "ESTAB", "SYN-SENT", "FIN-WAIT-1".
	State string `json:"state"`
	// Timer is what the kernel waits for: "retransmit", "keepalive", "timewait", "persist"; empty: nothing.
	Timer string `json:"timer,omitempty"`
	// Expires is when the timer fires, from the look at it.
	Expires time.Duration `json:"expires_ns,omitempty"`
	// Retransmissions is how often it has fired without an answer.
	Retransmissions int `json:"retransmissions,omitempty"`
	// Unsent and Unread are the bytes in its queues.
	Unsent int `json:"unsent,omitempty"`
	Unread int `json:"unread,omitempty"`
}

func (s Socket) String() string {
	text := fmt.Sprintf("%s %s > %s", s.State, s.Local, s.Remote)
	if s.Timer != "" {
		text += fmt.Sprintf(", %s in %.1f s", s.Timer, s.Expires.Seconds())
	}
	if s.Retransmissions > 0 {
		text += fmt.Sprintf(", %d retransmissions", s.Retransmissions)
	}
	return text
}
