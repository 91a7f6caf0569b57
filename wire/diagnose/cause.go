package diagnose

import "github.com/tcplab/tcplab/lang"

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
	CauseSYNProxy     Cause = "syn-proxy"
	CauseUnknownThere Cause = "connection-unknown"
	CauseIdleTimeout  Cause = "idle-timeout-on-path"
	CauseClientGaveUp Cause = "client-gave-up"
	CauseClientUnread Cause = "client-closed-unread"
	CauseForgedClient Cause = "forged-client-reset"

	CauseAbortive        Cause = "abortive-close"
	CauseRefusedTLS      Cause = "tls-refused"
	CauseNothingDue      Cause = "no-answer-due"
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

	CauseForgotten     Cause = "connection-forgotten"
	CauseHostDied      Cause = "host-died"
	CauseACKsLost      Cause = "acknowledgments-lost"
	CauseSmallMTU      Cause = "small-mtu"
	CauseSplitHello    Cause = "split-client-hello"
	CauseTooBigIgnored Cause = "too-big-ignored"
	CauseSNIFilter     Cause = "sni-filtered"
	CauseBrokeNow      Cause = "path-broke-just-then"
	CauseNotReading    Cause = "application-does-not-read"
	CauseSmallBuffer   Cause = "small-receive-buffer"
	CauseDamaged       Cause = "segments-damaged"

	CauseEncrypted    Cause = "answer-encrypted"
	CauseOneDirection Cause = "capture-of-one-direction"
	CauseAsymmetric   Cause = "asymmetric-routing"

	CauseNeighbourOff Cause = "neighbour-off"
	CauseWrongNetmask Cause = "wrong-netmask"
	CauseVLAN         Cause = "vlan"

	CauseNeighbourFiltered Cause = "neighbour-discovery-filtered"

	CauseICMPOnPath     Cause = "icmp-filtered-on-path"
	CauseICMPOnHost     Cause = "icmp-filtered-on-server"
	CauseICMPIgnored    Cause = "icmp-ignored"
	CauseGroupIgnored   Cause = "group-ping-ignored"
	CauseEchoReplyLost  Cause = "echo-reply-lost"
	CauseProxyARP       Cause = "proxy-arp"
	CauseICMPBegan      Cause = "icmp-filter-began"
	CauseNextHopSilent  Cause = "next-hop-silent"
	CauseClientRoute    Cause = "client-misconfigured"
	CausePingTooLarge   Cause = "ping-too-large"
	CauseRoutingLoop    Cause = "routing-loop"
	CauseTTLTooSmall    Cause = "ttl-too-small"
	CausePathTraced     Cause = "path-traced"
	CauseNotProcessed   Cause = "not-processed"
	CauseRouterSaysDead Cause = "router-says-dead"
	CauseNoSuchHost     Cause = "no-such-host"

	CauseNameServerStuck Cause = "name-server-stuck"
	CauseNoNameServer    Cause = "no-name-server"
	CauseMisspelt        Cause = "name-misspelt"
	CauseSplitHorizon    Cause = "split-horizon"
	CauseSearchList      Cause = "search-list"
	CauseAskedInCase     Cause = "asked-in-case"
	CauseUnicastUnseen   Cause = "unicast-not-captured"
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
	text lang.Text
}{
	{CauseOffline, lang.Text{English: "this machine is offline", Korean: "이 머신이 오프라인이다"}},
	{CauseNoFamily, lang.Text{English: "this machine has no connectivity of the address family", Korean: "이 머신에는 그 주소 체계의 연결이 없다"}},
	{CauseMissingRoute, lang.Text{English: "a route is missing", Korean: "경로가 없다"}},
	{CauseOwnFirewall, lang.Text{English: "this machine's own firewall drops what leaves it", Korean: "이 머신 자체의 방화벽이 나가는 것을 드롭한다"}},
	{CauseOwnRoute, lang.Text{English: "a route of this machine forbids it (blackhole, unreachable, prohibit)", Korean: "이 머신의 라우트가 금지한다(blackhole, unreachable, prohibit)"}},

	{CauseClosedPort, lang.Text{English: "nobody listens on the port", Korean: "포트에서 듣는 프로그램이 없다"}},
	{CauseForgedRefusal, lang.Text{English: "a firewall or load balancer answers with RST in the server's place", Korean: "방화벽이나 로드 밸런서가 서버 대신 RST로 응답한다"}},
	{CauseBoundElsewhere, lang.Text{English: "the listener is bound to another address", Korean: "듣는 프로그램이 다른 주소에 바인드되어 있다"}},
	{CauseServerRefusal, lang.Text{English: "a firewall rule on the server answers with RST", Korean: "서버의 방화벽 규칙이 RST로 응답한다"}},
	{CauseTwoMachines, lang.Text{English: "another machine has the same address, and answers for it (duplicate address)", Korean: "다른 장비가 같은 주소를 가지고 대신 응답한다(주소 중복)"}},
	{CauseICMPRefusal, lang.Text{English: "a firewall on the way rejects (ICMP unreachable port gives the same error as RST)", Korean: "경로상의 방화벽이 거절한다(ICMP unreachable port는 RST와 같은 오류가 된다)"}},

	{CauseFirewallRejects, lang.Text{English: "a firewall rule that rejects", Korean: "거절하는 방화벽 규칙"}},
	{CauseHostDown, lang.Text{English: "the host is down and its router says so", Korean: "호스트가 꺼져 있고 그 라우터가 그렇게 알린다"}},

	{CauseDeadHost, lang.Text{English: "dead host", Korean: "죽은 호스트"}},
	{CauseFirewallOnPath, lang.Text{English: "a firewall on the way drops (security group, network ACL, router)", Korean: "경로상의 방화벽이 드롭한다(보안 그룹, 네트워크 ACL, 라우터)"}},
	{CauseFirewallOnHost, lang.Text{English: "a firewall on the server drops", Korean: "서버의 방화벽이 드롭한다"}},
	{CausePathBroken, lang.Text{English: "the path is broken (route, link, stale neighbour entry)", Korean: "경로가 끊겼다(라우트, 링크, 오래된 이웃 엔트리)"}},
	{CauseAnswerLost, lang.Text{English: "the answers are lost on the way back", Korean: "응답이 돌아오는 길에 유실된다"}},
	{CauseNoCapture, lang.Text{English: "the server's capture did not run at the time, or ran on another interface", Korean: "그때 서버의 캡처가 돌지 않았거나 다른 인터페이스에서 돌았다"}},

	{CauseNoLocalPort, lang.Text{English: "no local port is free (ip_local_port_range)", Korean: "남은 로컬 포트가 없다(ip_local_port_range)"}},
	{CauseLimit, lang.Text{English: "a limit on connections: the server's accept queue, the ports of a NAT (SNAT), a full conntrack table", Korean: "연결 수 제한: 서버의 accept 큐, NAT의 포트(SNAT), 가득 찬 conntrack 테이블"}},
	{CauseOldTimestamp, lang.Text{English: "the SYN's timestamp is older than that of others behind the same address (PAWS, tcp_tw_recycle)", Korean: "SYN의 타임스탬프가 같은 주소 뒤의 다른 것보다 오래되었다(PAWS, tcp_tw_recycle)"}},
	{CauseWentElsewhere, lang.Text{English: "the client gave up within a second, or went to another address", Korean: "클라이언트가 1초 안에 포기했거나 다른 주소로 갔다"}},
	{CauseSlowAnswer, lang.Text{English: "the answer takes longer than the client waits before it tries another address", Korean: "클라이언트가 다른 주소를 시도하기까지 기다리는 시간보다 응답이 더 늦다"}},
	{CauseScan, lang.Text{English: "a scan, which sends one packet and no more", Korean: "패킷 하나만 보내고 마는 스캔"}},
	{CauseHalfOpenScan, lang.Text{English: "a half-open scan or a health check: the SYN-ACK was all that the client wanted", Korean: "하프 오픈 스캔이나 헬스 체크: 클라이언트가 바란 것은 SYN-ACK뿐이다"}},
	{CauseCaptureFilter, lang.Text{English: "the capture's filter took the answers", Korean: "캡처 필터가 응답을 걸러 냈다"}},
	{CauseOneWayNAT, lang.Text{English: "NAT of one direction: the server's answers are not translated back (asymmetric route, missing rule, Kubernetes)", Korean: "한 방향만 변환하는 NAT: 서버의 응답이 되돌려 변환되지 않는다(비대칭 경로, 빠진 규칙, Kubernetes)"}},
	{CauseResetFiltered, lang.Text{English: "a firewall drops the client's RST, so that the server keeps the older connection", Korean: "방화벽이 클라이언트의 RST를 드롭해 서버가 이전 연결을 붙들고 있다"}},
	{CauseOldConnection, lang.Text{English: "the server keeps an older connection on the same ports until that times out", Korean: "서버가 같은 포트의 이전 연결을 타임아웃될 때까지 붙들고 있다"}},
	{CauseRenumbered, lang.Text{English: "a firewall rewrites sequence numbers in one direction only (it does not see the other)", Korean: "방화벽이 한 방향에서만 시퀀스 번호를 바꾼다(다른 방향은 보지 못한다)"}},
	{CauseBadRefusal, lang.Text{English: "a firewall or load balancer answers with a RST that TCP does not accept", Korean: "방화벽이나 로드 밸런서가 TCP가 받아들이지 않는 RST로 응답한다"}},
	{CauseForwardDrop, lang.Text{English: "the capturing host, if it is a router, drops the SYNs itself (FORWARD chain, ip_forward, no route)", Korean: "캡처한 호스트가 라우터라면 그 자신이 SYN을 드롭한다(FORWARD 체인, ip_forward, 경로 없음)"}},
	{CauseRPFilter, lang.Text{English: "the server's reverse-path filter (rp_filter) drops it", Korean: "서버의 역경로 필터(rp_filter)가 드롭한다"}},
	{CauseAnswerElsewhere, lang.Text{English: "the answer leaves by another interface than the captured one", Korean: "응답이 캡처한 것과 다른 인터페이스로 나간다"}},
	{CauseHalfOpenFull, lang.Text{English: "the server's queue of half-open connections is full (a SYN flood, tcp_syncookies=0)", Korean: "서버의 반쯤 열린 연결 큐가 가득 찼다(SYN 플러드, tcp_syncookies=0)"}},
	{CauseNoWayBack, lang.Text{English: "the server has no way back to the client (default gateway, blackhole route)", Korean: "서버에 클라이언트로 돌아갈 길이 없다(기본 게이트웨이, blackhole 라우트)"}},

	{CauseSYNACKLost, lang.Text{English: "the SYN-ACK is lost before the client", Korean: "SYN-ACK이 클라이언트에 닿기 전에 유실된다"}},
	{CauseACKLost, lang.Text{English: "the client's acknowledgment is lost before the server", Korean: "클라이언트의 확인 응답이 서버에 닿기 전에 유실된다"}},
	{CauseQueueFull, lang.Text{English: "the server's accept queue is full", Korean: "서버의 accept 큐가 가득 찼다"}},
	{CauseDeferAccept, lang.Text{English: "the server waits for the client's first data before it takes the connection (TCP_DEFER_ACCEPT)", Korean: "서버가 클라이언트의 첫 데이터를 기다렸다가 연결을 받는다(TCP_DEFER_ACCEPT)"}},
	{CauseClientDrops, lang.Text{English: "the client's own firewall drops what comes in", Korean: "클라이언트 자체의 방화벽이 들어오는 것을 드롭한다"}},
	{CauseForeignSource, lang.Text{English: "the SYN's source address is not the sender's (asymmetric route, spoofing)", Korean: "SYN의 출발지 주소가 보낸 쪽의 것이 아니다(비대칭 경로, 스푸핑)"}},

	{CauseAborted, lang.Text{English: "the application closed with unread data, or died", Korean: "애플리케이션이 읽지 않은 데이터를 두고 닫았거나 죽었다"}},
	{CauseSYNProxy, lang.Text{English: "a SYN proxy on the way has accepted in the server's place, and the server does not: its SYN-ACK had no window", Korean: "경로상의 SYN 프록시가 서버 대신 수락했고 서버는 수락하지 않는다: SYN-ACK에 윈도가 없었다"}},
	{CauseUnknownThere, lang.Text{English: "the host that sent the RST knows nothing of the connection (a restart, a failover, a timeout of its own), or never did", Korean: "RST를 보낸 호스트가 그 연결을 더는 모르거나(재시작, 페일오버, 자체 타임아웃) 안 적이 없다"}},
	{CauseForgedReset, lang.Text{English: "a proxy, load balancer or firewall on the way forged the RST", Korean: "경로상의 프록시, 로드 밸런서나 방화벽이 RST를 위조했다"}},
	{CauseIdleTimeout, lang.Text{English: "an idle timeout on the way", Korean: "경로상의 유휴 타임아웃"}},
	{CauseClientGaveUp, lang.Text{English: "the client gave up (its own timeout, a cancelled request)", Korean: "클라이언트가 포기했다(자체 타임아웃, 취소된 요청)"}},
	{CauseClientUnread, lang.Text{English: "the client closed with unread data", Korean: "클라이언트가 읽지 않은 데이터를 두고 닫았다"}},
	{CauseForgedClient, lang.Text{English: "a firewall on the way forged the RST", Korean: "경로상의 방화벽이 RST를 위조했다"}},

	{CauseAbortive, lang.Text{English: "the application was done, and closes by RST on purpose (SO_LINGER with 0 s; some browsers, load balancers and health checks do)", Korean: "애플리케이션이 볼일을 마치고 일부러 RST로 닫는다(SO_LINGER 0초; 일부 브라우저, 로드 밸런서, 헬스 체크가 그렇게 한다)"}},
	{CauseRefusedTLS, lang.Text{English: "the side that reset refuses the TLS handshake, as its alert says", Korean: "리셋한 쪽이 TLS 핸드셰이크를 거부한다, 보낸 경고가 그렇게 말한다"}},
	{CauseNothingDue, lang.Text{English: "no answer is due: the client only sends (logs, metrics, a file)", Korean: "응답할 것이 없다: 클라이언트가 보내기만 한다(로그, 메트릭, 파일)"}},
	{CauseHangs, lang.Text{English: "the application hangs or is stopped: the kernel acknowledges for it", Korean: "애플리케이션이 멈췄거나 정지되었다: 커널이 대신 확인 응답한다"}},
	{CauseNoDescriptor, lang.Text{English: "the application has no file descriptor left, and takes no connection (EMFILE)", Korean: "애플리케이션에 남은 파일 디스크립터가 없어 연결을 받지 못한다(EMFILE)"}},
	{CauseWaits, lang.Text{English: "the application waits for another system", Korean: "애플리케이션이 다른 시스템을 기다린다"}},
	{CauseIncomplete, lang.Text{English: "the request is incomplete for the application", Korean: "애플리케이션이 보기에 요청이 아직 끝나지 않았다"}},
	{CauseReplyLostBefore, lang.Text{English: "the answer is lost before this vantage point", Korean: "응답이 이 관측 지점에 오기 전에 유실된다"}},

	{CauseApplicationDied, lang.Text{English: "the application died or gave up while answering", Korean: "애플리케이션이 응답하다가 죽었거나 포기했다"}},
	{CauseBackendLost, lang.Text{English: "a proxy has lost its own connection to the backend", Korean: "프록시가 백엔드와의 연결을 잃었다"}},
	{CauseConnectionLimit, lang.Text{English: "a limit on connections or an access list of the application", Korean: "애플리케이션의 연결 수 제한이나 접근 목록"}},
	{CauseBalancerIdle, lang.Text{English: "the idle timeout of a load balancer or proxy", Korean: "로드 밸런서나 프록시의 유휴 타임아웃"}},
	{CauseKeepAliveTimeout, lang.Text{English: "the keep-alive timeout of the server", Korean: "서버의 keep-alive 타임아웃"}},
	{CauseRestart, lang.Text{English: "a restart of the server while the connection rested", Korean: "연결이 쉬는 동안 서버가 재시작했다"}},

	{CauseSocketLeak, lang.Text{English: "the other application has not closed its socket (a leak: CLOSE-WAIT)", Korean: "상대 애플리케이션이 소켓을 닫지 않았다(누수: CLOSE-WAIT)"}},
	{CauseStillToSend, lang.Text{English: "it still has data to send", Korean: "아직 보낼 데이터가 있다"}},
	{CauseFINLost, lang.Text{English: "the FIN is lost", Korean: "FIN이 유실된다"}},

	{CauseForgotten, lang.Text{English: "the path broke, or a firewall or NAT forgot the connection", Korean: "경로가 끊겼거나, 방화벽이나 NAT가 연결을 잊었다"}},
	{CauseHostDied, lang.Text{English: "the other host died", Korean: "상대 호스트가 죽었다"}},
	{CauseACKsLost, lang.Text{English: "the acknowledgments are lost on the way back", Korean: "확인 응답이 돌아오는 길에 유실된다"}},
	{CauseSmallMTU, lang.Text{English: "a link on the way has a smaller MTU, and ICMP \"too big\" is filtered", Korean: "경로상의 한 링크의 MTU가 더 작은데 ICMP \"too big\"이 걸러진다"}},
	{CauseTooBigIgnored, lang.Text{English: "a link on the way has a smaller MTU; the ICMP \"too big\" that says so passes here, and does not reach the sender, or the sender does not heed it", Korean: "경로상의 한 링크의 MTU가 더 작다; 그것을 알리는 ICMP \"too big\"이 여기를 지나지만 보내는 쪽에 닿지 않거나, 보내는 쪽이 따르지 않는다"}},
	{CauseSplitHello, lang.Text{English: "a firewall, proxy or load balancer drops a TLS ClientHello that fills more than one segment", Korean: "방화벽, 프록시나 로드 밸런서가 세그먼트 하나에 다 들어가지 않는 TLS ClientHello를 드롭한다"}},
	{CauseSNIFilter, lang.Text{English: "a filter on the way goes by the server's name in the TLS ClientHello (SNI)", Korean: "경로상의 필터가 TLS ClientHello에 든 서버 이름(SNI)을 보고 거른다"}},
	{CauseBrokeNow, lang.Text{English: "the path broke just then", Korean: "경로가 바로 그때 끊겼다"}},
	{CauseDamaged, lang.Text{English: "the segments arrive damaged: their checksum is wrong, and the kernel drops them", Korean: "세그먼트가 손상되어 도착한다: 체크섬이 틀려 커널이 드롭한다"}},
	{CauseNotReading, lang.Text{English: "the receiving application does not read", Korean: "받는 쪽 애플리케이션이 읽지 않는다"}},
	{CauseSmallBuffer, lang.Text{English: "its receive buffer is too small", Korean: "그 수신 버퍼가 너무 작다"}},

	{CauseEncrypted, lang.Text{English: "the answers leave encrypted (IPsec), and the capture shows them as ESP only", Korean: "응답이 암호화되어 나가(IPsec) 캡처에는 ESP로만 보인다"}},
	{CauseOneDirection, lang.Text{English: "the capture's filter or mirror port takes one direction only", Korean: "캡처 필터나 미러 포트가 한 방향만 담는다"}},
	{CauseAsymmetric, lang.Text{English: "the answers go another way (asymmetric routing)", Korean: "응답이 다른 길로 간다(비대칭 경로)"}},

	{CauseNeighbourOff, lang.Text{English: "the host is off, or not on this link", Korean: "호스트가 꺼져 있거나 이 링크에 없다"}},
	{CauseWrongNetmask, lang.Text{English: "wrong address or netmask at the asker", Korean: "묻는 쪽의 주소나 넷마스크가 틀렸다"}},
	{CauseVLAN, lang.Text{English: "a VLAN or switch keeps them apart", Korean: "VLAN이나 스위치가 둘을 갈라놓는다"}},
	{CauseNeighbourFiltered, lang.Text{English: "a firewall on the host drops the questions for its hardware address (ARP; ICMPv6, with Neighbor Discovery)", Korean: "호스트의 방화벽이 MAC 주소를 묻는 질문을 드롭한다(ARP, Neighbor Discovery를 포함한 ICMPv6)"}},

	{CauseUnicastUnseen, lang.Text{English: "the answer goes to the asker alone, and the capture was made elsewhere on the link (a switch shows only broadcasts there)", Korean: "응답은 묻는 쪽에만 가는데 캡처는 링크의 다른 곳에서 했다(그곳의 스위치는 브로드캐스트만 보여 준다)"}},
	{CauseICMPOnPath, lang.Text{English: "ICMP is filtered on the way (security group, network ACL, router)", Korean: "ICMP가 경로상에서 걸러진다(보안 그룹, 네트워크 ACL, 라우터)"}},
	{CauseICMPOnHost, lang.Text{English: "ICMP is filtered by the host's own firewall", Korean: "ICMP가 호스트 자체의 방화벽에서 걸러진다"}},
	{CauseICMPIgnored, lang.Text{English: "the host ignores echo requests (icmp_echo_ignore_all)", Korean: "호스트가 에코 요청을 무시한다(icmp_echo_ignore_all)"}},
	{CauseGroupIgnored, lang.Text{English: "no host answers echo requests to a group or to all (icmp_echo_ignore_broadcasts), or none is in the group", Korean: "멀티캐스트나 브로드캐스트 앞으로 온 에코 요청에는 호스트들이 응답하지 않거나(icmp_echo_ignore_broadcasts), 그 그룹에 호스트가 없다"}},
	{CauseEchoReplyLost, lang.Text{English: "the replies are lost on the way back", Korean: "에코 응답이 돌아오는 길에 유실된다"}},
	{CauseProxyARP, lang.Text{English: "another host answers in its place (proxy ARP)", Korean: "다른 호스트가 대신 응답한다(프록시 ARP)"}},
	{CauseICMPBegan, lang.Text{English: "the path broke, or something began to filter ICMP", Korean: "경로가 끊겼거나 무언가가 ICMP를 거르기 시작했다"}},
	{CauseNextHopSilent, lang.Text{English: "the next hop, or the host on the same link, does not answer", Korean: "다음 홉, 또는 같은 링크의 호스트가 응답하지 않는다"}},
	{CauseClientRoute, lang.Text{English: "wrong address, netmask or route at the client", Korean: "클라이언트의 주소, 넷마스크나 라우트가 틀렸다"}},
	{CausePingTooLarge, lang.Text{English: "the requests are larger than a link on the way takes, and must not be fragmented", Korean: "에코 요청이 경로상의 한 링크가 받는 것보다 큰데 단편화가 금지되어 있다"}},
	{CauseRoutingLoop, lang.Text{English: "the routers send it in a circle (routing loop)", Korean: "라우터들이 빙빙 돌려보낸다(라우팅 루프)"}},
	{CauseTTLTooSmall, lang.Text{English: "the time to live of the requests is too small for the path", Korean: "요청의 TTL이 경로에 비해 너무 작다"}},
	{CausePathTraced, lang.Text{English: "the path is traced (tcptraceroute): the sender gives its packets a small time to live, and routers say where it ran out", Korean: "경로 추적(tcptraceroute): 보내는 쪽이 일부러 TTL을 작게 하고, 라우터가 TTL이 다한 곳을 알린다"}},
	{CauseNotProcessed, lang.Text{English: "the sender of the error cannot process the packet: a header, an option, its protocol, or a missing fragment", Korean: "오류를 보낸 쪽이 패킷을 처리하지 못한다: 헤더, 옵션, 프로토콜, 또는 빠진 조각"}},
	{CauseRouterSaysDead, lang.Text{English: "dead host, and its router says so", Korean: "죽은 호스트이며 그 라우터가 그렇게 알린다"}},
	{CauseNoSuchHost, lang.Text{English: "wrong address: no such host on that link", Korean: "틀린 주소: 그 링크에 그런 호스트가 없다"}},

	{CauseNameServerStuck, lang.Text{English: "the name server is stuck or overloaded, limits the rate of queries, or waits for a server that it asks itself", Korean: "네임 서버가 멈췄거나 과부하이거나, 질의 빈도를 제한하거나, 스스로 물은 서버를 기다린다"}},
	{CauseNoNameServer, lang.Text{English: "no name server listens there", Korean: "그곳에서 듣는 네임 서버가 없다"}},
	{CauseMisspelt, lang.Text{English: "the name is misspelt, or its record is missing", Korean: "이름이 잘못 쓰였거나 그 레코드가 없다"}},
	{CauseSplitHorizon, lang.Text{English: "only other name servers know the name (split horizon, a VPN that is down)", Korean: "다른 네임 서버만 그 이름을 안다(스플릿 호라이즌, 끊긴 VPN)"}},
	{CauseSearchList, lang.Text{English: "a search domain was put behind the name, or was not (resolv.conf)", Korean: "이름 뒤에 검색 도메인이 붙었거나, 붙지 않았다(resolv.conf)"}},
	{CauseAskedInCase, lang.Text{English: "programs ask for such a name in case it exists (WPAD, a service record, a block list, a browser's test)", Korean: "혹시 있을까 해서 프로그램이 물어보는 이름이다(WPAD, 서비스 레코드, 차단 목록, 브라우저의 시험)"}},
	{CauseNameFiltered, lang.Text{English: "the name server hides the name (a filter, a block list)", Korean: "네임 서버가 그 이름을 감춘다(필터, 차단 목록)"}},
	{CauseZoneUnreachable, lang.Text{English: "the servers of the zone do not answer the name server", Korean: "존의 서버들이 네임 서버에 응답하지 않는다"}},
	{CauseSignatures, lang.Text{English: "the signatures of the zone (DNSSEC) do not hold: expired, wrong, or a wrong clock at the name server", Korean: "존의 서명(DNSSEC)이 맞지 않는다: 만료되었거나, 틀렸거나, 네임 서버의 시계가 틀렸다"}},
	{CauseZoneBroken, lang.Text{English: "the name server cannot load the zone, or the zone is delegated to servers that do not have it", Korean: "네임 서버가 존을 읽지 못하거나, 존이 그것을 갖고 있지 않은 서버에 위임되어 있다"}},
	{CauseNotServed, lang.Text{English: "the name server does not serve this client (access list, no recursion)", Korean: "네임 서버가 이 클라이언트에 응답하지 않는다(접근 목록, 재귀 없음)"}},
	{CauseNotItsZone, lang.Text{English: "the name server is asked about a zone that it does not have", Korean: "네임 서버가 갖고 있지 않은 존에 대해 질문받는다"}},
	{CauseOldNameServer, lang.Text{English: "the name server does not understand an option of the query (EDNS)", Korean: "네임 서버가 질의의 옵션을 이해하지 못한다(EDNS)"}},
	{CauseMiddleboxDNS, lang.Text{English: "a middlebox changes queries or answers", Korean: "미들박스가 질의나 응답을 바꾼다"}},
	{CauseNoRetryByTCP, lang.Text{English: "the client does not ask by TCP", Korean: "클라이언트가 TCP로 다시 묻지 않는다"}},
	{CauseTCPFiltered, lang.Text{English: "a firewall drops TCP to port 53 before this vantage point", Korean: "이 관측 지점에 오기 전에 방화벽이 53번 포트로 가는 TCP를 드롭한다"}},
}

// Causes are all of them, in the order of a connection's life.
func Causes() []Cause {
	list := make([]Cause, len(causes))
	for i, c := range causes {
		list[i] = c.id
	}
	return list
}

// Words are the cause in each language.
func (c Cause) Words() lang.Text {
	for _, known := range causes {
		if known.id == c {
			return known.text
		}
	}
	return lang.Same(string(c))
}
