package lesson

import (
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// HostPlace is a host of the lab, as the answer to the question where something happens.
type HostPlace string

// The places.
const (
	Client HostPlace = "client"
	Router HostPlace = "router"
	Server HostPlace = "server"
)

// sides are the places by which the sides of the router are called.
var sides = []HostPlace{Client, Server}

// Places are all of them, in the order of the way.
func Places() []HostPlace { return []HostPlace{Client, Router, Server} }

// topic is what an exercise is about: connections with the service, or pings of the server.
type topic diagnose.Subject

// has reports whether a packet belongs to the topic: also an ICMP error about it does.
func (t topic) has(p *wire.Packet) bool {
	if !telling(p) || !ofServer(p) {
		return false
	}
	const tcp = 6 // IANA's number
	switch p.Kind {
	case wire.KindTCP:
		return diagnose.Subject(t) == diagnose.TCP && (p.SrcPort == lab.Port || p.DstPort == lab.Port)
	case wire.KindICMP:
		q := &p.ICMP.Quote
		if diagnose.Subject(t) == diagnose.TCP {
			return p.ICMP.HasQuote && q.Protocol == tcp && (q.Dst.Port() == lab.Port || q.Src.Port() == lab.Port)
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
func hostOf(addr netip.Addr) HostPlace {
	for _, h := range topology.Hosts {
		for _, e := range topology.EndsOf(h.Name) {
			if slices.ContainsFunc(e.Addrs, func(p netip.Prefix) bool { return p.Addr() == addr }) {
				return HostPlace(h.Name)
			}
		}
	}
	return ""
}

// topology is that of every exercise, and has the hosts of every lesson's lab.
var topology = lab.WithWellKnown()
