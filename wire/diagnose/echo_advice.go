package diagnose

import (
	"strconv"
	"strings"
)

// The commands hold what those about connections do, {sender} of an ICMP error, and what differs between the versions of
// IP: {icmp} in a filter, {ignore} for a sysctl, {known} for an address that is known to answer, {iptables}.
const (
	icmpAtServer = "sudo tcpdump -ni any '{icmp} and host {client}'  # on the server"
	icmpAtClient = "sudo tcpdump -ni any '{icmp} and host {server}'  # on the client"
	onlineCheck  = "ip route get {server}; ping -c 3 {known}  # on the client: is it online, does any other host answer?"
	probeCheck   = "tcplab probe {server}:{port}  # on the client: does TCP answer, on a port that should be open?"
	icmpRules    = "sysctl {ignore}; sudo nft list ruleset; sudo {iptables} -vnL  # on the server"
	senderRules  = "sudo nft list ruleset; sudo {iptables} -vnL  # on {sender}"
	traceICMP    = "sudo traceroute -I {server}  # on the client"
)

const (
	deadHost    = "dead host"
	icmpDropped = "ICMP is filtered (security group, firewall on the way or on the server)"
	icmpIgnored = "the host ignores echo requests (icmp_echo_ignore_all)"
	replyLost   = "the replies are lost on the way back"
)

// echoAdvice is what to think of, and what to do, about an echo exchange.
func (x *echo) echoAdvice(v Verdict, alive life) advice {
	switch v {
	case NoAnswer:
		return silenceAdvice(alive)
	case Rejected:
		return x.rejectionAdvice()
	case Blackhole:
		return advice{[]string{"the path broke, or something began to filter ICMP", "the host died", "the replies are lost on the way back"},
			[]string{probeCheck, icmpAtServer, traceICMP}}
	case OneSided:
		return advice{oneSidedRivals, []string{icmpAtServer, icmpAtClient}}
	}
	return advice{}
}

// silenceAdvice leaves out the dead host where the capture shows that it lives.
func silenceAdvice(alive life) advice {
	switch {
	case alive.tcp.seen() && !alive.reset:
		return advice{[]string{icmpDropped, icmpIgnored}, []string{icmpAtServer, icmpRules}}
	case alive.link.seen():
		return advice{[]string{icmpIgnored, "ICMP is filtered by the host's own firewall", "another host answers in its place (proxy ARP)"},
			[]string{icmpAtServer, icmpRules, probeCheck}}
	}
	return advice{[]string{deadHost, icmpDropped, icmpIgnored, replyLost}, []string{onlineCheck, probeCheck, icmpAtServer, icmpRules}}
}

// rejectionAdvice goes by who sent the error, and by what it says.
func (x *echo) rejectionAdvice() advice {
	report := x.cause()
	switch name := report.name(); {
	case report.from == x.key.ends[client]:
		return advice{[]string{"the next hop, or the host on the same link, does not answer", "wrong address, netmask or route at the client"},
			[]string{"ip route get {server}; ip neigh  # on the client", "sudo tcpdump -ni any 'arp or icmp6'  # on the client"}}
	case name == "too-big":
		return advice{[]string{"the requests are larger than a link on the way takes, and must not be fragmented"},
			[]string{pathMTU, "ping -c 3 {server}  # on the client: with the usual size"}}
	case report.isExpiry():
		return advice{[]string{"the routers send it in a circle (routing loop)", "the time to live of the requests is too small for the path"},
			[]string{traceICMP}}
	case strings.HasPrefix(name, "unreachable host") && !strings.HasSuffix(name, "prohibited"):
		return advice{[]string{deadHost + ", and its router says so", "a firewall rule that rejects", "wrong address: no such host on that link"},
			[]string{"ip neigh show {server}; ip route get {server}  # on {sender}", senderRules, traceICMP}}
	case strings.HasPrefix(name, "unreachable net") && !strings.HasSuffix(name, "prohibited"):
		return advice{[]string{"a route is missing", "a firewall rule that rejects"},
			[]string{"ip route get {server}  # on {sender}", senderRules, traceICMP}}
	}
	return advice{[]string{"a firewall rule that rejects"}, []string{senderRules, probeCheck}}
}

// advise fills in rivals and next steps.
func (e *echoExplainer) advise(v Verdict) {
	x := e.x
	alive := e.view.lifeOf(x)
	a := x.echoAdvice(v, alive)
	e.Rivals = a.rivals
	to := x.key.addr(server)
	icmp, ignore, known, iptables := "icmp", "net.ipv4.icmp_echo_ignore_all", "1.1.1.1", "iptables"
	probed := to.String()
	if to.Is6() {
		icmp, ignore, known, iptables = "icmp6", "net.ipv6.icmp.echo_ignore_all", "2606:4700:4700::1111", "ip6tables"
		probed = "[" + probed + "]"
	}
	port := "443"
	if alive.port != 0 {
		port = strconv.Itoa(int(alive.port))
	}
	r := strings.NewReplacer("probe {server}", "probe "+probed, "{client}", x.key.addr(client).String(), "{server}", to.String(),
		"{sender}", x.cause().sender().String(), "{port}", port, "{icmp}", icmp, "{ignore}", ignore, "{known}", known, "{iptables}", iptables)
	for _, command := range a.next {
		e.Next = append(e.Next, r.Replace(command))
	}
}
