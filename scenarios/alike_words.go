package scenarios

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

// reasonWords are a reason in each language. A reason is compared by its English, so that its Korean stands here.
func reasonWords(reason string) lang.Text {
	return lang.Text{English: reason, Korean: reasonsInKorean[reason]}
}

// reasonsInKorean are the reasons why failures look the same (see [Alike]).
var reasonsInKorean = map[string]string{
	noPacketLeaves:    `둘 다 클라이언트에서 패킷이 나가지 않고 커널이 "network is unreachable"이라고 한다: 클라이언트의 ip link와 ip route로 구별한다`,
	droppedAtRest:     "둘 다 라우터가 그 연결의 패킷을 드롭하고 아무 말도 하지 않는다: 연결을 잊었는지 규칙이 드롭하는지는 연결 테이블(conntrack -L)과 규칙(nft list ruleset)으로 구별한다",
	deadFrames:        "라우터가 같은 패킷을 아무도 갖지 않은 MAC 주소로 보낸다: 서버가 켜져 있는지(콘솔이나 다른 길로), 또는 라우터의 ip neigh 옆에 놓은 서버의 ip link로 구별한다",
	routerDropsSYN:    "둘 다 라우터가 SYN을 모두 드롭하고 아무 말도 하지 않는다: 규칙(nft list ruleset)과 그 카운터, 그리고 라우트(ip route get)로 구별한다",
	noRouteBack:       "둘 다 서버의 커널에 응답을 보낼 길이 없어 SYN을 드롭한다: 서버에서 클라이언트의 주소로 ip route get을 해 보면 구별된다",
	answerNotTaken:    "둘 다 서버의 응답이 아무도 알려 주지 않는 MAC 주소를 기다린다: 서버에서 클라이언트의 주소로 ip route get을 해 보면 구별된다",
	ownBehindProxy:    "두 고장 가운데 방화벽은 프록시의 패킷이 지나지 않는 길에 있고, 다른 고장은 이 시나리오 자신의 것이다",
	filteredToo:       "서버에 돌아갈 길이 아예 없을 때도 역경로 필터가 SYN을 드롭한다: 서버에서 클라이언트의 주소로 ip route get을 해 보면 구별된다",
	sameToPlain:       "TLS로 말하지 않는 클라이언트는 TLS로 말하는 서비스에서 인증서가 어떻든 같은 응답을 받는다",
	waitsToBeAsked:    "요청을 기다리는 서비스는 인사말을 기다리는 클라이언트에게 아무 말도 하지 않는다, 요청을 어떻게 처리하든: 무엇이 듣고 있는지로 구별한다(서버의 ss -ltnp)",
	balancerClosed:    "둘 다 서버가 로드 밸런서와의 연결을 닫는다: 프로세스가 아직 돌고 있는지로 구별한다(서버의 systemctl status, ss -ltnp)",
	balancerWaitsNot:  "서버의 응답은 로드 밸런서가 포기한 뒤에 온다: 로드 밸런서 뒤에서 더 오래 한 캡처로 구별한다",
	oldUnasked:        "둘 다 이름이 다른 호스트를 가리켜 아무도 옛 호스트에 묻지 않는다: 그것이 켜져 있는지는 콘솔이나 다른 길로 알 수 있다",
	nobodyReads:       "둘 다 프로그램이 아무것도 읽지 않는다: 연결을 받았는지로 구별한다, 받지 않은 연결은 서버의 ss -ltn에서 Recv-Q에 보인다",
	windowStaysOpen:   "조금만 보내는 클라이언트는 윈도를 채우지 않고, 경로는 윈도가 닫힌 뒤에야 끊긴다",
	askedInVain:       "둘 다 라우터가 서버의 MAC 주소를 묻지만 아무도 대답하지 않는다: 서버가 켜져 있다면 질문이 서버에 닿는지로 구별한다(서버에서 sudo tcpdump -ni any 'arp or icmp6')",
	askedOnce:         "한 번만 묻는 클라이언트는 거부만 받고 그 뒤에 누가 리슨하는지 알지 못한다: 다시 시도해 보면 구별된다",
	notListeningThere: "클라이언트가 묻는 주소와 포트에서 듣는 프로그램이 없고, 커널은 똑같이 그렇게 말한다: 프로그램이 돌고 있다면 어디서 듣는지 서버의 ss -ltn으로 알 수 있다",

	lateReplyTells: "늦은 응답은 클라이언트가 포기한 뒤에 온다: 더 오래 한 캡처로 구별한다",

	string(harness.SpeaksTCP):     "TCP 클라이언트는 ICMP가 드롭되는 것을 알아채지 못한다: 바로 그 점을 보이려는 것이다",
	string(harness.NeverRests):    "쉬지 않는 연결이나 ping은 잊히지 않는다",
	string(harness.IsPatient):     "응답을 기다리는 클라이언트는 시계를 보지 않는 한 재전송 덕에 응답이 왔음을 알아채지 못한다",
	string(harness.OutwaitsSlow):  "서비스가 걸리는 시간보다 오래 기다리는 클라이언트는 시계를 보지 않는 한 느린 것을 알아채지 못한다",
	string(harness.ReadsByLength): "응답이 어디서 끝나는지 아는 클라이언트는 서버가 연결을 닫기를 기다리지 않는다",
	string(harness.IsTranslated):  "서버는 NAT의 주소에 응답하므로 클라이언트 자신의 주소로 가는 길이 필요 없다",
	string(harness.OffersNoECN):   "ECN을 제안하지 않는 클라이언트는 ECN이 있는 SYN이 드롭되는 것을 알아채지 못한다",
	string(harness.SendsLittle):   "조금만 보내는 클라이언트는 큰 패킷이 어떻게 되는지 알아채지 못한다",
	string(harness.SpeaksPlain):   "TLS로 말하지 않는 클라이언트는 서비스가 TLS를 그만둔 것을 알아채지 못한다",
	string(harness.SendsNoHello):  "TLS로 말하지 않거나 짧은 ClientHello로 시작하는 클라이언트는 긴 ClientHello가 어떻게 되는지 알아채지 못한다",
	string(harness.AsksServer):    "서버에 직접 묻는 클라이언트는 길옆의 프록시가 무엇을 하는지 알아채지 못한다",
}
