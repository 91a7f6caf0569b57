package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// A client that asks many ports of a host, or many hosts for a port, fails in the same way again and again: that is told once.

// fewestSwept is how many servers of one client make a sweep. Those after them are only counted, so that other failures find room.
const fewestSwept = 20

// mostSwept bounds the servers of a sweep that are remembered.
const mostSwept = 1 << 16

// sweepKey is what the attempts of a sweep have in common. Either the host or the port is of them all; the other is zero.
type sweepKey struct {
	alike
	client netip.Addr
	host   netip.Addr
	port   uint16
}

// sweep is the failures of one client at many servers.
type sweep struct {
	key     sweepKey
	members []*told // the first ones
	servers map[netip.AddrPort]struct{}
	count   int // attempts that no member has counted
}

// sweepsOf are the keys of the two sweeps that an attempt may be a part of.
func sweepsOf(key alike, client netip.Addr) [2]sweepKey {
	server := key.server
	key.server = netip.AddrPort{}
	return [2]sweepKey{
		{alike: key, client: client, host: server.Addr()},
		{alike: key, client: client, port: server.Port()},
	}
}

// sweeps are those of a capture.
type sweeps map[sweepKey]*sweep

// takes counts an attempt of which its server has no group, if it belongs to a sweep that has shown itself.
func (s sweeps) takes(key alike, client netip.Addr) bool {
	for _, k := range sweepsOf(key, client) {
		if w := s[k]; w != nil && len(w.members) >= fewestSwept {
			w.count++
			if len(w.servers) < mostSwept {
				w.servers[key.server] = struct{}{}
			}
			return true
		}
	}
	return false
}

// begin notes the group of another server.
func (s sweeps) begin(g *told, client netip.Addr) {
	for _, k := range sweepsOf(g.key, client) {
		if k.protocolHasPorts() || k.host == (netip.Addr{}) {
			w := s[k]
			if w == nil {
				w = &sweep{key: k, servers: map[netip.AddrPort]struct{}{}}
				s[k] = w
			}
			w.members = append(w.members, g)
			w.servers[g.key.server] = struct{}{}
		}
	}
}

func (k *sweepKey) protocolHasPorts() bool { return k.protocol == diagnose.TCP }

// fold puts the first group of each sweep in the place of all its groups.
func (s sweeps) fold(order []*told) []*told {
	var large []*sweep
	for _, w := range s {
		if len(w.members) >= fewestSwept {
			large = append(large, w)
		}
	}
	slices.SortFunc(large, func(a, b *sweep) int {
		return cmp.Or(cmp.Compare(len(b.servers), len(a.servers)), cmp.Compare(a.members[0].first.Frames.First, b.members[0].first.Frames.First))
	})
	folded := map[*told]bool{}
	for _, w := range large {
		members := slices.DeleteFunc(slices.Clone(w.members), func(g *told) bool { return folded[g] || g.mixed })
		if len(members) < fewestSwept {
			continue
		}
		first := members[0]
		first.sweep = w
		for _, g := range members {
			folded[g] = g != first
			if g != first {
				first.count += g.count
			}
		}
		first.count += w.count
	}
	return slices.DeleteFunc(order, func(g *told) bool { return folded[g] })
}

// heading names the client and what it asked for: "300 connections (198.51.100.10) -> 300 ports of 203.0.113.10 (1 to 300)".
func (w *sweep) heading(count int) string {
	servers := make([]netip.AddrPort, 0, len(w.servers))
	for server := range w.servers {
		servers = append(servers, server)
	}
	first, last := slices.MinFunc(servers, netip.AddrPort.Compare), slices.MaxFunc(servers, netip.AddrPort.Compare)
	number := counted(count, nounOf(w.key.protocol))
	if w.key.host.IsValid() {
		return fmt.Sprintf("%s (%s) -> %d ports of %s (%d to %d)", number, w.key.client, len(servers), w.key.host, first.Port(), last.Port())
	}
	what := ""
	if w.key.protocolHasPorts() {
		what = fmt.Sprintf("port %d of ", w.key.port)
	}
	return fmt.Sprintf("%s (%s) -> %s%d hosts (%s to %s)", number, w.key.client, what, len(servers), first.Addr(), last.Addr())
}

// meaning says what a sweep may be.
func (w *sweep) meaning() string {
	if w.key.host.IsValid() {
		return "one client asks one host for many ports: a port scan; what follows is about the first of them"
	}
	return "one client asks many hosts: a scan, or the cause is what they share, such as the client and its network; what follows is about the first of them"
}

// writeSweep tells of many servers by the first.
func (g *told) writeSweep(b *strings.Builder, style Style) {
	d := &g.first
	fmt.Fprintf(b, "\n  %s: %s\n    note: %s\n    %s\n", style.verdict(d), g.sweep.heading(g.count), g.sweep.meaning(), d.Summary)
	writeNotes(b, d)
	fmt.Fprintf(b, "    since %s; frames %s\n", utc(d.First), framesText(d.Evidence))
	writeAdvice(b, d)
	writeFilter(b, d, g.count)
}
