package lab

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Resolver is how programs of a host look names up, resolv.conf(5).
type Resolver struct {
	// Servers are the name servers, in the order in which they are asked.
	Servers []netip.Addr `json:"servers"`
	// Timeout is how long each is given for an answer.
	Timeout time.Duration `json:"timeout_ns"`
	// Attempts is how many times the list is gone through.
	Attempts int `json:"attempts"`
}

// The resolver's own timers where nothing else is said, resolv.conf(5): most programs wait for so long. A lab's hosts are less patient, so
// that a run stays short.
const (
	DefaultResolverTimeout  = 5 * time.Second
	DefaultResolverAttempts = 2

	labResolverTimeout  = time.Second
	labResolverAttempts = 2
)

// GivesUp is how long a question goes without an answer before the resolver gives it up.
func (r Resolver) GivesUp() time.Duration {
	return time.Duration(len(r.Servers)*r.Attempts) * r.Timeout
}

// String is the content of its resolv.conf(5). A name is looked up as it stands: there is no domain to search it in.
func (r Resolver) String() string {
	var b strings.Builder
	for _, s := range r.Servers {
		fmt.Fprintf(&b, "nameserver %s\n", s)
	}
	fmt.Fprintf(&b, "search .\noptions timeout:%d attempts:%d\n", int(r.Timeout.Seconds()), r.Attempts)
	return b.String()
}

// ParseResolver reads a resolv.conf(5). What stands for nothing that the lab reckons with, is left out.
func ParseResolver(text string) Resolver {
	r := Resolver{Timeout: DefaultResolverTimeout, Attempts: DefaultResolverAttempts}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 2 && words[0] == "nameserver":
			if addr, err := netip.ParseAddr(words[1]); err == nil {
				r.Servers = append(r.Servers, addr)
			}
		case len(words) > 1 && words[0] == "options":
			r.take(words[1:])
		}
	}
	return r
}

func (r *Resolver) take(options []string) {
	for _, option := range options {
		name, value, _ := strings.Cut(option, ":")
		n, err := strconv.Atoi(value)
		switch {
		case err != nil || n < 1:
		case name == "timeout":
			r.Timeout = time.Duration(n) * time.Second
		case name == "attempts":
			r.Attempts = n
		}
	}
}

// NameServersOf are the hosts that a host asks for names.
func (t Topology) NameServersOf(host string) []string {
	if i := slices.IndexFunc(t.Hosts, func(h HostSpec) bool { return h.Name == host }); i >= 0 {
		return t.Hosts[i].NameServers
	}
	return nil
}

// ResolverOf is how programs of a host look names up; without a server where the host has none.
func (t Topology) ResolverOf(host string) Resolver {
	r := Resolver{Timeout: labResolverTimeout, Attempts: labResolverAttempts}
	family := t.Family
	if family == 0 {
		family = IPv4
	}
	for _, server := range t.NameServersOf(host) {
		r.Servers = append(r.Servers, t.Addr(server, family))
	}
	return r
}

// ResolvConf is what stands in a host's /etc/resolv.conf; empty where it has no name server.
func (t Topology) ResolvConf(host string) string {
	r := t.ResolverOf(host)
	if len(r.Servers) == 0 {
		return ""
	}
	return r.String()
}
