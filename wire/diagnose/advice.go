package diagnose

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// advice is what to think of, and what to do, about a verdict.
type advice struct{ rivals, next []string }

// The commands hold {client}, {server} and {port}, and {6} for a "6" with IPv6.
const (
	captureAtServer = "sudo tcpdump -ni any 'tcp port {port} and host {client}'  # on the server"
	captureAtClient = "sudo tcpdump -ni any 'tcp port {port} and host {server}'  # on the client"
	listeners       = "ss -ltnp 'sport = :{port}'  # on the server"
	serverRules     = "sudo nft list ruleset; sudo iptables -vnL  # on the server"
	connections     = "ss -tnoi '( sport = :{port} )'  # on the server"
	queueDrops      = "nstat -az TcpExtListenOverflows TcpExtListenDrops  # on the server"
	pathMTU         = "tracepath -n {server}  # on the client"
	pingHost        = "ping -c 3 {server}  # on the client"
	traceTCP        = "sudo traceroute -T -p {port} {server}  # on the client"
)

var advices = map[Verdict]advice{
	Refused: {
		[]string{"nobody listens on the port", "a firewall or load balancer answers with RST in the server's place",
			"the listener is bound to another address"},
		[]string{listeners, captureAtServer},
	},
	Rejected: {
		[]string{"a firewall rule that rejects", "the host is down and its router says so", "a route is missing"},
		[]string{traceTCP, serverRules},
	},
	NoAnswer: {
		[]string{deadHost, "firewall that drops (on the way or on the server)", "the answers are lost on the way back"},
		[]string{captureAtServer, pingHost, traceTCP},
	},
	SYNACKUnanswered: {
		[]string{"the SYN-ACK is lost before the client", "the client's acknowledgment is lost before the server",
			"the server's accept queue is full", "the SYN's source address is not the sender's (asymmetric route, spoofing)"},
		[]string{captureAtClient, captureAtServer, queueDrops},
	},
	ResetByServer: {
		[]string{"the application closed with unread data, or died", "a proxy, load balancer or firewall on the way forged the RST",
			"an idle timeout on the way"},
		[]string{captureAtServer, "journalctl -e; nstat -az TcpExtTCPAbortOnData TcpExtTCPAbortOnClose  # on the server"},
	},
	ResetByClient: {
		[]string{"the client gave up (its own timeout, a cancelled request)", "the client closed with unread data",
			"a firewall on the way forged the RST"},
		[]string{captureAtClient, "nstat -az TcpExtTCPAbortOnData TcpExtTCPAbortOnClose  # on the client"},
	},
	NoReply: {
		[]string{"the application hangs or is stopped: the kernel acknowledges for it", "the application waits for another system",
			"the request is incomplete for the application", "the answer is lost before this vantage point"},
		[]string{connections, "sudo ss -ltnp 'sport = :{port}'; top -b -n 1  # on the server", captureAtServer},
	},
	ClosedEarly: {
		[]string{"the application died or gave up while answering", "a proxy has lost its own connection to the backend",
			"a limit on connections or an access list of the application"},
		[]string{"journalctl -e  # on the server", listeners},
	},
	HalfClosed: {
		[]string{"the other application has not closed its socket (a leak: CLOSE-WAIT)", "it still has data to send", "the FIN is lost"},
		[]string{"ss -tnop state close-wait state fin-wait-2 '( sport = :{port} or dport = :{port} )'  # on both"},
	},
	Blackhole: {
		[]string{"the path broke, or a firewall or NAT forgot the connection", "the other host died",
			"the acknowledgments are lost on the way back"},
		[]string{captureAtServer, pingHost, connections},
	},
	MTUBlackhole: {
		[]string{"a link on the way has a smaller MTU, and ICMP \"too big\" is filtered", "the path broke just then"},
		[]string{pathMTU, "ping -c 3 -M do -s {size} {server}  # on the client", "sysctl net.ipv4.tcp_mtu_probing  # on the server"},
	},
	ZeroWindow: {
		[]string{"the receiving application does not read", "its receive buffer is too small"},
		[]string{connections, "ss -tnoi '( dport = :{port} )'  # on the client"},
	},
}

var (
	oneSidedRivals = []string{"the capture's filter or mirror port takes one direction only", "the answers go another way (asymmetric routing)"}
	oneSidedNext   = []string{captureAtServer, captureAtClient}

	neighbourRivals = []string{"the host is off, or not on this link", "wrong address or netmask at the asker", "a VLAN or switch keeps them apart"}
)

// advise fills in rivals and next steps.
func (e *explainer) advise(v Verdict) {
	a := advices[v]
	e.Rivals = e.c.narrow(v, a.rivals)
	if reply := e.view.pinged(e.c); v == NoAnswer && reply.seen() {
		e.frame(reply, "echo reply of the host")
		e.note("the host answers ping: it is up, and what is lost is TCP to this port")
		e.Rivals = slices.DeleteFunc(slices.Clone(e.Rivals), func(rival string) bool { return rival == deadHost })
	}
	e.Next = e.commands(a.next)
}

// idleClosers close connections that rest: the client's pool holds them for longer than whoever is at the other end.
var idleClosers = []string{"the idle timeout of a load balancer or proxy", "the keep-alive timeout of the server",
	"a restart of the server while the connection rested"}

// narrow leaves out the rivals that the vantage point excludes: what left the server has not been lost before it.
func (c *conn) narrow(v Verdict, rivals []string) []string {
	atServer := c.side[client].packets > 0 && Forwarded(c.side[client].ttl) && c.side[server].packets > 0 && !Forwarded(c.side[server].ttl)
	if v == ClosedEarly && c.closedIdle() {
		return idleClosers
	}
	if v == Refused && atServer {
		return []string{rivals[0], "a firewall rule on the server answers with RST", rivals[2]}
	}
	return rivals
}

// Forwarded reports whether a packet with this TTL or hop limit has passed a router: hosts begin with one of a few.
func Forwarded(ttl uint8) bool {
	switch ttl {
	case 0, 32, 64, 128, 255:
		return false
	}
	return true
}

// commands fills in the addresses.
func (e *explainer) commands(list []string) []string {
	c, s := e.c.addr(client), e.c.addr(server)
	size := "1472" // 1500 bytes less the headers of IPv4 and ICMP
	if s.Addr().Is6() {
		size = "1452"
	}
	r := strings.NewReplacer("{client}", c.Addr().String(), "{server}", s.Addr().String(),
		"{port}", strconv.Itoa(int(s.Port())), "{size}", size)
	filled := make([]string, len(list))
	for i, command := range list {
		filled[i] = r.Replace(command)
	}
	return filled
}

// notes adds what does not decide the verdict but may explain it.
func (e *explainer) notes(a *Attempt) {
	c := e.c
	x, y := &c.side[client], &c.side[server]
	if c.syns.count > 1 {
		e.note("%s", c.schedule())
	}
	if a.Inconclusive {
		e.note("the capture ends too early to be sure")
	}
	if c.refusals.count > 0 && a.Verdict != Refused {
		e.note("succeeded after %s", plural(c.refusals.count, "refusal"))
	}
	if c.refusedBare && a.Verdict == Refused {
		e.note("the RST acknowledges nothing: a client that follows RFC 9293 ignores it and goes on trying")
	}
	e.forgery(x, y)
	if c.challenge.seen() {
		e.frame(c.challenge, "ACK of an older connection in answer to the SYN")
		e.note("the server still holds an older connection on these ports (challenge ACK, RFC 5961)")
	}
	if c.strange.seen() {
		e.frame(c.strange, "SYN-ACK that does not acknowledge the SYN")
	}
	e.complaints()
	if c.simultaneous {
		e.note("simultaneous open: both sides sent a SYN")
	}
	if c.copies > 0 {
		e.note("%s captured twice", plural(c.copies, "packet"))
	}
	if x.missed || y.missed {
		e.note("the capture lacks packets that were acknowledged")
	}
	if c.ignoredRSTs > 0 {
		e.note("%s had no effect: out of the window, or forged", plural(c.ignoredRSTs, "RST"))
	}
}

// forgery points out a RST that has come another way than the rest of what its sender sent.
func (e *explainer) forgery(x, y *side) {
	for _, s := range []*side{x, y} {
		first := s.ttl
		if s.rst.seen() && s.rstTTL != 0 && first != 0 && first != s.rstTTL && s.packets > int64(s.rsts) {
			e.note("the RST has TTL %d, the other packets of that side %d: something on the way may have sent it", s.rstTTL, first)
		}
	}
}

// complaints adds the ICMP errors that do not decide the verdict.
func (e *explainer) complaints() {
	c := e.c
	if c.tooBig.seen() {
		e.frame(c.tooBig.mark, "ICMP too-big from %s, MTU %d", c.tooBig.sender(), c.tooBig.mtu)
	}
	if c.other.seen() {
		e.frame(c.other.mark, "ICMP %s from %s", c.other.name(), c.other.sender())
		e.note("ICMP %s from %s about this connection", c.other.name(), c.other.sender())
	}
}

func (n *neighbour) explain(*Attempt) Explanation {
	protocol, show := "ARP", "ip -4 neigh show "
	if n.v6 {
		protocol, show = "neighbour discovery", "ip -6 neigh show "
	}
	e := explainer{}
	e.say("%s asked for %s %s in %s, no answer", n.asker, n.target, plural(n.requests.count, "time"),
		span(n.requests.last.at-n.requests.marks[0].at))
	e.all(&n.requests, protocol+" request for "+n.target.String())
	e.Rivals = neighbourRivals
	at := "  # on " + n.asker.String()
	e.Next = []string{show + n.target.String() + at, "ip route get " + n.target.String() + at,
		"sudo tcpdump -ni any '" + n.filter() + "'  # on the neighbour"}
	return e.Explanation
}

func (n *neighbour) filter() string {
	if n.v6 {
		return "icmp6 and ip6[40] == 135"
	}
	return "arp host " + n.target.String()
}

func sortEvidence(list []Evidence) {
	slices.SortStableFunc(list, func(a, b Evidence) int { return cmp.Compare(a.Frame, b.Frame) })
}
