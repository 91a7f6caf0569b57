package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lang"
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
func (w *sweep) heading(count int) lang.Message {
	servers := make([]netip.AddrPort, 0, len(w.servers))
	for server := range w.servers {
		servers = append(servers, server)
	}
	first, last := slices.MinFunc(servers, netip.AddrPort.Compare), slices.MaxFunc(servers, netip.AddrPort.Compare)
	number := counted(count, nounOf(w.key.protocol))
	if w.key.host.IsValid() {
		return lang.Tell(lang.Text{English: "%s (%s) -> %d ports of %s (%d to %d)", Korean: "%s (%s) -> %[4]s 주소의 포트 %[3]d개 (%[5]d부터 %[6]d까지)"},
			number, w.key.client, len(servers), w.key.host, first.Port(), last.Port())
	}
	if w.key.protocolHasPorts() {
		return lang.Tell(lang.Text{English: "%s (%s) -> port %d of %d hosts (%s to %s)", Korean: "%s (%s) -> 호스트 %[4]d개의 %[3]d번 포트 (%[5]s부터 %[6]s까지)"},
			number, w.key.client, w.key.port, len(servers), first.Addr(), last.Addr())
	}
	return lang.Tell(lang.Text{English: "%s (%s) -> %d hosts (%s to %s)", Korean: "%s (%s) -> 호스트 %d개 (%s부터 %s까지)"},
		number, w.key.client, len(servers), first.Addr(), last.Addr())
}

// meaning says what a sweep may be.
func (w *sweep) meaning() lang.Message {
	if w.key.host.IsValid() {
		return lang.Tell(lang.Text{English: "one client asks one host for many ports: a port scan; what follows is about the first of them",
			Korean: "한 클라이언트가 한 호스트의 여러 포트에 묻는다: 포트 스캔이다; 아래는 그 첫 번째에 관한 것이다"})
	}
	return lang.Tell(lang.Text{English: "one client asks many hosts: a scan, or the cause is what they share, such as the client and its network; what follows is about the first of them",
		Korean: "한 클라이언트가 여러 호스트에 묻는다: 스캔이거나, 원인이 클라이언트와 그 네트워크처럼 함께 쓰는 것에 있다; 아래는 그 첫 번째에 관한 것이다"})
}

// writeSweep tells of many servers by the first.
func (g *told) writeSweep(b *strings.Builder, style Style) {
	d := &g.first
	fmt.Fprintf(b, "\n  %s: %s\n", style.verdict(d), g.sweep.heading(g.count).In(style.Language))
	style.writeNotes(b, []lang.Message{g.sweep.meaning()})
	fmt.Fprintf(b, "    %s\n", d.Summary.In(style.Language))
	style.writeNotes(b, d.Notes)
	style.writeRest(b, d, g.count)
}
