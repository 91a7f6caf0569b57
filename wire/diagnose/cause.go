package diagnose

import "slices"

// Cause is the name of what may lie behind a verdict; the names are stable. One verdict has several, which a vantage
// point may not be able to tell apart: they are rivals.
type Cause string

// The causes.
const (
	CauseOffline      Cause = "offline"
	CauseNoFamily     Cause = "no-address-family"
	CauseMissingRoute Cause = "missing-route"
	CauseOwnFirewall  Cause = "own-firewall"
	CauseOwnRoute     Cause = "own-route"

	CauseClosedPort     Cause = "closed-port"
	CauseBoundElsewhere Cause = "bound-elsewhere"
	CauseForgedRefusal  Cause = "forged-refusal"
	CauseServerRefusal  Cause = "server-firewall-refuses"
	CauseTwoMachines    Cause = "duplicate-address"
	CauseICMPRefusal    Cause = "icmp-refusal"

	CauseFirewallRejects Cause = "firewall-rejects"
	CauseHostDown        Cause = "host-down"

	CauseDeadHost       Cause = "dead-host"
	CauseFirewallOnPath Cause = "firewall-on-path"
	CauseFirewallOnHost Cause = "firewall-on-server"
	CausePathBroken     Cause = "path-broken"
	CauseAnswerLost     Cause = "answer-lost"
	CauseNoCapture      Cause = "capture-elsewhere"

	CauseNoLocalPort     Cause = "no-local-port"
	CauseLimit           Cause = "connection-limit-on-path"
	CauseOldTimestamp    Cause = "old-timestamp"
	CauseWentElsewhere   Cause = "client-went-elsewhere"
	CauseSlowAnswer      Cause = "slow-answer"
	CauseScan            Cause = "scan"
	CauseHalfOpenScan    Cause = "half-open-scan"
	CauseCaptureFilter   Cause = "capture-filter"
	CauseOneWayNAT       Cause = "one-way-nat"
	CauseResetFiltered   Cause = "client-reset-filtered"
	CauseOldConnection   Cause = "older-connection"
	CauseRenumbered      Cause = "numbers-rewritten"
	CauseBadRefusal      Cause = "unacceptable-reset"
	CauseForwardDrop     Cause = "capturing-host-drops"
	CauseRPFilter        Cause = "reverse-path-filter"
	CauseAnswerElsewhere Cause = "answer-by-another-interface"
	CauseNoWayBack       Cause = "no-way-back"
	CauseHalfOpenFull    Cause = "half-open-queue-full"

	CauseSYNACKLost    Cause = "syn-ack-lost"
	CauseACKLost       Cause = "ack-lost"
	CauseQueueFull     Cause = "accept-queue-full"
	CauseDeferAccept   Cause = "server-waits-for-data"
	CauseForeignSource Cause = "foreign-source"
	CauseClientDrops   Cause = "client-firewall-drops"

	CauseAborted      Cause = "application-aborted"
	CauseForgedReset  Cause = "forged-reset"
	CauseUnknownThere Cause = "connection-unknown"
	CauseIdleTimeout  Cause = "idle-timeout-on-path"
	CauseClientGaveUp Cause = "client-gave-up"
	CauseClientUnread Cause = "client-closed-unread"
	CauseForgedClient Cause = "forged-client-reset"

	CauseHangs           Cause = "application-hangs"
	CauseNoDescriptor    Cause = "no-descriptor-left"
	CauseWaits           Cause = "application-waits"
	CauseIncomplete      Cause = "request-incomplete"
	CauseReplyLostBefore Cause = "reply-lost"

	CauseApplicationDied  Cause = "application-died"
	CauseBackendLost      Cause = "backend-lost"
	CauseConnectionLimit  Cause = "connection-limit"
	CauseBalancerIdle     Cause = "balancer-idle-timeout"
	CauseKeepAliveTimeout Cause = "keep-alive-timeout"
	CauseRestart          Cause = "restart"

	CauseSocketLeak  Cause = "socket-leak"
	CauseStillToSend Cause = "still-to-send"
	CauseFINLost     Cause = "fin-lost"

	CauseForgotten   Cause = "connection-forgotten"
	CauseHostDied    Cause = "host-died"
	CauseACKsLost    Cause = "acknowledgments-lost"
	CauseSmallMTU    Cause = "small-mtu"
	CauseSplitHello  Cause = "split-client-hello"
	CauseBrokeNow    Cause = "path-broke-just-then"
	CauseNotReading  Cause = "application-does-not-read"
	CauseSmallBuffer Cause = "small-receive-buffer"
	CauseDamaged     Cause = "segments-damaged"

	CauseEncrypted    Cause = "answer-encrypted"
	CauseOneDirection Cause = "capture-of-one-direction"
	CauseAsymmetric   Cause = "asymmetric-routing"

	CauseNeighbourOff Cause = "neighbour-off"
	CauseWrongNetmask Cause = "wrong-netmask"
	CauseVLAN         Cause = "vlan"

	CauseICMPOnPath     Cause = "icmp-filtered-on-path"
	CauseICMPOnHost     Cause = "icmp-filtered-on-server"
	CauseICMPIgnored    Cause = "icmp-ignored"
	CauseEchoReplyLost  Cause = "echo-reply-lost"
	CauseProxyARP       Cause = "proxy-arp"
	CauseICMPBegan      Cause = "icmp-filter-began"
	CauseNextHopSilent  Cause = "next-hop-silent"
	CauseClientRoute    Cause = "client-misconfigured"
	CausePingTooLarge   Cause = "ping-too-large"
	CauseRoutingLoop    Cause = "routing-loop"
	CauseTTLTooSmall    Cause = "ttl-too-small"
	CauseRouterSaysDead Cause = "router-says-dead"
	CauseNoSuchHost     Cause = "no-such-host"

	CauseNameServerStuck Cause = "name-server-stuck"
	CauseNoNameServer    Cause = "no-name-server"
	CauseMisspelt        Cause = "name-misspelt"
	CauseSplitHorizon    Cause = "split-horizon"
	CauseSearchList      Cause = "search-list"
	CauseNameFiltered    Cause = "name-filtered"
	CauseZoneUnreachable Cause = "zone-unreachable"
	CauseSignatures      Cause = "dnssec-fails"
	CauseZoneBroken      Cause = "zone-broken"
	CauseNotServed       Cause = "client-not-served"
	CauseNotItsZone      Cause = "zone-not-served"
	CauseOldNameServer   Cause = "old-name-server"
	CauseMiddleboxDNS    Cause = "dns-rewritten"
	CauseNoRetryByTCP    Cause = "no-retry-by-tcp"
	CauseTCPFiltered     Cause = "dns-over-tcp-filtered"
)

// causes are all of them, each with its text, in the order of a connection's life.
var causes = []struct {
	id   Cause
	text string
}{
	{CauseOffline, "this machine is offline"},
	{CauseNoFamily, "this machine has no connectivity of the address family"},
	{CauseMissingRoute, "a route is missing"},
	{CauseOwnFirewall, "this machine's own firewall drops what leaves it"},
	{CauseOwnRoute, "a route of this machine forbids it (blackhole, unreachable, prohibit)"},

	{CauseClosedPort, "nobody listens on the port"},
	{CauseForgedRefusal, "a firewall or load balancer answers with RST in the server's place"},
	{CauseBoundElsewhere, "the listener is bound to another address"},
	{CauseServerRefusal, "a firewall rule on the server answers with RST"},
	{CauseTwoMachines, "another machine has the same address, and answers for it (duplicate address)"},
	{CauseICMPRefusal, "a firewall on the way rejects (ICMP unreachable port gives the same error as RST)"},

	{CauseFirewallRejects, "a firewall rule that rejects"},
	{CauseHostDown, "the host is down and its router says so"},

	{CauseDeadHost, "dead host"},
	{CauseFirewallOnPath, "a firewall on the way drops (security group, network ACL, router)"},
	{CauseFirewallOnHost, "a firewall on the server drops"},
	{CausePathBroken, "the path is broken (route, link, stale neighbour entry)"},
	{CauseAnswerLost, "the answers are lost on the way back"},
	{CauseNoCapture, "the server's capture did not run at the time, or ran on another interface"},

	{CauseNoLocalPort, "no local port is free (ip_local_port_range)"},
	{CauseLimit, "a limit on connections: the server's accept queue, the ports of a NAT (SNAT), a full conntrack table"},
	{CauseOldTimestamp, "the SYN's timestamp is older than that of others behind the same address (PAWS, tcp_tw_recycle)"},
	{CauseWentElsewhere, "the client gave up within a second, or went to another address"},
	{CauseSlowAnswer, "the answer takes longer than the client waits before it tries another address"},
	{CauseScan, "a scan, which sends one packet and no more"},
	{CauseHalfOpenScan, "a half-open scan or a health check: the SYN-ACK was all that the client wanted"},
	{CauseCaptureFilter, "the capture's filter took the answers"},
	{CauseOneWayNAT, "NAT of one direction: the server's answers are not translated back (asymmetric route, missing rule, Kubernetes)"},
	{CauseResetFiltered, "a firewall drops the client's RST, so that the server keeps the older connection"},
	{CauseOldConnection, "the server keeps an older connection on the same ports until that times out"},
	{CauseRenumbered, "a firewall rewrites sequence numbers in one direction only (it does not see the other)"},
	{CauseBadRefusal, "a firewall or load balancer answers with a RST that TCP does not accept"},
	{CauseForwardDrop, "the capturing host, if it is a router, drops the SYNs itself (FORWARD chain, ip_forward, no route)"},
	{CauseRPFilter, "the server's reverse-path filter (rp_filter) drops it"},
	{CauseAnswerElsewhere, "the answer leaves by another interface than the captured one"},
	{CauseHalfOpenFull, "the server's queue of half-open connections is full (a SYN flood, tcp_syncookies=0)"},
	{CauseNoWayBack, "the server has no way back to the client (default gateway, blackhole route)"},

	{CauseSYNACKLost, "the SYN-ACK is lost before the client"},
	{CauseACKLost, "the client's acknowledgment is lost before the server"},
	{CauseQueueFull, "the server's accept queue is full"},
	{CauseDeferAccept, "the server waits for the client's first data before it takes the connection (TCP_DEFER_ACCEPT)"},
	{CauseClientDrops, "the client's own firewall drops what comes in"},
	{CauseForeignSource, "the SYN's source address is not the sender's (asymmetric route, spoofing)"},

	{CauseAborted, "the application closed with unread data, or died"},
	{CauseUnknownThere, "the host that sent the RST knows nothing of the connection (a restart, a failover, a timeout of its own), or never did"},
	{CauseForgedReset, "a proxy, load balancer or firewall on the way forged the RST"},
	{CauseIdleTimeout, "an idle timeout on the way"},
	{CauseClientGaveUp, "the client gave up (its own timeout, a cancelled request)"},
	{CauseClientUnread, "the client closed with unread data"},
	{CauseForgedClient, "a firewall on the way forged the RST"},

	{CauseHangs, "the application hangs or is stopped: the kernel acknowledges for it"},
	{CauseNoDescriptor, "the application has no file descriptor left, and takes no connection (EMFILE)"},
	{CauseWaits, "the application waits for another system"},
	{CauseIncomplete, "the request is incomplete for the application"},
	{CauseReplyLostBefore, "the answer is lost before this vantage point"},

	{CauseApplicationDied, "the application died or gave up while answering"},
	{CauseBackendLost, "a proxy has lost its own connection to the backend"},
	{CauseConnectionLimit, "a limit on connections or an access list of the application"},
	{CauseBalancerIdle, "the idle timeout of a load balancer or proxy"},
	{CauseKeepAliveTimeout, "the keep-alive timeout of the server"},
	{CauseRestart, "a restart of the server while the connection rested"},

	{CauseSocketLeak, "the other application has not closed its socket (a leak: CLOSE-WAIT)"},
	{CauseStillToSend, "it still has data to send"},
	{CauseFINLost, "the FIN is lost"},

	{CauseForgotten, "the path broke, or a firewall or NAT forgot the connection"},
	{CauseHostDied, "the other host died"},
	{CauseACKsLost, "the acknowledgments are lost on the way back"},
	{CauseSmallMTU, "a link on the way has a smaller MTU, and ICMP \"too big\" is filtered"},
	{CauseSplitHello, "a firewall, proxy or load balancer drops a TLS ClientHello that fills more than one segment"},
	{CauseBrokeNow, "the path broke just then"},
	{CauseDamaged, "the segments arrive damaged: their checksum is wrong, and the kernel drops them"},
	{CauseNotReading, "the receiving application does not read"},
	{CauseSmallBuffer, "its receive buffer is too small"},

	{CauseEncrypted, "the answers leave encrypted (IPsec), and the capture shows them as ESP only"},
	{CauseOneDirection, "the capture's filter or mirror port takes one direction only"},
	{CauseAsymmetric, "the answers go another way (asymmetric routing)"},

	{CauseNeighbourOff, "the host is off, or not on this link"},
	{CauseWrongNetmask, "wrong address or netmask at the asker"},
	{CauseVLAN, "a VLAN or switch keeps them apart"},

	{CauseICMPOnPath, "ICMP is filtered on the way (security group, network ACL, router)"},
	{CauseICMPOnHost, "ICMP is filtered by the host's own firewall"},
	{CauseICMPIgnored, "the host ignores echo requests (icmp_echo_ignore_all)"},
	{CauseEchoReplyLost, "the replies are lost on the way back"},
	{CauseProxyARP, "another host answers in its place (proxy ARP)"},
	{CauseICMPBegan, "the path broke, or something began to filter ICMP"},
	{CauseNextHopSilent, "the next hop, or the host on the same link, does not answer"},
	{CauseClientRoute, "wrong address, netmask or route at the client"},
	{CausePingTooLarge, "the requests are larger than a link on the way takes, and must not be fragmented"},
	{CauseRoutingLoop, "the routers send it in a circle (routing loop)"},
	{CauseTTLTooSmall, "the time to live of the requests is too small for the path"},
	{CauseRouterSaysDead, "dead host, and its router says so"},
	{CauseNoSuchHost, "wrong address: no such host on that link"},

	{CauseNameServerStuck, "the name server is stuck or overloaded, limits the rate of queries, or waits for a server that it asks itself"},
	{CauseNoNameServer, "no name server listens there"},
	{CauseMisspelt, "the name is misspelt, or its record is missing"},
	{CauseSplitHorizon, "only other name servers know the name (split horizon, a VPN that is down)"},
	{CauseSearchList, "a search domain was put behind the name, or was not (resolv.conf)"},
	{CauseNameFiltered, "the name server hides the name (a filter, a block list)"},
	{CauseZoneUnreachable, "the servers of the zone do not answer the name server"},
	{CauseSignatures, "the signatures of the zone (DNSSEC) do not hold: expired, wrong, or a wrong clock at the name server"},
	{CauseZoneBroken, "the name server cannot load the zone, or the zone is delegated to servers that do not have it"},
	{CauseNotServed, "the name server does not serve this client (access list, no recursion)"},
	{CauseNotItsZone, "the name server is asked about a zone that it does not have"},
	{CauseOldNameServer, "the name server does not understand an option of the query (EDNS)"},
	{CauseMiddleboxDNS, "a middlebox changes queries or answers"},
	{CauseNoRetryByTCP, "the client does not ask by TCP"},
	{CauseTCPFiltered, "a firewall drops TCP to port 53 before this vantage point"},
}

// Causes are all of them, in the order of a connection's life.
func Causes() []Cause {
	list := make([]Cause, len(causes))
	for i, c := range causes {
		list[i] = c.id
	}
	return list
}

// Text is the cause in words.
func (c Cause) Text() string {
	if i := slices.IndexFunc(causes, func(known struct {
		id   Cause
		text string
	}) bool {
		return known.id == c
	}); i >= 0 {
		return causes[i].text
	}
	return string(c)
}
