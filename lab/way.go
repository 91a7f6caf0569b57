package lab

import "slices"

// Hop is a host on the way from one host to another, with the interfaces by which a packet from the first one comes In and
// goes Out; they are empty at the ends of the way.
type Hop struct{ Host, In, Out string }

// Hops are the shortest way from host to host, both included. It has one hop where none leads there.
func (t Topology) Hops(from, to string) []Hop {
	ways := [][]Hop{{{Host: from}}}
	visited := map[string]bool{from: true}
	for len(ways) > 0 {
		w := ways[0]
		ways = ways[1:]
		if w[len(w)-1].Host == to {
			return w
		}
		for _, s := range t.Segments {
			for _, longer := range s.beyond(w) {
				if next := longer[len(longer)-1].Host; !visited[next] {
					visited[next] = true
					ways = append(ways, longer)
				}
			}
		}
	}
	return []Hop{{Host: from}}
}

// beyond are the ways that lead on from the end of a way through the segment.
func (s SegmentSpec) beyond(way []Hop) [][]Hop {
	var longer [][]Hop
	for i, e := range s.Ends {
		for j, other := range s.Ends {
			if i == j || e.Host != way[len(way)-1].Host {
				continue
			}
			w := slices.Clone(way)
			w[len(w)-1].Out = e.Interface
			longer = append(longer, append(w, Hop{Host: other.Host, In: other.Interface}))
		}
	}
	return longer
}

// Way returns the names of the vantage points that the packets between client and target pass, in the order of the way.
func (t Topology) Way(target string) []string {
	var names []string
	for _, hop := range t.Hops(ClientHost, target) {
		for _, iface := range []string{hop.In, hop.Out} {
			if name := t.PointAt(hop.Host, iface); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// PointAt is the name of the vantage point at a host's interface, empty where there is none.
func (t Topology) PointAt(host, iface string) string {
	for _, p := range t.VantagePoints() {
		if p.Host == host && p.Interface == iface {
			return p.Name
		}
	}
	return ""
}
