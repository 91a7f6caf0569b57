package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

var _ = register(harness.Scenario{
	Name:        "captive-portal",
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{10, 11},
	Title: lang.Text{
		English: "A captive portal: every name leads to the gateway, and its login page answers in the server's place",
		Korean:  "캡티브 포털: 모든 이름이 게이트웨이로 이어지고, 서버 대신 로그인 페이지가 응답한다",
	},
	Story: lang.Text{
		English: `The network of a hotel, a train, a campus lets nobody out who has not logged in. Its name server tells its gateway's address for every name, and the gateway serves the login page on it, to browsers and to everybody else: the handshake works, the request is answered, and the answer is not the service's. RFC 6585 section 6 has a status for that,
511 Network Authentication Required; many send a redirect (302) or the page itself with 200, which is worse, because a program takes it for an answer. Over TLS it is a wrong certificate instead (tls-wrong-name). The server hears nothing. The address tells: what the name has here is an address of this network, most often the gateway's. dig NAME and
dig @9.9.9.9 NAME differ, and ip route shows whose the address is. A sinkhole, which blocks names by another address, looks the same.`,
		Korean: `호텔, 기차, 캠퍼스의 네트워크는 로그인하지 않은 사람을 밖으로 내보내지 않는다. 네임 서버는 어떤 이름에든 게이트웨이의 주소를 알려 주고, 게이트웨이는 브라우저든 무엇이든 그 주소에서 로그인 페이지로 응답한다. 핸드셰이크는 성공하고 요청에도 응답이 오지만, 서비스의 응답이 아니다. RFC 6585 6절에는 이를 위한
상태 코드 511 Network Authentication Required가 있다. 리다이렉트(302)를 보내거나 페이지 자체를 200으로 보내는 곳도 많은데, 프로그램이 정상 응답으로 받아들이므로 더 나쁘다. TLS라면 그 대신 잘못된 인증서로 나타난다(tls-wrong-name). 서버에는 아무것도 도착하지 않는다. 주소가 알려 준다. 여기서 이름이 갖는 주소는 이
네트워크의 주소, 대개 게이트웨이의 주소다. dig NAME과 dig @9.9.9.9 NAME의 결과가 다르고, ip route를 보면 누구의 주소인지 알 수 있다. 다른 주소를 알려 주어 이름을 차단하는 싱크홀도 똑같아 보인다.`,
	},
	Verdict:  "ok",
	Topology: lab.WithNames(),
	Fixtures: []harness.Fixture{nameServer, faults.Portal{Host: "router"}},
	Client:   byName,
	Fault:    faults.MisnameService{Server: nameServer, LeadsTo: "router"},
	Want: harness.Want{
		Client: harness.ClientWant{Status: 511, Code: "HTTP 511", Stage: "read"},
		Lookup: harness.LookupWant{Wire: onWayToNames(answeredQueryWire), Other: onWayToNames(emptyQueryWire)},
		Wire: map[string]string{
			"client":           servedWire,
			"router:to-client": servedWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
