package scenarios

import (
	"slices"

	"github.com/tcplab/tcplab/lang"
)

// Experience is one thing that practitioners learn the hard way about connections that fail. The scenarios that show it say so
// (harness.Scenario, Experiences).
type Experience struct {
	// Says is the experience in one or two sentences.
	Says lang.Text
	// Commands show it where a scenario alone does not.
	Commands []string
}

// Showing returns the names of the scenarios that show an experience, by its number, which begins at 1.
func Showing(number int) []string {
	var names []string
	for _, s := range All() {
		if slices.Contains(s.Experiences, number) {
			names = append(names, s.Name)
		}
	}
	return names
}

// Experiences are in the order in which one meets them.
func Experiences() []Experience {
	return []Experience{
		{
			Says: lang.Text{
				English: "Nobody listens on the port: the host is up, the application is down. The SYN is answered by RST at once, and the client gives up at once: " +
					"curl fails, the browser shows `ERR_CONNECTION_REFUSED`. A firewall can make them say the same, on the server or on the way to it, while the application is well.",
				Korean: "포트에서 리슨하는 프로세스가 없다. 호스트는 살아 있고, 애플리케이션이 내려가 있다. SYN에 곧바로 RST가 돌아오고 클라이언트도 곧바로 포기한다. " +
					"curl은 실패하고, 브라우저는 `ERR_CONNECTION_REFUSED`를 보여 준다. 애플리케이션이 정상이어도 서버나 경로상의 방화벽 때문에 똑같은 결과가 나올 수 있다.",
			},
			Commands: []string{"tcplab run closed-port --client curl", "tcplab run closed-port --client chromium"},
		},
		{
			Says: lang.Text{
				English: "The server is dead (its instance is stopped): no RST comes. The SYN is sent again after 1 s, and then at intervals that double, for a long time.",
				Korean:  "서버가 죽었다(인스턴스가 정지됐다). RST는 오지 않는다. SYN을 1초 뒤에 재전송하고, 그다음부터는 간격을 두 배씩 늘려 가며 오랫동안 재전송한다.",
			},
		},
		{
			Says: lang.Text{
				English: "A service cannot wait so long: it sets a connect timeout, usually 3 s, which covers the first retransmission after 1 s. " +
					"Which timeout survives what is in [timeouts.md](timeouts.md).",
				Korean: "서비스는 그렇게 오래 기다릴 수 없으므로 연결 타임아웃을 둔다. 보통 3초이며, 1초 뒤의 첫 번째 재전송까지 기다릴 수 있다. " +
					"어떤 타임아웃이 무엇을 견디는지는 [timeouts.md](timeouts.md)에 있다.",
			},
		},
		{
			Says: lang.Text{
				English: "Look at the host before the application: `ping` and `traceroute`, which are ICMP. 0 % loss means that the host is alive.",
				Korean:  "애플리케이션보다 호스트를 먼저 본다. ICMP를 쓰는 `ping`과 `traceroute`로 본다. 손실률 0%는 호스트가 살아 있다는 뜻이다.",
			},
			Commands: []string{"tcplab run closed-port --client ping", "tcplab run stopped-host --client traceroute-icmp"},
		},
		{
			Says: lang.Text{
				English: "ping fails for three reasons: the client itself is offline (does a well-known host answer?), a security group drops ICMP (does TCP answer?), " +
					"or the server is dead.",
				Korean: "ping이 실패하는 이유는 세 가지다. 클라이언트 자신이 오프라인이거나(잘 알려진 호스트는 응답하는가?), " +
					"보안 그룹이 ICMP를 드롭하거나(TCP는 응답하는가?), 서버가 죽은 것이다.",
			},
		},
		{
			Says: lang.Text{
				English: "A security group is an allow list and drops ICMP by default. Once a rule for ICMP is added, ping works: the scenario adds it while the lab runs.",
				Korean:  "보안 그룹은 허용 목록이며 기본적으로 ICMP를 드롭한다. ICMP 규칙을 추가하면 ping이 성공한다. 이 시나리오는 랩이 돌아가는 동안 규칙을 추가한다.",
			},
		},
		{
			Says: lang.Text{
				English: "SYN retransmissions although the server is healthy: was the packet filtered before it arrived? `tcpdump tcp port 8080 -w file` on the server tells: " +
					"if the file holds nothing, it never arrived. The way there by hand is in [by-hand.md](by-hand.md).",
				Korean: "서버는 정상인데 SYN이 재전송된다. 패킷이 도착하기 전에 걸러졌는가? 서버에서 `tcpdump tcp port 8080 -w file`을 실행해 보면 안다. " +
					"파일에 패킷이 하나도 없으면 도착한 적이 없는 것이다. 직접 손으로 해 보는 과정은 [by-hand.md](by-hand.md)에 있다.",
			},
		},
		{
			Says: lang.Text{
				English: "The capture is copied to one's own machine and opened in Wireshark.",
				Korean:  "캡처를 자기 컴퓨터로 복사해 Wireshark에서 연다.",
			},
			Commands: []string{"tcplab fetch server:/tmp/server.pcap", "tcplab diagnose --server server.pcap client.pcap"},
		},
		{
			Says: lang.Text{
				English: "The security group blocks port 8080: SYN retransmissions, at the client exactly as with a dead server.",
				Korean:  "보안 그룹이 8080 포트를 막는다. SYN이 재전송되고, 클라이언트에서는 서버가 죽었을 때와 똑같이 보인다.",
			},
		},
		{
			Says: lang.Text{
				English: "Between client and server lie NAT, load balancers and switches, and what guards them: security groups, network ACLs, firewalls that reject, web application firewalls. " +
					"Each fails in a way of its own.",
				Korean: "클라이언트와 서버 사이에는 NAT, 로드 밸런서, 스위치가 있고, 이를 지키는 보안 그룹, 네트워크 ACL, 연결을 거부하는 방화벽, 웹 애플리케이션 방화벽이 있다. " +
					"저마다 장애가 나는 방식이 다르다.",
			},
		},
		{
			Says: lang.Text{
				English: "There are many more cases, and the list grows with experience: a new one is one new file in `scenarios/`.",
				Korean:  "사례는 훨씬 더 많고, 목록은 경험이 쌓일수록 늘어난다. 새 사례는 `scenarios/`에 새 파일 하나를 두면 된다.",
			},
			Commands: []string{"tcplab list"},
		},
	}
}
