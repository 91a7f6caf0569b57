package diagnose

import (
	"net/netip"
	"strconv"
	"strings"
)

// echoAdvice is what to think of, and what to do, about an echo exchange.
func (x *echo) echoAdvice(v Verdict, alive life) advice {
	switch v {
	case NoAnswer:
		if x.isToMany() {
			return echoSilenceOfMany
		}
		return silenceAdvice(alive)
	case Rejected:
		return x.rejectionAdvice()
	case Blackhole:
		return echoBlackhole
	case OneSided:
		return echoOneSided
	}
	return advice{}
}

// isToMany reports whether the requests went to a group, or to all hosts of the link.
func (x *echo) isToMany() bool {
	to := x.key.addr(server)
	return to.IsMulticast() || to == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// silenceAdvice leaves out the dead host where the capture shows that it lives.
func silenceAdvice(alive life) advice {
	switch {
	case alive.tcp.seen() && !alive.reset:
		return echoSilenceBesideTCP
	case alive.link.seen():
		return echoSilenceOnLink
	}
	return echoSilence
}

// rejectionAdvice goes by who sent the error, and by what it says.
func (x *echo) rejectionAdvice() advice {
	report := x.cause()
	switch name := report.name(); {
	case report.from == x.key.ends[client]:
		return echoOwnError
	case name == "too-big":
		return echoTooBig
	case report.isExpiry():
		return echoExpired
	case strings.HasPrefix(name, "unreachable host") && !strings.HasSuffix(name, "prohibited"):
		return echoNoHost
	case strings.HasPrefix(name, "unreachable net") && !strings.HasSuffix(name, "prohibited"):
		return echoNoNetwork
	}
	return echoByFirewalls
}

// advise chooses the advice for a verdict.
func (e *echoExplainer) advise(v Verdict) {
	x := e.x
	alive := e.view.lifeOf(x)
	to := x.key.addr(server)
	icmp, ignore, known, iptables := "icmp", "net.ipv4.icmp_echo_ignore_all", "1.1.1.1", "iptables"
	bracketed := to.String()
	if to.Is6() {
		icmp, ignore, known, iptables = "icmp6", "net.ipv6.icmp.echo_ignore_all", "2606:4700:4700::1111", "ip6tables"
		bracketed = "[" + bracketed + "]"
	}
	port := "443"
	if alive.port != 0 {
		port = strconv.Itoa(int(alive.port))
	}
	e.advice = filled{advice: x.echoAdvice(v, alive), words: strings.NewReplacer("{bracketed}", bracketed, "{client}", x.key.addr(client).String(),
		"{server}", to.String(), "{sender}", x.cause().sender().String(), "{port}", port, "{icmp}", icmp, "{ignore}", ignore, "{known}", known,
		"{iptables}", iptables)}
}
