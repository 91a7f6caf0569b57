package report

import (
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/ladder"
)

// LabPath is the way through a lab from one host to another, with what was captured on it; hosts in off were switched
// off. What is asked of a router is passed on to the server: that is what it is asked for. Where no way leads from the one
// to the other, only the first host is on it. Further hosts that have the service too stand in the last column, beside the one asked
// first.
func LabPath(t lab.Topology, f lab.Family, from, to string, traces []wire.Trace, off []string, also ...string) ladder.Columns {
	var path ladder.Columns
	to = harness.ServedBy(t, to)
	for _, hop := range t.Hops(from, to) {
		h := ladder.Column{Name: hop.Host, Off: slices.Contains(off, hop.Host), Addrs: addrsOf(t, hop.Host)}
		if hop.Host == from || hop.Host == to {
			h.Addr = t.Addr(hop.Host, f).String()
		}
		h.Left, h.Right = traceAt(t, hop.Host, hop.In, traces), traceAt(t, hop.Host, hop.Out, traces)
		path.Hosts = append(path.Hosts, h)
	}
	for _, host := range also {
		join(&path.Hosts[len(path.Hosts)-1], t, host, traces, off)
	}
	for _, host := range t.NameServersOf(from) {
		withNameServer(path.Hosts, t, host, traces, off)
	}
	return path
}

// withNameServer puts a name server, which is beside the way, into the last column, and the way to it into those before. Where nothing
// was captured but what it was asked, the column is its own.
func withNameServer(way []ladder.Column, t lab.Topology, host string, traces []wire.Trace, off []string) {
	last := &way[len(way)-1]
	if slices.ContainsFunc(way, func(c ladder.Column) bool { return standsFor(c.Name, host) }) {
		return
	}
	if last.Off {
		last.Name, last.Off = last.Name+" (off)", false // of the two, the name server may live
	}
	if len(traces) > 0 && !concern(traces, last.Addrs) {
		last.Name, last.Off, last.Addrs = host, slices.Contains(off, host), nil
	} else {
		last.Name += ", " + host
		if slices.Contains(off, host) {
			last.Name += " (off)"
		}
	}
	last.Addr = ""
	last.Addrs = append(last.Addrs, addrsOf(t, host)...)
	for _, hop := range t.Hops(way[0].Name, host) {
		column := last
		if i := slices.IndexFunc(way, func(c ladder.Column) bool { return c.Name == hop.Host }); i >= 0 {
			column = &way[i]
		}
		if seen := traceAt(t, hop.Host, hop.In, traces); seen != nil && !column.Holds(seen) {
			column.LeftToo = append(column.LeftToo, seen)
		}
		if seen := traceAt(t, hop.Host, hop.Out, traces); seen != nil && !column.Holds(seen) {
			column.RightToo = append(column.RightToo, seen)
		}
	}
}

// concern reports whether one of the captured packets is from or to one of the addresses.
func concern(traces []wire.Trace, addrs []netip.Addr) bool {
	return slices.ContainsFunc(traces, func(t wire.Trace) bool {
		return slices.ContainsFunc(t.Packets, func(p wire.Packet) bool { return slices.Contains(addrs, p.Src) || slices.Contains(addrs, p.Dst) })
	})
}

// impostor is the host that got what was meant for the one asked, on the link of that one, while the failure was there; "" where none did.
func (r *RunRecord) impostor() string {
	p := r.Phase(harness.Observe)
	if p == nil {
		return ""
	}
	way := LabPath(r.Topology, r.Family, clientHost, r.Target, nil, nil, r.Also...).Hosts
	asked := way[len(way)-1].Addrs
	for _, h := range r.Topology.Hosts {
		onWay := slices.ContainsFunc(way, func(c ladder.Column) bool { return standsFor(c.Name, h.Name) })
		if !onWay && got(traceAt(r.Topology, h.Name, r.Topology.EndsOf(h.Name)[0].Interface, p.traces), asked) {
			return h.Name
		}
	}
	return ""
}

// got reports whether TCP packets for one of the addresses were captured.
func got(t *wire.Trace, addrs []netip.Addr) bool {
	return t != nil && slices.ContainsFunc(t.Packets, func(p wire.Packet) bool { return p.Kind == wire.KindTCP && slices.Contains(addrs, p.Dst) })
}

// withImpostor puts a host before the last column, whose address it has in a phase in which it got packets for that.
func withImpostor(way []ladder.Column, t lab.Topology, name string, traces []wire.Trace) []ladder.Column {
	asked := &way[len(way)-1]
	seen := traceAt(t, name, t.EndsOf(name)[0].Interface, traces)
	h := ladder.Column{Name: name, Left: seen, Addrs: addrsOf(t, name)}
	if got(seen, asked.Addrs) {
		h.Addr = asked.Addr
		h.Addrs, asked.Addrs = append(h.Addrs, asked.Addrs...), nil
	}
	return slices.Insert(way, len(way)-1, h)
}

func addrsOf(t lab.Topology, host string) []netip.Addr {
	var list []netip.Addr
	for _, e := range t.EndsOf(host) {
		for _, a := range e.Addrs {
			list = append(list, a.Addr())
		}
	}
	return list
}

// join puts another host beside that of a column: one lifeline for both, and one capture of what either has seen.
func join(h *ladder.Column, t lab.Topology, host string, traces []wire.Trace, off []string) {
	if h.Off {
		h.Name += " (off)"
	}
	h.Name += ", " + host
	h.Addr = ""
	h.Addrs = append(h.Addrs, addrsOf(t, host)...)
	h.Off = h.Off && slices.Contains(off, host)
	seen := traceAt(t, host, t.EndsOf(host)[0].Interface, traces)
	if seen == nil {
		return
	}
	both := wire.Trace{Point: seen.Point, Packets: slices.Clone(seen.Packets)}
	if h.Left != nil {
		both.Point = h.Left.Point + ", " + seen.Point
		both.Packets = append(both.Packets, h.Left.Packets...)
	}
	slices.SortStableFunc(both.Packets, func(a, b wire.Packet) int { return a.Time.Compare(b.Time) })
	h.Left = &both
}

// traceAt is what was captured at the interface, nil where nothing was.
func traceAt(t lab.Topology, host, iface string, traces []wire.Trace) *wire.Trace {
	name := t.PointAt(host, iface)
	if i := slices.IndexFunc(traces, func(t wire.Trace) bool { return t.Point == name }); i >= 0 {
		return &traces[i]
	}
	return nil
}
