package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Target is what is to be probed.
type Target struct {
	Name string // as it was given
	Port uint16
	// Literal is the address where Name is one, else the zero Addr.
	Literal netip.Addr
}

// ParseTarget parses HOST:PORT, or a URL, of which host and port count. The host is a name, an IPv4 address or an IPv6
// address in brackets; the port is a number or the name of a service, and of a URL the scheme's where it has none.
func ParseTarget(text string) (Target, error) {
	if strings.Contains(text, "://") {
		place, err := placeOf(text)
		if err != nil {
			return Target{}, err
		}
		text = place
	}
	if addr, err := netip.ParseAddr(text); err == nil {
		return Target{}, fmt.Errorf("%q has no port: it is %s that can be probed", text, net.JoinHostPort(addr.String(), "PORT"))
	}
	host, service, err := net.SplitHostPort(text)
	if err != nil || host == "" || service == "" {
		return Target{}, fmt.Errorf("%q is not HOST:PORT (an IPv6 address stands in brackets: [2001:db8::1]:80)", text)
	}
	port, err := net.LookupPort("tcp", service)
	if err != nil || port == 0 {
		return Target{}, fmt.Errorf("%q is neither a port (1 to 65535) nor a service that this system knows", service)
	}
	t := Target{Name: host, Port: uint16(port)}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return t, nil
	}
	t.Literal = addr.Unmap()
	if reason := unfit(t.Literal); reason != "" {
		return Target{}, fmt.Errorf("%s %s: nobody can connect to it", host, reason)
	}
	return t, nil
}

// schemes are the ports of URLs whose scheme is not the name of its service.
var schemes = map[string]string{"ws": "80", "wss": "443", "postgres": "5432", "postgresql": "5432", "redis": "6379", "rediss": "6379",
	"mysql": "3306", "mongodb": "27017", "amqp": "5672", "amqps": "5671", "mqtt": "1883", "nats": "4222", "ldap": "389", "ldaps": "636"}

// placeOf is the HOST:PORT of a URL.
func placeOf(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("%q is neither HOST:PORT nor a URL with a host", text)
	}
	port := u.Port()
	if port == "" {
		port = schemes[u.Scheme]
	}
	if port == "" {
		number, err := net.LookupPort("tcp", u.Scheme)
		if err != nil {
			return "", fmt.Errorf("the port of a URL that begins with %s: is not known here: add it, as in %s://%s:PORT", u.Scheme, u.Scheme, u.Host)
		}
		port = strconv.Itoa(number)
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// unfit says why TCP cannot connect to an address, "" when it can.
func unfit(a netip.Addr) string {
	switch {
	case a.IsUnspecified():
		return "stands for no address"
	case a.IsMulticast():
		return "is a multicast address"
	case a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "is the broadcast address"
	}
	return ""
}

func (t Target) String() string { return net.JoinHostPort(t.Name, fmt.Sprint(t.Port)) }

// Resolve returns the addresses to probe, in the order of the system's resolver, each once.
func (t Target) Resolve(ctx context.Context, timeout time.Duration) ([]netip.AddrPort, error) {
	if t.Literal.IsValid() {
		return []netip.AddrPort{netip.AddrPortFrom(t.Literal, t.Port)}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", t.Name)
	if err != nil {
		return nil, resolveError(t.Name, err, timeout)
	}
	var list []netip.AddrPort
	for _, a := range addrs {
		if ap := netip.AddrPortFrom(a.Unmap(), t.Port); unfit(ap.Addr()) == "" && !slices.Contains(list, ap) {
			list = append(list, ap)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s has no address that can be connected to", t.Name)
	}
	return list, nil
}

// resolveError tells a name that does not exist from a resolver that does not answer: the second is no news of the
// server at all.
func resolveError(name string, err error, timeout time.Duration) error {
	dns, ok := errors.AsType[*net.DNSError](err)
	switch {
	case !ok:
		return fmt.Errorf("%s cannot be resolved: %w", name, err)
	case dns.IsNotFound:
		return fmt.Errorf("%s cannot be resolved: there is no such name", name)
	case dns.IsTimeout:
		return fmt.Errorf("%s cannot be resolved: no name server answered within %s", name, timeout)
	}
	return fmt.Errorf("%s cannot be resolved: %s", name, strings.TrimPrefix(dns.Err, "lookup "+name+": "))
}
