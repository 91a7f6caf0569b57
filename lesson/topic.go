package lesson

import (
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Place is a host of the lab, as the answer to the question where something happens.
type Place string

// The places.
const (
	Client Place = "client"
	Router Place = "router"
	Server Place = "server"
)

// sides are the places by which the sides of the router are called.
var sides = []Place{Client, Server}

// Places are all of them, in the order of the way.
func Places() []Place { return []Place{Client, Router, Server} }

// topic is what an exercise is about: connections with the service, or pings of the server.
type topic diagnose.Protocol

// has reports whether a packet belongs to the topic: also an ICMP error about it does.
func (t topic) has(p *wire.Packet) bool {
	if !telling(p) || !ofServer(p) {
		return false
	}
	const tcp = 6 // IANA's number
	switch p.Kind {
	case wire.KindTCP:
		return diagnose.Protocol(t) == diagnose.TCP && (p.SrcPort == harness.Port || p.DstPort == harness.Port)
	case wire.KindICMP:
		q := &p.ICMP.Quote
		if diagnose.Protocol(t) == diagnose.TCP {
			return p.ICMP.HasQuote && q.Protocol == tcp && (q.Dst.Port() == harness.Port || q.Src.Port() == harness.Port)
		}
		return p.ICMP.IsEcho() || p.ICMP.HasQuote && q.HasEcho
	}
	return false
}

// ofServer reports whether the server has sent a packet or is to get it, or that which an ICMP error quotes. A connection with
// the router, and a ping of a well-known host, are about others.
func ofServer(p *wire.Packet) bool {
	a, b := p.Src, p.Dst
	if p.ICMP.HasQuote {
		a, b = p.ICMP.Quote.Src.Addr(), p.ICMP.Quote.Dst.Addr()
	}
	return hostOf(a) == Server || hostOf(b) == Server
}

// hostOf is the host that has an address; empty where none has it.
func hostOf(addr netip.Addr) Place {
	for _, h := range topology.Hosts {
		for _, e := range topology.EndsOf(h.Name) {
			if slices.ContainsFunc(e.Addrs, func(p netip.Prefix) bool { return p.Addr() == addr }) {
				return Place(h.Name)
			}
		}
	}
	return ""
}

// topology is that of every exercise, and has the hosts of every lesson's lab.
var topology = harness.WithWellKnown()
