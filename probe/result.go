package probe

import (
	"net/netip"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// Result is what was found out about one address. The names of its fields in JSON are stable.
type Result struct {
	Target string `json:"target"`
	// Client is this end, "ip:port", as far as it is known; Server is the address probed.
	Client string `json:"client,omitempty"`
	Server string `json:"server"`
	// Verdict is empty when the address could not be probed; Error says why.
	Verdict      diagnose.Verdict `json:"verdict"`
	Inconclusive bool             `json:"inconclusive,omitempty"`
	Summary      string           `json:"summary"`
	// Error is what connect said, empty when it succeeded.
	Error     string  `json:"error,omitempty"`
	ElapsedMS float64 `json:"elapsed_ms"`

	Path      Path      `json:"path"`
	Route     Route     `json:"route"`
	Neighbour Neighbour `json:"neighbour"`
	Ping      Ping      `json:"ping"`

	// Captured says that the verdict rests on packets, and not on the error and the time alone.
	Captured bool       `json:"captured"`
	Packets  int64      `json:"packets"`
	Evidence []Evidence `json:"evidence"`
	Notes    []string   `json:"notes"`
	// Unseen is what could not be looked at, and why.
	Unseen []string `json:"unseen"`
	Rivals []string `json:"rivals"`
	Next   []string `json:"next"`
}

// Probed reports whether the address could be probed at all.
func (r *Result) Probed() bool { return r.Verdict != "" }

// Path is the practitioner's decision path: three questions, asked in this order.
type Path struct {
	Online string `json:"online"` // is this machine online? "yes", "no" or "unknown"
	Host   string `json:"host"`   // does the host answer ping? "answers", "silent", "unreachable" or "unknown"
	Port   string `json:"port"`   // "open", "refused", "rejected", "silent" or "unknown"
}

// Evidence is a packet that the verdict rests on, by its number among those of the connection.
type Evidence struct {
	Frame int64  `json:"frame"`
	What  string `json:"what"`
}

// Route is the way that the packets take from this machine.
type Route struct {
	// From is the local address.
	From netip.Addr `json:"from,omitzero"`
	// Via is the router that is the next hop; zero when the target is on this link, or the system does not tell.
	Via       netip.Addr `json:"via,omitzero"`
	Interface string     `json:"interface,omitempty"`
	Local     bool       `json:"local,omitempty"` // the target is this machine
	Error     string     `json:"error,omitempty"` // there is none
	ethernet  bool       // packets on the interface begin with an Ethernet header
}

// Neighbour is the next hop on the link.
type Neighbour struct {
	Addr netip.Addr `json:"addr,omitzero"`
	MAC  string     `json:"mac,omitempty"`
	// State is as ip-neighbour(8) names it; empty when there is no entry, or none could be read.
	State string `json:"state,omitempty"`
}

// Silent reports whether the next hop was asked for in vain.
func (n Neighbour) Silent() bool { return n.State == "FAILED" || n.State == "INCOMPLETE" }

// Ping is what came of the echo requests.
type Ping struct {
	Sent     int     `json:"sent"`
	Received int     `json:"received"`
	RTTMS    float64 `json:"rtt_ms,omitempty"` // the shortest round trip
	// ICMP is the error that came in place of an answer, and From who sent it.
	ICMP   string     `json:"icmp,omitempty"`
	From   netip.Addr `json:"from,omitzero"`
	Error  string     `json:"error,omitempty"`  // the requests could not be sent
	Denied bool       `json:"denied,omitempty"` // for lack of permission
}
