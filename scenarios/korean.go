package scenarios

import (
	"fmt"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

// translation is what people read of a scenario, in another language.
type translation struct{ title, story string }

// In is the scenario with its title and its story in a language. They stay as they are where they have not been translated,
// or are not those of the catalogue: a scenario of one's own may have the name of one of ours.
func In(tag lang.Tag, s harness.Scenario) harness.Scenario {
	t, ours := korean[s.Name], catalogue[s.Name]
	if s.Title == ours.Title {
		s.Title = lang.Text{English: s.Title, Korean: t.title}.In(tag)
	}
	if s.Story == ours.Story {
		s.Story = lang.Text{English: s.Story, Korean: t.story}.In(tag)
	}
	return s
}

// koreanLostSYN is the story of both scenarios in which SYNs are lost.
const koreanLostSYN = `%s 도중에 유실된다. 이따금 패킷을 하나씩 잃는 회선에서 일어나는 일이다. 고장 난 곳은 없다.
클라이언트의 커널은 재전송 타이머가 만료되기를 기다린다. 타이머는 처음에 1초이고 그 뒤로 매번 두 배가 된다(RFC 6298).
연결은 %s 만에 맺어진다. 연결 타임아웃이 3초면 SYN 하나가 유실돼도 견디고, 1초면 하나도 견디지 못한다. 두 개가
유실돼도 견디려면 3초보다 길어야 한다.`

// korean has the scenarios in Korean, by name. Names, messages and commands stay as they are on the screen.
var korean = map[string]translation{
	"client-offline": {
		title: "클라이언트 자신이 오프라인이라 ping이 실패한다: 링크가 내려가 있다",
		story: `클라이언트 자신의 링크가 내려가 있고, 라우팅 경로도 함께 사라졌다. 커널은 전송 자체를 거부한다. ping이든 TCP든, 서버로
보내든 잘 알려진 호스트로 보내든 곧바로 "Network is unreachable"이 나온다. 어느 캡처에도 패킷이 없다. 그래서 ping이
실패할 때 가장 먼저 확인할 것은 이것이다. 누구나 아는, 확실히 살아 있는 호스트는 응답하는가?`,
	},
	"client-without-route": {
		title: "클라이언트에 기본 경로(default route)가 없어 ping이 실패한다: 자기 서브넷까지만 닿는다",
		story: `링크는 올라와 있고 클라이언트에 주소도 있지만, 서브넷 밖으로 나가는 경로가 없다. DHCP 임대가 만료됐거나, VPN이 기본
경로까지 가져가 버렸거나, 네트워크 스크립트가 중간에 실패한 경우다. 곧바로 "Network is unreachable"이 나오고, 어느
캡처에도 패킷이 없다.`,
	},
	"closed-port": {
		title: "호스트는 살아 있지만 포트에서 리슨하는 프로세스가 없다: 즉시 연결 거부",
		story: `애플리케이션이 내려갔을 뿐 호스트는 살아 있다. 호스트의 커널이 SYN에 곧바로 RST로 응답하고, 클라이언트는 왕복 한 번
만에 "connection refused"를 받는다. RST로 거부됐다는 것은 패킷이 호스트에 도달했고 그 응답도 돌아왔다는 증거다.`,
	},
	"firewall-drop": {
		title: "서버 자체 방화벽이 SYN을 드롭한다: 서버에서 SYN이 보이지만 응답은 없다",
		story: `서버의 INPUT 체인에 있는 규칙이 해당 포트로 들어오는 패킷을 드롭한다(iptables -A INPUT -p tcp --dport 8080 -j DROP).
SYN은 0, 1, 3, 7초에 나가고, 그다음은 클라이언트 자체 타임아웃이다. 여기까지는 죽은 호스트와 같다. 하지만 서버에서
캡처하면 이 SYN이 모두 보인다. 패킷은 방화벽이 보기 전에 캡처되기 때문이다. 규칙의 카운터도 그 수만큼 올라가 있다.`,
	},
	"healthy": {
		title: "아무 문제가 없다: 핸드셰이크, 요청, 응답, 정상 종료",
		story: `클라이언트가 라우터를 거쳐 서버에 연결하고, 요청을 보내 응답을 받은 뒤, 양쪽 모두 연결을 닫는다. 패킷으로 보면 SYN,
SYN-ACK, ACK에 이어 데이터가 양방향으로 오가고, 양쪽이 FIN을 하나씩 보내며, RST는 없다. 모든 장애를 이 정상 흐름과
비교한다.`,
	},
	"icmp-blocked": {
		title: "보안 그룹이 ICMP를 드롭해 ping이 실패한다: 호스트는 살아 있고 포트도 응답한다",
		story: `보안 그룹은 허용 목록이다. 규칙에 없는 트래픽은 드롭되며, ICMP는 기본적으로 규칙에 없다. 그래서 서비스는 정상인데
ping은 전부 유실된다. 서버 캡처에는 에코 요청이 보이지 않는다. ping 실패는 호스트에 대해 아무것도 증명하지 못한다.
ICMP 규칙을 추가하면 같은 ping이 하나도 유실되지 않는다.`,
	},
	"kernel-gives-up": {
		title: "자체 타임아웃이 없는 클라이언트: 커널이 tcp_syn_retries(여기서는 2)만큼 재시도한 뒤 포기한다",
		story: `SYN이 도중에 드롭되고, 클라이언트는 타임아웃을 설정하지 않았다. 클라이언트의 커널은 tcp_syn_retries에 정해진 횟수만큼
SYN을 재전송하고, 두 배로 늘어난 시간을 한 번 더 기다린 뒤 포기한다. connect는 ETIMEDOUT("connection timed out")으로
실패한다. 여기서는 재시도가 2회이고 7초가 걸린다. 기본값으로 걸리는 시간은 kernel-gives-up-by-default에서 볼 수 있다.`,
	},
	"kernel-gives-up-by-default": {
		title: "자체 타임아웃이 없는 클라이언트, 재시도는 커널 기본값인 6회: 2분 넘게 걸린다",
		story: `1, 3, 7, 15, 31, 63초에 모두 여섯 번 재전송하고, 127초에 ETIMEDOUT이 난다. 타임아웃을 설정하지 않은 클라이언트는
그동안 멈춰 있고, 그 클라이언트를 기다리는 쪽도 마찬가지다. 이렇게 오래 기다릴 수 있는 서비스는 없다. 연결 타임아웃을
3초로 두면 첫 번째 재전송까지는 기다릴 수 있다.`,
	},
	"load-balancer-idle-timeout": {
		title: "로드 밸런서가 커넥션 풀의 유휴 연결을 닫는다: 그 연결로 보낸 다음 요청은 유실된다",
		story: `커넥션 풀의 연결이 로드 밸런서가 허용하는 시간보다 오래 쉬었다. 로드 밸런서는 이 연결을 정상적으로 닫았다.
클라이언트의 커널은 FIN에 확인 응답을 보냈지만, 읽고 있지 않던 클라이언트는 이를 모른다. 다음 요청은 커널이 막지
않으므로 그대로 나가고, RST가 돌아온다. 그런데도 클라이언트의 read는 매번 ECONNRESET이 아니라 EOF로 끝난다. 먼저 와서
기다리던 FIN부터 읽기 때문이다(그다음 write는 EPIPE다). 서버는 첫 번째 요청만 받았을 뿐 이 일을 전혀 모른다. 풀이 로드
밸런서(기본값이 60초인 것이 많다)보다 먼저 연결을 버리거나, 연결이 쉬는 동안에도 읽거나, 두 번 보내도 되는 요청을 다시
보내는 클라이언트는 실패하지 않는다.`,
	},
	"load-balancer-no-backend": {
		title: "로드 밸런서는 응답하지만 그 뒤의 서버는 응답하지 않는다: 연결은 완벽히 정상인데 503",
		story: `애플리케이션이 내려갔고, 그 앞에 로드 밸런서가 있다. 클라이언트의 연결은 로드 밸런서에서 끝나며, 로드 밸런서는 살아
있다. 그래서 핸드셰이크가 완료되고, 요청에 확인 응답이 오고, 답도 돌아온다. 다만 그 답이 503이다(502나 504를 보내는
로드 밸런서도 있다). 로드 밸런서가 서버에 맺으려던 연결이 거부됐기 때문이다. TCP로 보면 클라이언트 쪽은 모두 정상이다.
장애는 다른 연결에 있으며, 로드 밸런서 뒤에서 캡처해야만 보인다. 연결까지만 확인하는 클라이언트와 헬스 체크는 이를
성공으로 여긴다.`,
	},
	"load-balancer-resets": {
		title: "L4 로드 밸런서가 연결을 수락했으나 서버에 닿지 못해 리셋한다",
		story: `L4 로드 밸런서는 HTTP를 모르므로 503으로 응답할 수 없다. 클라이언트의 연결을 수락하지만 서버로 맺는 연결은 거부되고,
이를 자신이 가진 유일한 수단인 RST로 클라이언트에 알린다. 클라이언트는 이미 연결된 상태이므로 연결 타임아웃도
"connection refused"도 나타나지 않고, 데이터를 보내거나 읽다가 "connection reset by peer"를 받는다. 그래서 비정상
종료하는 서버를 찾게 되지만, 실제로는 실행 중인 서버가 없다. 로드 밸런서 뒤에서 캡처하면 SYN과 RST가 보인다.`,
	},
	"lost-syn-once": {
		title: "첫 SYN이 유실된다: 연결에 1초가 걸리지만 성공한다",
		story: fmt.Sprintf(koreanLostSYN, "첫 SYN이", "1초"),
	},
	"lost-syn-twice": {
		title: "처음 SYN 두 개가 유실된다: 연결에 3초가 걸리지만, 그만큼 기다리면 성공한다",
		story: fmt.Sprintf(koreanLostSYN, "처음 SYN 두 개가", "3초"),
	},
	"nacl-return-blocked": {
		title: "상태 비저장(stateless) 네트워크 ACL에 응답 방향 규칙이 없다: 서버는 응답하지만 클라이언트는 받지 못한다",
		story: `서버 서브넷의 네트워크 ACL은 TCP 8080 인바운드를 허용하지만, 작성한 사람이 아웃바운드를 빠뜨렸다. 보안 그룹은 어떤
패킷이 응답인지 안다. 네트워크 ACL은 연결을 모르므로, 클라이언트가 출발지로 쓰는 포트에 대한 규칙이 따로 필요하다.
SYN은 서버에 도달하고 서버는 SYN-ACK을 거듭 보내지만, 돌아가는 길에 모두 드롭된다. 클라이언트에서는 패킷을 드롭하는
방화벽과 똑같아 보인다. SYN은 0, 1, 3, 7초에 나가고, 그다음은 자체 타임아웃이다. 서버가 응답했다는 사실은 서버에서
캡처해야만 보인다.`,
	},
	"nat": {
		title: "NAT를 거치지만 모두 정상이다: 라우터 양쪽에서 보이는 주소가 다르다",
		story: `라우터가 모든 패킷의 출발지를 자신의 주소로 바꾸고, 응답이 되돌아갈 수 있도록 매핑을 유지한다(연결 추적, connection
tracking). 서버에는 라우터가 클라이언트로 보인다. 서버의 로그도 캡처도 방화벽도 실제 클라이언트를 모른다. NAT를 지나는
연결을 따라가려면 주소가 아니라 시퀀스 번호를 비교해야 한다.`,
	},
	"nat-forgets": {
		title: "NAT가 유휴 연결을 소리 없이 잊는다: 다음 요청은 거듭 재전송되지만 아무도 응답하지 않는다",
		story: `커넥션 풀의 연결이 NAT가 기억하는 시간보다 오래 쉬었다. 클라이언트와 서버는 둘 다 연결이 살아 있다고 믿지만, NAT에는
더 이상 매핑이 없으므로 들어오는 패킷은 드롭된다. 클라이언트의 다음 요청은 응답 없이 재전송되고, read는 타임아웃으로
끝난다. 서버가 멈춘 것처럼 보이지만, 서버는 이 요청을 본 적이 없다. keepalive(NAT가 기억하는 시간보다 간격이 짧은
SO_KEEPALIVE)를 쓰거나, 연결을 그만큼 오래 쉬게 두지 않는 풀을 쓰면 막을 수 있다.`,
	},
	"nat-forgets-reset": {
		title: "NAT가 유휴 연결을 잊고 이를 알린다: 다음 요청에 서버가 보낸 적 없는 RST가 돌아온다",
		story: `nat-forgets와 같지만, 이 NAT는 모르는 패킷을 받으면 서버를 가장해 RST로 응답한다. 클라이언트는 곧바로 ECONNRESET을
받고, 새로 연결할 수 있다. 서버는 RST를 보낸 적이 없다. 서버 캡처에는 아직 열려 있는 연결이 보인다.`,
	},
	"ping-dead-host": {
		title: "호스트가 꺼져 있어 ping이 실패한다: 클라이언트는 온라인이고, TCP도 응답이 없다",
		story: `서버 인스턴스가 정지됐다. 보안 그룹이 ICMP를 드롭할 때처럼 ping은 전부 유실된다. 하지만 잘 알려진 호스트는 응답하므로
클라이언트는 온라인이다. 그리고 해당 포트의 TCP도 ping과 마찬가지로 응답이 없는데, ICMP를 막는 필터라면 이렇게 되지
않는다. 라우터의 서버 쪽에서는 에코 요청이 호스트를 향해 나간 것이 보인다.`,
	},
	"ping-healthy": {
		title: "ping: 호스트가 응답한다, 손실률 0%",
		story: `애플리케이션을 보기 전에 호스트부터 본다. ping은 ICMP 에코 요청을 보내고, 호스트의 커널이 이에 응답한다. 손실률 0%는
호스트가 살아 있고, 오가는 경로가 ICMP에 열려 있다는 뜻이다. 포트에 대해서는 아무것도 알려 주지 않는다.`,
	},
	"security-group-drop": {
		title: "보안 그룹이 서버 앞에서 SYN을 드롭한다: 서버 캡처가 비어 있다",
		story: `서버 앞의 보안 그룹은 허용 목록인데, 아무도 이 포트를 허용하지 않았다. 그래서 이 포트로 가는 패킷은 서버 앞에서
드롭된다. SYN은 0, 1, 3, 7초에 나가고, 그다음은 클라이언트 자체 타임아웃이다. 죽은 호스트나 서버 자체 방화벽과 똑같다.
서버는 살아 있고, 서버에서 캡처해도(tcpdump tcp port 8080) 아무것도 잡히지 않는다. 패킷이 도착한 적이 없는 것이다.`,
	},
	"stale-arp-entry": {
		title: "오래된 ARP 엔트리, 또는 포트를 잘못 학습한 스위치: 프레임이 어느 장비에도 없는 MAC 주소로 간다",
		story: `서버의 네트워크 카드가 바뀌었거나 주소가 다른 장비로 옮겨 갔는데, 마지막 라우터는 아직 예전 MAC 주소를 갖고 있다(또는
스위치가 이를 엉뚱한 포트에서 학습했다). 라우터는 모든 SYN을 제대로 보내지만, 그 프레임을 받는 쪽이 없다. 서버는 살아
있고 캡처는 비어 있어, 보안 그룹 뒤에 있을 때와 같다. 구별하려면 라우터의 이웃 테이블(ip neigh)을 서버의 실제 MAC
주소(ip link)와 대조하거나, 라우터의 서버 쪽에서 프레임의 목적지 주소(tcpdump -e)를 확인한다.`,
	},
	"stopped-host": {
		title: "호스트가 꺼져 있다: 클라우드에서처럼 SYN 재전송만 있고 응답이 없다",
		story: `서버 인스턴스가 정지됐다. 그 앞의 네트워크는 여전히 패킷을 전달하지만 아무것도 돌아오지 않는다. ICMP 오류조차 없다.
SYN은 0, 1, 3, 7초에 나가고, 그다음은 클라이언트 자체 타임아웃이다. 클라이언트에서는 패킷을 드롭하는 방화벽과 똑같아
보인다. 라우터의 서버 쪽에서는 모든 SYN이 호스트를 향해 나간 것이 보인다. 꺼진 호스트에는 더 이상 캡처가 없다.`,
	},
	"syn-linear-timeouts": {
		title: "요즘의 기본 재전송 간격: Linux 6.5부터 처음 몇 번은 SYN을 1초마다 재전송한다",
		story: `교과서에서 SYN은 0, 1, 3, 7초에 나간다. 튜닝하지 않은 요즘 Linux는 처음 네 번을 1초 간격으로
재전송하고(net.ipv4.tcp_syn_linear_timeouts=4), 그 뒤에야 간격을 두 배로 늘린다. SYN은 0, 1, 2, 3, 4, 5, 7초에 나간다.
따라서 이제는 타임아웃이 3초여도 SYN 두 개의 유실을 견딘다. 다른 시나리오는 고전적인 간격으로 고정해 두었다.`,
	},
	"waf-blocks": {
		title: "WAF가 서버 대신 403으로 응답한다: 이 요청은 실패하고 다른 요청은 통과한다",
		story: `웹 애플리케이션 방화벽(WAF)은 요청을 하나하나 읽은 뒤에 전달한다. 탐지만 하는 동안에는 쿼리에 스크립트가 든 요청도
다른 요청처럼 서버에 도달한다. 차단 모드로 바꾸면 같은 요청에 WAF가 403으로 응답한다. 연결은 완벽히 정상이지만, 그
패킷은 하나도 서버에 도달하지 않는다. 서버 로그에도 서버 캡처에도 아무것도 없다. 같은 시각 같은 경로로 보낸 다른
요청은 통과하므로 네트워크, 로드 밸런서, 서버는 모두 살아 있다. 다른 것은 내용뿐이다.`,
	},
	"waf-resets": {
		title: "WAF가 마음에 들지 않는 요청의 연결을 리셋한다: 다른 요청은 통과한다",
		story: `waf-blocks와 같지만, 이 웹 애플리케이션 방화벽은 정체를 드러내지 않고 요청을 읽자마자 RST로 연결을 끊는다.
클라이언트는 매번 곧바로 "connection reset by peer"를 받으니, 이 요청 때문에 비정상 종료하는 서버를 찾게 된다. 그러나
서버는 이 요청을 본 적이 없다. 다른 요청은 통과하는데도 서버 캡처에는 아무것도 없다. 리셋 여부가 요청한 시각이 아니라
요청한 내용에 달려 있다면, 중간에 내용을 읽는 무언가가 있다는 뜻이다.`,
	},
	"firewall-reject": {
		title: "서버 자체 방화벽이 SYN을 거부한다: 연결은 거부되지만 RST를 보낸 쪽은 없다",
		story: `서버의 INPUT 체인에 있는 규칙이 해당 포트로 들어오는 패킷을 거부한다(iptables -A INPUT -p tcp --dport 8080 -j REJECT).
여러 배포판의 방화벽이 이렇게 동작한다. 기본 응답은 ICMP 오류 "port unreachable"이고, 클라이언트의 커널은 이를 RST와
똑같이 ECONNREFUSED로 처리한다. 서비스는 리슨하고 있으며 정상이다. 따라서 "connection refused"만으로는 리슨하는
프로세스가 없다고 말할 수 없다. 이를 알려 주는 것은 캡처뿐이다. 캡처를 보면 응답이 RST가 아니라 ICMP다. 랩처럼 빠른
링크에서는 connect가 소켓을 놓아주기 전에 오류가 도착할 수 있다. 그러면 1초 뒤에 나간 두 번째 SYN에 돌아온 오류가 연결
시도를 끝낸다.`,
	},
	"router-reject": {
		title: "경로상의 라우터가 SYN을 거부하며 금지된 통신이라고 알린다: no route to host",
		story: `라우터의 접근 제어 목록이 이 포트를 통과시키지 않으며, RFC 1812 5.2.7.1절이 권하는 대로 그 사실을 ICMP "communication
administratively prohibited"로 알린다. 경로가 있고 ping도 되는데 클라이언트는 "no route to host"(EHOSTUNREACH)를
받는다. 이 오류에 별도의 이름이 있는 IPv6에서는 "permission denied"(EACCES)를 받는다. 서버에는 아무것도 보이지 않는다.
ICMP 오류는 거부한 쪽의 주소에서 온다. 그래서 클라이언트에서 캡처하면 어느 라우터를 확인해야 하는지 드러난다. 조용히
드롭하는 방화벽이라면 알 수 없다.`,
	},
	"router-resets": {
		title: "경로상의 무언가가 서버를 가장해 SYN에 RST로 응답한다: 거부됐지만 서버가 거부한 것은 아니다",
		story: `경로상의 방화벽이 서버 대신 응답한다. 이 RST에는 서버의 주소와, 서버가 직접 보냈을 때와 같은 확인 응답 번호가 들어
있다(iptables -A FORWARD -p tcp --dport 8080 -j REJECT --reject-with tcp-reset). 클라이언트에서는 닫힌 포트와 구별할
수 없다. 곧바로 ECONNREFUSED가 나오고, SYN 하나에 RST 하나다. 그러나 서비스는 리슨하고 있고, 서버 캡처에는 아무것도
없다. 거부됐다는 것은 무언가가 응답했다는 증거일 뿐, 서버가 응답했다는 증거는 아니다. 단서는 RST의 TTL이다. 이 RST는
서버의 응답보다 라우터를 적게 거쳐 왔다.`,
	},
	"service-hangs": {
		title: "서비스가 멈춰 있다: 연결이 맺어지고 요청에 확인 응답도 오지만, 답은 오지 않는다",
		story: `프로그램은 떠 있지만 더 이상 아무 일도 하지 않는다. 데드락에 걸렸거나, 풀에 빈 워커가 없거나, 프로세스가 정지된
경우다(kill -STOP). 소켓은 리슨 상태이므로 커널이 핸드셰이크를 완료하고, 프로그램이 끝내 읽지 않을 요청에도 확인
응답을 보낸다. 연결만 해 보는 점검에서는 서비스가 정상으로 나온다. 클라이언트는 자체 타임아웃이 될 때까지 답을
기다린다. 연결은 이미 성공했으므로 연결 타임아웃은 이 대기를 끝내지 못한다. 서버에서 ss -ltn을 실행하면, 아무도
accept하지 않은 연결이 소켓의 Recv-Q에 보인다.`,
	},
}
