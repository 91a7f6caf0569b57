package diagnose

import "net/netip"

// nameOf is the name of which an address is the answer.
type nameOf struct {
	name    string
	several bool // there were others
}

// name keeps that a name has the address.
func (v *view) name(a netip.Addr, name string) {
	a = a.Unmap()
	known, ok := v.names[a]
	switch {
	case ok:
		known.several = known.several || known.name != name
	case len(v.names) >= maxServers:
		return
	default:
		known.name = name
	}
	if v.names == nil {
		v.names = map[netip.Addr]nameOf{}
	}
	v.names[a] = known
}

// nameOf is the only name by which the capture knows the address; empty where there is none, or several.
func (v *view) nameOf(a netip.Addr) string {
	if n := v.names[a.Unmap()]; !n.several {
		return n.name
	}
	return ""
}
