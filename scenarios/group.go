package scenarios

import "github.com/tcplab/tcplab/lang"

// Group is a part of the catalogue.
type Group struct {
	ID    string
	Title lang.Text
}

// Groups are the parts of the catalogue, in the order of a list.
func Groups() []Group {
	return []Group{
		{"healthy", lang.Text{English: "Nothing is broken: what the failures are compared with", Korean: "고장 난 것이 없다: 모든 장애와 비교할 기준"}},
		{"refused", lang.Text{English: "Refused: the SYN is answered with RST or with an ICMP error", Korean: "거부: SYN에 RST나 ICMP 오류가 돌아온다"}},
		{"silent", lang.Text{English: "Silent: the SYN is sent again and again, and nothing answers", Korean: "무응답: SYN을 거듭 재전송해도 응답이 없다"}},
		{"local", lang.Text{English: "Local: no packet leaves the client", Korean: "클라이언트 내부: 패킷이 클라이언트에서 나가지 않는다"}},
		{"ping", lang.Text{English: "Ping: the host does not answer, or seems not to", Korean: "ping: 호스트가 응답하지 않거나, 그렇게 보인다"}},
		{"service", lang.Text{English: "Service: the connection is there, and the program does not do its part", Korean: "서비스: 연결은 맺어졌지만 프로그램이 제 일을 하지 않는다"}},
		{"established", lang.Text{English: "Established: the connection breaks while it is used", Korean: "연결 중: 사용하던 연결이 끊긴다"}},
		{"idle", lang.Text{English: "Idle: the connection rests, and is gone when it is used again", Korean: "유휴: 유휴 상태로 방치한 연결을 다시 쓰려니 사라졌다"}},
		{"transfer", lang.Text{English: "Transfer: reading and writing stop, or end too early", Korean: "전송: 읽기와 쓰기가 멈추거나 너무 일찍 끝난다"}},
		{"tls", lang.Text{English: "TLS: the connection is in order, and the handshake on it fails", Korean: "TLS: 연결은 정상인데 그 위의 핸드셰이크가 실패한다"}},
		{"path", lang.Text{English: "Path: packets are lost, delayed, too large, or take another way", Korean: "경로: 패킷이 유실되거나 늦거나 너무 크거나 다른 길로 간다"}},
		{"names", lang.Text{English: "Names: several addresses, and the name service", Korean: "이름: 여러 주소와 이름 서비스"}},
		{"devices", lang.Text{English: "Devices: load balancers, proxies and firewalls that answer in the server's place", Korean: "중간 장비: 서버 대신 응답하는 로드 밸런서, 프록시, 방화벽"}},
	}
}

// groupNamed reports whether a group has this id.
func groupNamed(id string) bool {
	for _, g := range Groups() {
		if g.ID == id {
			return true
		}
	}
	return false
}
