package diagnose

import (
	"net/netip"
	"slices"
	"time"
)

// Filter says which attempts are wanted. The zero value wants all.
type Filter struct {
	// Hosts are networks, or single addresses: one of them has to hold an end. Port is a port at either end.
	Hosts []netip.Prefix
	Port  uint16
	// Since and Until bound the time of the first packet; Until itself is too late. A zero time is no bound.
	Since, Until time.Time
	// Verdicts are those wanted, as verdict or as ending.
	Verdicts []Verdict
}

// Wants reports whether the attempt is wanted.
func (f *Filter) Wants(a *Judged) bool {
	return f.InScope(a.Client(), a.Server(), a.First()) && f.WantsVerdict(a.Verdict, a.Ending)
}

// InScope reports whether an attempt is among those that are looked at. Of these the verdicts choose what is told.
func (f *Filter) InScope(client, server netip.AddrPort, first time.Time) bool {
	return (f.Hosts == nil || f.wantsHost(client.Addr()) || f.wantsHost(server.Addr())) &&
		(f.Port == 0 || client.Port() == f.Port || server.Port() == f.Port) &&
		(f.Since.IsZero() || !first.Before(f.Since)) && (f.Until.IsZero() || first.Before(f.Until))
}

func (f *Filter) wantsHost(a netip.Addr) bool {
	return slices.ContainsFunc(f.Hosts, func(p netip.Prefix) bool { return p.Contains(a) })
}

// WantsVerdict reports whether attempts with the verdict, or the ending, are told.
func (f *Filter) WantsVerdict(v, ending Verdict) bool {
	return f.Verdicts == nil || slices.Contains(f.Verdicts, v) || slices.Contains(f.Verdicts, ending)
}
