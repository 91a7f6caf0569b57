package diagnose

import (
	"net/netip"
	"slices"
	"strings"
)

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

// answersOthers is for a question without an answer of a name server that has answered another at that time.
var answersOthers = circumstance{
	excluded: []Cause{CauseDeadHost, CausePathBroken, CauseNoWayBack, CauseNoCapture},
	useless:  []StepID{StepPing},
}

// askedInCase is for a name that programs ask for in case it exists.
var askedInCase = circumstance{lead: anywhere(CauseAskedInCase)}

// tentative are the first labels of names by which programs look for a service of the network they are in.
var tentative = []string{"wpad", "isatap", "autodiscover"}

// isTentative reports whether programs ask for such a name although it often does not exist: for a service of the network, for a name without
// a domain (browsers see by it whether the name server tells the truth), or whether an address is in a block list, in which it stands
// backwards (RFC 5782).
func isTentative(name string) bool {
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	if len(labels) == 1 || slices.Contains(tentative, labels[0]) || strings.HasPrefix(labels[0], "_") {
		return true
	}
	if len(labels) <= 4 {
		return false
	}
	_, err := netip.ParseAddr(strings.Join(labels[:4], "."))
	return err == nil
}
