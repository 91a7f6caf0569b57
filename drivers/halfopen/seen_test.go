package halfopen

import (
	"slices"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// seen is what the client's wire showed of a call, on its connection alone. Times are from the call's beginning, and are what is recorded of it.
type seen struct {
	// synsAcked, sent, heard and answered count SYN-ACKs, the client's segments with data, the server's packets, and those of them with new data.
	synsAcked, sent, heard, answered int
	// acked says that the server has acknowledged the beginning of the request.
	acked bool
	// closedWindow says that the server's last packet told a window of 0.
	closedWindow bool
	// Retransmissions are the SYNs and the data that were sent again, and Probes the empty segments that ask for an acknowledgment: keep-alives,
	// and those to a closed window.
	Retransmissions []time.Duration `json:"retransmissions_ns,omitempty"`
	Probes          []time.Duration `json:"probes_ns,omitempty"`
	// LastHeard is when the server was last heard, and LastAnswer when it last sent data; where it did not, both are when it had answered the request before.
	LastHeard  time.Duration `json:"last_heard_ns,omitempty"`
	LastAnswer time.Duration `json:"last_answer_ns,omitempty"`
}

// firstTimeout is when data was sent again by its timeout for the first time. The first copy of all is a tail loss probe (RFC 8985), after which the
// timeout begins anew.
func (s seen) firstTimeout() time.Duration {
	return first(s.Retransmissions[min(1, len(s.Retransmissions)):])
}

// call is what is known of a call beside its packets.
type call struct {
	// port is the client's; 0: it has never connected. service is the server's.
	port, service uint16
	// answered is when the request before was; zero: there was none.
	began, ended, answered time.Time
}

// look reads the packets of a call between its beginning and its end.
func look(traces []wire.Trace, c call) seen {
	at := slices.IndexFunc(traces, func(t wire.Trace) bool { return t.Point == lab.ClientHost })
	r := reader{call: c}
	if !c.answered.IsZero() {
		r.LastHeard = c.answered.Sub(c.began)
		r.LastAnswer = r.LastHeard
	}
	for _, p := range traces[at].Packets {
		if p.Kind == wire.KindTCP && !p.Time.After(c.ended) {
			r.read(&p)
		}
	}
	return r.seen
}

// reader takes the packets of a call one after the other.
type reader struct {
	seen
	call call
	// begun says that something was sent; asked that data was. next is the sequence number after what was sent, request that after the first of
	// the data, and had that after what the client has of the server's.
	begun, asked       bool
	next, request, had uint32
}

func (r *reader) read(p *wire.Packet) {
	at := p.Time.Sub(r.call.began)
	switch {
	case p.DstPort == r.call.service && (r.call.port == 0 || p.SrcPort == r.call.port):
		r.call.port = p.SrcPort // the first, where none is known
		r.leaving(&p.TCP, at)
	case p.SrcPort == r.call.service && p.DstPort == r.call.port:
		r.coming(&p.TCP, at)
	}
}

func (r *reader) leaving(t *wire.TCP, at time.Duration) {
	length := uint32(t.Payload)
	if t.Flags.Has(wire.SYN) {
		length++
	}
	end := t.Seq + length
	if int32(t.Ack-r.had) > 0 || !r.begun {
		r.had = t.Ack
	}
	switch ahead := int32(end - r.next); {
	case !r.begun || ahead > 0:
		r.begun, r.next = true, end
	case length > 0:
		r.Retransmissions = append(r.Retransmissions, at)
	case ahead == -1:
		r.Probes = append(r.Probes, at)
	}
	if t.Payload > 0 {
		r.sent++
		if !r.asked {
			r.asked, r.request = true, end
		}
	}
}

func (r *reader) coming(t *wire.TCP, at time.Duration) {
	r.heard++
	r.LastHeard, r.closedWindow = at, t.Window == 0
	if r.asked && int32(t.Ack-r.request) >= 0 {
		r.acked = true
	}
	if end := t.Seq + uint32(t.Payload); t.Payload > 0 && int32(end-r.had) > 0 { // what comes again is no answer
		r.had = end
		r.answered++
		r.LastAnswer = at
	}
	if t.Flags.Has(wire.SYN) {
		r.synsAcked++
	}
}
