package lab

import "time"

// Protocol is what a client speaks, and so which packets are its own.
type Protocol string

// The protocols.
const (
	// TCP is spoken with the service's port, by every client that does not say otherwise.
	TCP Protocol = "tcp"
	// Echo is ICMP echo, spoken with the target's address.
	Echo Protocol = "icmp echo"
	// Datagrams are UDP's, spoken with the service's ports.
	Datagrams Protocol = "udp"
	// Probes are packets of any kind that are meant to be answered from the way, as those of traceroute. They are not held
	// against an expectation.
	Probes Protocol = "probes"
)

// Speaker is a client that speaks something else than TCP with the service.
type Speaker interface {
	Speaks() Protocol
}

// Pauser is a client that does nothing for a while in the middle of its attempt, beyond its timeout.
type Pauser interface {
	Pause() time.Duration
}

// Namer is a client that may look the service's name up before it connects.
type Namer interface {
	// AsksByName reports whether it does.
	AsksByName() bool
}

// AsksByName reports whether a client looks the service's name up.
func AsksByName(c Client) bool {
	n, ok := c.(Namer)
	return ok && n.AsksByName()
}

func ProtocolOf(c Client) Protocol {
	if s, ok := c.(Speaker); ok {
		return s.Speaks()
	}
	return TCP
}
