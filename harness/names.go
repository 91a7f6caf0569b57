package harness

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// TargetPrefix is how the names of the variables begin that [Standing.TargetEnv] returns.
const TargetPrefix = "TCPLAB_"

// TargetEnv is what the environment of a program tells of the service that it is to ask: TCPLAB_HOST, TCPLAB_PORT, TCPLAB_PORTS (all of
// them, with commas between), TCPLAB_ADDR (host and port together, IPv6 in brackets) and, but for a service on UDP, TCPLAB_URL. Where the
// scenario is about names, the host is the service's name.
func (s *Standing) TargetEnv() []string {
	target := s.Target()
	host, port := target.Addr().String(), strconv.Itoa(int(target.Port()))
	if lab.AsksByName(s.Scenario().Client) {
		host = lab.ServiceName
	}
	both := net.JoinHostPort(host, port)
	env := []string{
		TargetPrefix + "HOST=" + host,
		TargetPrefix + "PORT=" + port,
		TargetPrefix + "PORTS=" + lab.JoinPorts(s.Service().Numbers(), ","),
		TargetPrefix + "ADDR=" + both,
	}
	if !s.Service().UDP() {
		env = append(env, TargetPrefix+"URL=http://"+both+"/")
	}
	return env
}

// HostNames are the names of a topology's hosts, for the captures of a lab: each of a host's addresses, of both families, has its name.
func HostNames(t lab.Topology) (names []wire.HostName) {
	for _, h := range t.Hosts {
		for _, end := range t.EndsOf(h.Name) {
			for _, prefix := range end.Addrs {
				names = append(names, wire.HostName{Addr: prefix.Addr(), Name: h.Name})
			}
		}
	}
	return names
}

// HostsFile is the hosts(5) of the lab: "server" and "server.lab", and so for each of its hosts, with addresses of the lab's family
// alone, because a program that tries both families would go round the failure of one. Further addresses of the service ([Standing.Also])
// are the server's names, too.
func (s *Standing) HostsFile() string {
	loopback := net.IPv6loopback.String()
	if s.Family() == lab.IPv4 {
		loopback = "127.0.0.1"
	}
	text := loopback + " localhost\n"
	for _, h := range s.Topology().Hosts {
		if addr := s.Topology().Addr(h.Name, s.Family()); addr != (netip.Addr{}) {
			text += fmt.Sprintf("%s %s %s.lab\n", addr, h.Name, h.Name)
		}
	}
	for _, a := range s.Also() {
		text += fmt.Sprintf("%s %s %s.lab\n", a.Addr(), lab.ServerHost, lab.ServerHost)
	}
	return text
}
