package probe

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// findRoute asks the kernel which way packets to the server would take, without sending one: connecting a UDP socket
// only looks up the route.
func findRoute(server netip.AddrPort) ChosenRoute {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(server))
	if err != nil {
		return ChosenRoute{Error: reason(err)}
	}
	defer c.Close()
	r := ChosenRoute{From: c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()}
	r.Local = r.From.WithZone("") == server.Addr().WithZone("") || server.Addr().IsLoopback()
	r.Via, r.Interface = nextHop(server.Addr())
	if r.Interface == "" {
		r.Interface = interfaceOf(r.From)
	}
	if i, err := net.InterfaceByName(r.Interface); err == nil {
		r.ethernet = len(i.HardwareAddr) == 6 || i.Flags&net.FlagLoopback != 0
	}
	return r
}

// interfaceOf returns the name of the interface that has the address.
func interfaceOf(a netip.Addr) string {
	interfaces, _ := net.Interfaces()
	for _, i := range interfaces {
		addrs, _ := i.Addrs()
		for _, x := range addrs {
			if p, err := netip.ParsePrefix(x.String()); err == nil && p.Addr().Unmap() == a.WithZone("") {
				return i.Name
			}
		}
	}
	return ""
}

// reason is the innermost part of an error: "connection refused" of "dial tcp 192.0.2.1:80: connect: connection refused".
func reason(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	return err.Error()
}

// offline is for an address to which no packet can leave.
func (r *Probed) offline(server netip.AddrPort) {
	r.Error = "no route: " + r.Route.Error
	r.Path = DecisionPath{Online: "no", Host: "unknown", Port: "unknown"}
	r.say(lang.Text{English: "this machine has no route to %s (%s), so nothing was sent", Korean: "이 머신에는 %s 주소로 가는 경로가 없어(%s) 아무것도 보내지 않았다"}, server.Addr(), r.Route.Error)
	r.diagnosis = diagnose.Unseen(diagnose.NotSent, netip.AddrPort{}, server)
	r.diagnosis.Done(diagnose.StepClientRules) // that is not it: the kernel found no route
	r.diagnosis.Rivals = []diagnose.Rival{diagnose.NewRival(diagnose.CauseOffline),
		{Cause: diagnose.CauseNoFamily, Text: lang.Text{English: "it has no %s connectivity", Korean: "이 머신에는 %s 연결이 없다"}.With(familyName(server.Addr()))},
		{Cause: diagnose.CauseMissingRoute, Text: lang.Text{English: "a route is missing, or forbids it", Korean: "라우트가 없거나 금지한다"}}}
	r.tell()
}

func familyName(a netip.Addr) string {
	if a.Is4() {
		return "IPv4"
	}
	return "IPv6"
}

// isDenied reports whether something needs a permission that this process lacks.
func isDenied(err error) bool { return errors.Is(err, os.ErrPermission) }
