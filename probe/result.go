package probe

import (
	"net/netip"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// Probed is what was found out about one address. The names of its fields in JSON are stable.
type Probed struct {
	// Target is what was asked for.
	Target string `json:"target"`
	// Client is this end, "ip:port", as far as it is known; Server is the address probed.
	Client string `json:"client,omitempty"`
	Server string `json:"server"`
	// Verdict is empty when the address could not be probed; Error says why.
	Verdict diagnose.Verdict `json:"verdict"`
	// Inconclusive says that the verdict may still change.
	Inconclusive bool `json:"inconclusive,omitempty"`
	// Summary is what was found, in a sentence.
	Summary string `json:"summary"`
	// Error is what connect said, empty when it succeeded.
	Error string `json:"error,omitempty"`
	// ElapsedMS is how long connect took.
	ElapsedMS float64 `json:"elapsed_ms"`

	// Path is the answer to three questions, asked in their order.
	Path DecisionPath `json:"path"`
	// Route is the way that the packets take from this machine.
	Route ChosenRoute `json:"route"`
	// Neighbour is the next hop on the link.
	Neighbour NextHop `json:"neighbour"`
	// Ping is what came of the echo requests.
	Ping PingResult `json:"ping"`

	// Captured says that the verdict rests on packets, and not on the error and the time alone.
	Captured bool `json:"captured"`
	// Packets counts those of the connection that were captured.
	Packets int64 `json:"packets"`
	// Evidence are the packets that the verdict rests on.
	Evidence []PacketSeen `json:"evidence"`
	// Notes are what else is worth knowing.
	Notes []string `json:"notes"`
	// Unseen is what could not be looked at, and why.
	Unseen []string `json:"unseen"`
	// Rivals are causes that cannot be told apart from here.
	Rivals []string `json:"rivals"`
	// Causes are the names of the rivals, in the same order.
	Causes []diagnose.Cause `json:"causes"`
	// Next are commands that tell the rivals apart.
	Next []string `json:"next"`

	diagnosis diagnose.Diagnosis // of a failure: rivals and next steps
	told      told
}

// Probed reports whether the address could be probed at all.
func (r *Probed) Probed() bool { return r.Verdict != "" }

// DecisionPath is the practitioner's decision path: three questions, asked in this order.
type DecisionPath struct {
	Online string `json:"online"` // is this machine online? "yes", "no" or "unknown"
	Host   string `json:"host"`   // does the host answer ping? "answers", "silent", "unreachable" or "unknown"
	Port   string `json:"port"`   // "open", "refused", "rejected", "silent" or "unknown"
}

// PacketSeen is a packet that the verdict rests on, by its number among those of the connection.
type PacketSeen struct {
	// Frame is its number among the packets of the connection.
	Frame int64 `json:"frame"`
	// What is the packet, in words.
	What string `json:"what"`
}

// ChosenRoute is the way that the packets take from this machine.
type ChosenRoute struct {
	// From is the local address.
	From netip.Addr `json:"from,omitzero"`
	// Via is the router that is the next hop; zero when the target is on this link, or the system does not tell.
	Via netip.Addr `json:"via,omitzero"`
	// Interface is the one by which the packets leave.
	Interface string `json:"interface,omitempty"`
	Local     bool   `json:"local,omitempty"` // the target is this machine
	Error     string `json:"error,omitempty"` // there is none
	ethernet  bool   // packets on the interface begin with an Ethernet header
}

// NextHop is the next hop on the link.
type NextHop struct {
	// Addr is its address.
	Addr netip.Addr `json:"addr,omitzero"`
	// MAC is its hardware address.
	MAC string `json:"mac,omitempty"`
	// State is as ip-neighbour(8) names it; empty when there is no entry, or none could be read.
	State string `json:"state,omitempty"`
}

// Silent reports whether the next hop was asked for in vain.
func (n NextHop) Silent() bool { return n.State == "FAILED" || n.State == "INCOMPLETE" }

// PingResult is what came of the echo requests.
type PingResult struct {
	// Sent counts echo requests.
	Sent int `json:"sent"`
	// Received counts replies.
	Received int     `json:"received"`
	RTTMS    float64 `json:"rtt_ms,omitempty"` // the shortest round trip
	// ICMP is the error that came in place of an answer, and From who sent it.
	ICMP   string     `json:"icmp,omitempty"`
	From   netip.Addr `json:"from,omitzero"`
	Error  string     `json:"error,omitempty"`  // the requests could not be sent
	Denied bool       `json:"denied,omitempty"` // for lack of permission
}
