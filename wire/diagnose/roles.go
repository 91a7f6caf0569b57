package diagnose

import (
	"bytes"
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// maxServers bounds what is remembered for telling the roles in connections without a SYN.
const maxServers = 1 << 14

// clientOf tells the index of the client: the sender of a SYN, the receiver of a SYN-ACK. Without either it is guessed
// from what the capture has shown of servers, then from the port numbers: servers have the lower ones. What is said may
// correct it at once (rolesBy), and the rest of the capture at the end (assignRoles).
func (e *Diagnoser) clientOf(f flow, from int, p *wire.Packet) int {
	switch flags := p.TCP.Flags & (wire.SYN | wire.ACK | wire.RST); {
	case flags == wire.SYN:
		e.remember(f[1-from])
		return from
	case flags == wire.SYN|wire.ACK:
		e.remember(f[from])
		return 1 - from
	}
	e.view.meet(f)
	for i := range f {
		if e.view.isServer(f[i]) && !e.view.isServer(f[1-i]) {
			return 1 - i
		}
	}
	switch low, high := f[0].port, f[1].port; {
	case low < high:
		return 1
	case low > high:
		return 0
	}
	return from
}

func (e *Diagnoser) remember(s endpoint) {
	if len(e.view.servers) < maxServers {
		e.view.servers[s] = struct{}{}
	}
}

func (v *view) isServer(s endpoint) bool {
	_, ok := v.servers[s]
	return ok
}

// several is as many connections as show that an end of all of them is a server. A seeker is none, however many it has.
const (
	several = 2
	seeker  = 0xff
)

// lowestOfClients is the first port that a client takes: those of rsh and NFS bind ports from 512 on (bindresvport), others from 1024.
const lowestOfClients = 512

// meet counts a connection of which the beginning is not in the capture.
func (v *view) meet(f flow) {
	if v.flows == nil {
		v.flows = map[endpoint]uint8{}
	}
	for i, end := range f {
		n, known := v.flows[end]
		switch {
		case !known && len(v.flows) >= maxServers:
		case end.port >= lowestOfClients && f[1-i].port < lowestOfClients: // a scan has one port for all that it asks
			v.flows[end] = seeker
		case n < several:
			v.flows[end] = n + 1
		}
	}
}

// isBusier reports whether an end has several connections, and the other this one alone.
func (v *view) isBusier(s, other endpoint) bool { return v.flows[s] == several && v.flows[other] == 1 }

// assignRoles corrects a guess of who is the client by what was learnt of servers since: one has answered a SYN, or has several
// connections at one port.
func (c *conn) assignRoles(v *view) {
	if c.sized || c.spoken {
		return
	}
	guessed, other := c.flow[c.clientAt], c.flow[1-c.clientAt]
	switch {
	case v.isServer(other):
	case v.isServer(guessed), v.isBusier(guessed, other):
		c.flip()
	}
}

// rolesBy corrects the guess by what the side dir says: only clients begin a request or a TLS handshake, only servers an answer.
func (c *conn) rolesBy(dir int, payload []byte) {
	speaker := speakerOf(payload)
	if speaker < 0 {
		return
	}
	c.spoken = true
	if speaker != dir {
		c.flip()
		c.content, c.speech = content{}, nil
	}
}

// speakerOf is the side that says such a thing; -1 where either may.
func speakerOf(payload []byte) int {
	method, _, ok := bytes.Cut(payload[:min(len(payload), len("CONNECT "))], []byte(" "))
	switch {
	case bytes.HasPrefix(payload, []byte("HTTP/1.")):
		return server
	case isHello(payload), ok && slices.Contains(methods, string(method)):
		return client
	}
	return -1
}

// methods are those of HTTP/1 (RFC 9110 section 9) by which a request is known.
var methods = []string{"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "CONNECT"}
