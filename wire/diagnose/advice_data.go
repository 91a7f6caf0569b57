package diagnose

import "github.com/tcplab/tcplab/lang"

// StepID is the name of a kind of next step; the names are stable.
type StepID string

// The steps.
const (
	StepCaptureAtServer StepID = "capture-at-server"
	StepCaptureAtClient StepID = "capture-at-client"
	StepListeners       StepID = "listeners"
	StepServerRules     StepID = "server-rules"
	StepConnections     StepID = "connections"
	StepClientSockets   StepID = "connections-at-client"
	StepProcesses       StepID = "processes"
	StepJournal         StepID = "journal"
	StepServerAborts    StepID = "server-aborts"
	StepClientAborts    StepID = "client-aborts"
	StepClosing         StepID = "closing-sockets"
	StepQueueDrops      StepID = "queue-drops"
	StepQueueLength     StepID = "queue-length"
	StepConntrack       StepID = "conntrack"
	StepNAT             StepID = "nat-rules"
	StepDuplicate       StepID = "duplicate-address"
	StepChecksums       StepID = "checksums"
	StepForwarding      StepID = "forwarding"
	StepPathMTU         StepID = "path-mtu"
	StepPingLarge       StepID = "ping-large"
	StepMTUProbing      StepID = "mtu-probing"
	StepSmallHello      StepID = "small-client-hello"
	StepOtherName       StepID = "other-server-name"
	StepPing            StepID = "ping"
	StepTraceTCP        StepID = "trace-tcp"
	StepPathBack        StepID = "path-back"
	StepRouteBack       StepID = "route-back"
	StepClientRoute     StepID = "client-route"
	StepClientRules     StepID = "client-rules"

	StepNeighbourTable   StepID = "neighbour-table"
	StepNeighbourRoute   StepID = "neighbour-route"
	StepNeighbourCapture StepID = "capture-at-neighbour"

	StepICMPAtServer    StepID = "icmp-at-server"
	StepICMPAtClient    StepID = "icmp-at-client"
	StepOnline          StepID = "online"
	StepProbe           StepID = "probe"
	StepICMPRules       StepID = "icmp-rules"
	StepSenderRules     StepID = "sender-rules"
	StepSenderRoute     StepID = "sender-route"
	StepSenderNeighbour StepID = "sender-neighbour"
	StepTraceICMP       StepID = "trace-icmp"
	StepNextHop         StepID = "next-hop"
	StepLinkCapture     StepID = "link-capture"
	StepPingUsual       StepID = "ping-usual-size"

	StepNamesAtServer StepID = "dns-at-server"
	StepNamesAtClient StepID = "dns-at-client"
	StepAsk           StepID = "ask-name-server"
	StepAskByTCP      StepID = "ask-by-tcp"
	StepAskPlain      StepID = "ask-without-edns"
	StepAskUnchecked  StepID = "ask-without-dnssec"
	StepAskZone       StepID = "ask-zone"
	StepNameServer    StepID = "name-server"
	StepNameServerLog StepID = "name-server-log"
	StepResolvers     StepID = "resolvers"
)

// command is what to type, and where: what is looked at, where that is not plain.
type command struct {
	typed string
	where lang.Text
}

// Where most commands are typed.
var (
	onServer     = lang.Text{English: "on the server", Korean: "서버에서"}
	onClient     = lang.Text{English: "on the client", Korean: "클라이언트에서"}
	onNameServer = lang.Text{English: "on the name server", Korean: "네임 서버에서"}
	onSender     = lang.Text{English: "on {sender}", Korean: "{sender}에서"}
	onAsker      = lang.Text{English: "on {client}", Korean: "{client}에서"}
)

// commands hold {client}, {server} and {port}, {size} of the largest ping, {sender} of an ICMP error, and what differs
// between the versions of IP: {icmp} in a filter, {ignore} for a sysctl, {known} for an address that is known to answer.
var commands = map[StepID]command{
	StepCaptureAtServer: {"sudo tcpdump -ni any 'tcp port {port} and host {client}'", onServer},
	StepCaptureAtClient: {"sudo tcpdump -ni any 'tcp port {port} and host {server}'", onClient},
	StepListeners:       {"ss -ltnp 'sport = :{port}'", onServer},
	StepServerRules:     {"sudo nft list ruleset; sudo {iptables} -vnL", onServer},
	StepConnections:     {"ss -tnoi '( sport = :{port} )'", onServer},
	StepClientSockets:   {"ss -tnoi '( dport = :{port} )'", onClient},
	StepProcesses:       {"sudo ss -ltnp 'sport = :{port}'; top -b -n 1; prlimit --nofile --pid PID; ls /proc/PID/fd | wc -l", lang.Text{English: "on the server, with the PID that ss tells", Korean: "서버에서, ss가 알려 주는 PID로"}},
	StepJournal:         {"journalctl -e", onServer},
	StepServerAborts:    {"journalctl -e; nstat -az TcpExtTCPAbortOnData TcpExtTCPAbortOnClose", onServer},
	StepClientAborts:    {"nstat -az TcpExtTCPAbortOnData TcpExtTCPAbortOnClose", onClient},
	StepClosing:         {"ss -tnop state close-wait state fin-wait-2 '( sport = :{port} or dport = :{port} )'", lang.Text{English: "on both", Korean: "양쪽에서"}},
	StepQueueDrops:      {"nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop TcpExtIPReversePathFilter", onServer},
	StepQueueLength:     {"ss -ltn 'sport = :{port}'; nstat -az TcpExtTCPDeferAcceptDrop", lang.Text{English: "on the server: Recv-Q above Send-Q is a full accept queue", Korean: "서버에서: Recv-Q가 Send-Q보다 크면 accept 큐가 가득 찬 것이다"}},
	StepConntrack:       {"sudo conntrack -S; sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max", lang.Text{English: "on the server and what translates addresses", Korean: "서버와 주소를 변환하는 곳에서"}},
	StepNAT:             {"sudo conntrack -L -d {server}; sudo nft list ruleset", lang.Text{English: "on what translates {server}", Korean: "{server} 주소를 변환하는 곳에서"}},
	StepDuplicate:       {"ip {family} neigh show {server}; sudo tcpdump -nei any 'arp or icmp6'", lang.Text{English: "on the last host before {server}: do two hardware addresses answer for it?", Korean: "{server} 바로 앞의 호스트에서: 두 MAC 주소가 응답하는가?"}},
	StepChecksums:       {"nstat -az TcpInCsumErrors; sudo tcpdump -nvi any 'tcp port {port} and host {client}'", lang.Text{English: "on the server: do segments come in with a wrong checksum?", Korean: "서버에서: 체크섬이 틀린 세그먼트가 들어오는가?"}},
	StepForwarding:      {"ip route get {server}; sysctl net.ipv4.ip_forward; sudo nft list ruleset", lang.Text{English: "on the capturing host", Korean: "캡처한 호스트에서"}},
	StepPathMTU:         {"tracepath -n {server}", onClient},
	StepPingLarge:       {"ping -c 3 -M do -s {size} {server}", onClient},
	StepMTUProbing:      {"sysctl net.ipv4.tcp_mtu_probing", lang.Text{English: "on the sender of the large segments", Korean: "큰 세그먼트를 보내는 쪽에서"}},
	StepSmallHello:      {"openssl s_client -connect {bracketed}:{port} -groups X25519 </dev/null", lang.Text{English: "on the client: does a small ClientHello get an answer?", Korean: "클라이언트에서: 작은 ClientHello에는 응답이 오는가?"}},
	StepOtherName:       {"openssl s_client -connect {bracketed}:{port} -servername other.example </dev/null", lang.Text{English: "on the client: does another name get an answer?", Korean: "클라이언트에서: 다른 이름에는 응답이 오는가?"}},
	StepPing:            {"ping -c 3 {server}", onClient},
	StepTraceTCP:        {"sudo traceroute -T -p {port} {server}", onClient},
	StepPathBack:        {"ip route get {client}; tracepath -n {client}", lang.Text{English: "on the server: the way back", Korean: "서버에서: 돌아가는 길"}},
	StepRouteBack:       {"ip route get {client}", lang.Text{English: "on the server: does the answer leave by the interface that was captured?", Korean: "서버에서: 응답이 캡처한 인터페이스로 나가는가?"}},
	StepClientRules:     {"sudo nft list ruleset; sudo {iptables} -vnL", onClient},
	StepClientRoute:     {"ip route get {server}; ip addr", onClient},

	StepNeighbourTable:   {"ip {family} neigh show {server}", onAsker},
	StepNeighbourRoute:   {"ip route get {server}", onAsker},
	StepNeighbourCapture: {"sudo tcpdump -ni any '{solicitation}'", lang.Text{English: "on {server}: does the question reach it?", Korean: "{server}에서: 질문이 닿는가?"}},

	StepICMPAtServer:    {"sudo tcpdump -ni any '{icmp} and host {client}'", onServer},
	StepICMPAtClient:    {"sudo tcpdump -ni any '{icmp} and host {server}'", onClient},
	StepOnline:          {"ip route get {server}; ping -c 3 {known}", lang.Text{English: "on the client: is it online, does any other host answer?", Korean: "클라이언트에서: 온라인인가, 다른 호스트는 응답하는가?"}},
	StepProbe:           {"tcplab probe {bracketed}:{port}", lang.Text{English: "on the client: does TCP answer, on a port that should be open?", Korean: "클라이언트에서: 열려 있어야 할 포트에서 TCP가 응답하는가?"}},
	StepICMPRules:       {"sysctl {ignore}; sudo nft list ruleset; sudo {iptables} -vnL", onServer},
	StepSenderRules:     {"sudo nft list ruleset; sudo {iptables} -vnL", onSender},
	StepSenderRoute:     {"ip route get {server}", onSender},
	StepSenderNeighbour: {"ip neigh show {server}; ip route get {server}", onSender},
	StepTraceICMP:       {"sudo traceroute -I {server}", onClient},
	StepNextHop:         {"ip route get {server}; ip neigh", onClient},
	StepLinkCapture:     {"sudo tcpdump -ni any 'arp or icmp6'", onClient},
	StepPingUsual:       {"ping -c 3 {server}", lang.Text{English: "on the client: with the usual size", Korean: "클라이언트에서: 보통 크기로"}},

	StepNamesAtServer: {"sudo tcpdump -ni any 'port {port} and host {client}'", onNameServer},
	StepNamesAtClient: {"sudo tcpdump -ni any 'port {port} and host {server}'", onClient},
	StepAsk:           {"dig +tries=1 @{server} {name} {type}", onClient},
	StepAskByTCP:      {"dig +tcp +tries=1 @{server} {name} {type}", lang.Text{English: "on the client: is TCP answered?", Korean: "클라이언트에서: TCP에는 응답이 오는가?"}},
	StepAskPlain:      {"dig +noedns +tries=1 @{server} {name} {type}", onClient},
	StepAskUnchecked:  {"dig +cd @{server} {name} {type}", lang.Text{English: "on the client: an answer means that DNSSEC fails", Korean: "클라이언트에서: 응답이 오면 DNSSEC 검증이 실패하는 것이다"}},
	StepAskZone:       {"dig +trace {name} {type}", lang.Text{English: "what do the servers of the zone say?", Korean: "존의 서버들은 뭐라고 하는가?"}},
	StepNameServer:    {"ss -lnup 'sport = :{port}'; top -b -n 1", onNameServer},
	StepNameServerLog: {"journalctl -e", onNameServer},
	StepResolvers:     {"cat /etc/resolv.conf; resolvectl status", lang.Text{English: "on the client: which servers, which search domains?", Korean: "클라이언트에서: 어떤 서버, 어떤 검색 도메인인가?"}},
}

// anywhere are causes that the place of a loss does not tell apart.
func anywhere(list ...Cause) []candidate {
	var candidates []candidate
	for _, c := range list {
		candidates = append(candidates, candidate{cause: c})
	}
	return candidates
}

// steps are those that help wherever it was lost.
func steps(list ...StepID) []check {
	var checks []check
	for _, id := range list {
		checks = append(checks, check{id: id})
	}
	return checks
}

// advices are those about connections.
var advices = map[Verdict]advice{
	Refused: {
		[]candidate{{CauseClosedPort, nowhere, false}, {CauseForgedRefusal, between, false}, {CauseBoundElsewhere, nowhere, false},
			{CauseServerRefusal, nowhere, false}, {CauseTwoMachines, between, false}},
		[]check{{StepListeners, nowhere, false}, {StepCaptureAtServer, alone, false}, {StepServerRules, nowhere, true}, {StepTraceTCP, between, true},
			{StepDuplicate, between, true}},
	},
	Rejected: {
		[]candidate{{CauseFirewallRejects, 0, false}, {CauseHostDown, alone, false}, {CauseMissingRoute, onTheWay, false}},
		[]check{{StepTraceTCP, onTheWay | between, false}, {StepServerRules, atServer | nowhere, false}},
	},
	NoAnswer: {
		[]candidate{{CauseDeadHost, alone, false}, {CauseFirewallOnPath, onTheWay, false}, {CauseFirewallOnHost, atServer, false},
			{CauseQueueFull, atServer, false}, {CauseHalfOpenFull, atServer, false}, {CauseRPFilter, atServer, false}, {CauseAnswerElsewhere, atServer, true}, {CauseNoWayBack, atServer, false}, {CausePathBroken, onTheWay, false}, {CauseAnswerLost, wayBack, false}, {CauseNoCapture, onTheWay, true}},
		[]check{{StepCaptureAtServer, alone, false}, {StepPing, onTheWay, false}, {StepTraceTCP, onTheWay, false},
			{StepListeners, atServer, true}, {StepQueueDrops, atServer, true}, {StepServerRules, atServer, true}, {StepRouteBack, atServer, true},
			{StepPathBack, wayBack, true}},
	},
	SYNACKUnanswered: {
		[]candidate{{CauseSYNACKLost, wayBack, false}, {CauseACKLost, onTheWay, false}, {CauseQueueFull, atServer | nowhere, false},
			{CauseClientDrops, nowhere, false}, {CauseForeignSource, wayBack, false}},
		[]check{{StepCaptureAtClient, alone, false}, {StepCaptureAtServer, alone, false}, {StepQueueDrops, atServer | nowhere, false}, {StepClientRules, nowhere, true},
			{StepTraceTCP, onTheWay, true}, {StepPathBack, wayBack, true}},
	},
	ResetByServer: {
		[]candidate{{CauseAborted, nowhere, false}, {CauseServerRefusal, nowhere, false}, {CauseForgedReset, between, false},
			{CauseIdleTimeout, between, false}},
		[]check{{StepCaptureAtServer, alone, false}, {StepServerAborts, nowhere, false}, {StepServerRules, nowhere, true}, {StepTraceTCP, between, true}},
	},
	ResetByClient: {
		[]candidate{{CauseClientGaveUp, nowhere, false}, {CauseClientUnread, nowhere, false}, {CauseForgedClient, between, false}},
		[]check{{StepCaptureAtClient, alone, false}, {StepClientAborts, nowhere, false}, {StepTraceTCP, between, true}},
	},
	NoReply: {
		[]candidate{{CauseHangs, atServer, false}, {CauseNoDescriptor, atServer, false}, {CauseWaits, atServer, false}, {CauseIncomplete, atServer, false}, {CauseBackendLost, alone | onTheWay, false}, {CauseReplyLostBefore, wayBack, false}, {CauseSmallMTU, wayBack, false}},
		[]check{{StepConnections, atServer, false}, {StepProcesses, atServer, false}, {StepCaptureAtServer, alone, false}, {StepPathBack, wayBack, true}},
	},
	ClosedEarly:  {anywhere(CauseApplicationDied, CauseBackendLost, CauseConnectionLimit), steps(StepJournal, StepListeners)},
	HalfClosed:   {[]candidate{{CauseSocketLeak, nowhere, false}, {CauseStillToSend, nowhere, false}, {CauseFINLost, onTheWay | wayBack, false}}, steps(StepClosing)},
	MTUBlackhole: {anywhere(CauseSmallMTU, CauseBrokeNow), steps(StepPathMTU, StepPingLarge, StepMTUProbing)},
	ZeroWindow:   {anywhere(CauseNotReading, CauseSmallBuffer), steps(StepConnections, StepClientSockets)},
	Blackhole: {
		[]candidate{{CauseForgotten, onTheWay | wayBack, false}, {CauseFirewallOnPath, onTheWay, false}, {CauseFirewallOnHost, atServer | nowhere, false},
			{CauseDamaged, atServer | nowhere, false}, {CauseHostDied, alone, false}, {CauseACKsLost, wayBack, false}, {CauseReplyLostBefore, wayBack, true}, {CauseFINLost, wayBack, true}},
		[]check{{StepCaptureAtServer, alone, false}, {StepPing, onTheWay | wayBack, false}, {StepServerRules, atServer | nowhere, true},
			{StepChecksums, atServer | nowhere, true}, {StepConnections, 0, false}},
	},
	OneSided:    {anywhere(CauseOneDirection, CauseAsymmetric), steps(StepCaptureAtServer, StepCaptureAtClient)},
	NoNeighbour: {anywhere(CauseNeighbourOff, CauseWrongNetmask, CauseVLAN, CauseNeighbourFiltered), steps(StepNeighbourTable, StepNeighbourRoute, StepNeighbourCapture)},
	NotSent:     {anywhere(CauseOffline, CauseNoFamily, CauseMissingRoute, CauseOwnFirewall, CauseOwnRoute, CauseNoLocalPort), steps(StepClientRoute, StepClientRules)},
}

// idleClosers close connections that rest: the client's pool holds them for longer than whoever is at the other end.
var idleClosers = anywhere(CauseBalancerIdle, CauseKeepAliveTimeout, CauseRestart)

// The advices about pings without an answer: in general, of a host that TCP shows to live, of one that its link shows to.
var (
	echoSilence = advice{
		[]candidate{{CauseDeadHost, alone, false}, {CauseICMPOnPath, onTheWay, false}, {CauseICMPOnHost, atServer, false},
			{CauseICMPIgnored, atServer, false}, {CauseEchoReplyLost, wayBack, false}, {CausePathBroken, onTheWay, true}, {CauseNoCapture, onTheWay, true}},
		[]check{{StepOnline, onTheWay, false}, {StepProbe, onTheWay | wayBack, false}, {StepICMPAtServer, alone, false}, {StepICMPRules, atServer, false},
			{StepTraceICMP, onTheWay, true}, {StepPathBack, wayBack, true}},
	}
	echoSilenceBesideTCP = advice{
		[]candidate{{CauseICMPOnPath, onTheWay, false}, {CauseICMPOnHost, atServer, false}, {CauseICMPIgnored, atServer, false}, {CauseEchoReplyLost, wayBack, true}},
		[]check{{StepICMPAtServer, alone, false}, {StepICMPRules, atServer, false}, {StepTraceICMP, onTheWay, true}},
	}
	echoSilenceOnLink = advice{
		[]candidate{{CauseICMPIgnored, atServer, false}, {CauseICMPOnHost, atServer, false}, {CauseProxyARP, onTheWay, false}},
		[]check{{StepICMPAtServer, alone, false}, {StepICMPRules, atServer, false}, {StepProbe, onTheWay, false}},
	}
	echoSilenceOfMany = advice{anywhere(CauseGroupIgnored, CauseEchoReplyLost), steps(StepICMPAtServer)}
	echoBlackhole     = advice{
		[]candidate{{CauseICMPBegan, onTheWay | atServer, false}, {CauseHostDied, alone, false}, {CauseEchoReplyLost, wayBack, false}},
		[]check{{StepProbe, 0, false}, {StepICMPAtServer, alone, false}, {StepTraceICMP, onTheWay, false}, {StepPathBack, wayBack, true}},
	}
	echoOneSided = advice{anywhere(CauseOneDirection, CauseAsymmetric), steps(StepICMPAtServer, StepICMPAtClient)}
)

// The advices about pings that an ICMP error answered, by what it says.
var (
	echoOwnError = advice{anywhere(CauseNextHopSilent, CauseClientRoute), steps(StepNextHop, StepLinkCapture)}
	echoTooBig   = advice{anywhere(CausePingTooLarge), steps(StepPathMTU, StepPingUsual)}
	echoExpired  = advice{anywhere(CauseRoutingLoop, CauseTTLTooSmall), steps(StepTraceICMP)}
	echoNoHost   = advice{[]candidate{{CauseRouterSaysDead, alone, false}, {CauseFirewallRejects, 0, false}, {CauseNoSuchHost, 0, false}},
		steps(StepSenderNeighbour, StepSenderRules, StepTraceICMP)}
	echoNoNetwork   = advice{anywhere(CauseMissingRoute, CauseFirewallRejects), steps(StepSenderRoute, StepSenderRules, StepTraceICMP)}
	echoByFirewalls = advice{anywhere(CauseFirewallRejects), steps(StepSenderRules, StepProbe)}
)
