package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var twoTooFew = faults.Exhaust{Connections: 2}

var _ = register(harness.Scenario{
	Name:        "connection-limit",
	Cause:       diagnose.CauseForgedRefusal,
	Group:       "refused",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A firewall limits how many connections may be open: one more is refused, and not by the server",
		Korean:  "방화벽이 열 수 있는 연결 수를 제한한다: 하나를 더 맺으려 하면 서버가 아닌 방화벽이 거부한다",
	},
	Story: lang.Text{
		English: `A protection against floods (connlimit, ct count) takes so many connections to the service and answers the next SYN with a RST in the server's name. Here the limit is two, and the client's pool holds
both. What is established works on; a new connection is refused, so that the service seems to be up and down at the same time. It is the second connection of a browser, the pool of a new version, or a
whole office behind one address that meets the limit. The server has never seen the SYN, and each closed connection lets one more in.`,
		Korean: `연결 폭주를 막는 장치(connlimit, ct count)가 정해진 수의 연결만 받고, 그다음 SYN에는 서버의 이름으로 RST를 보낸다. 여기서는 한도가 둘이고 클라이언트의 풀이 둘 다 쥐고 있다. 이미 맺은 연결은 계속 되고 새 연결은
거부되므로, 서비스가 살아 있으면서 죽어 있는 것처럼 보인다. 브라우저의 추가 연결, 새 버전의 커넥션 풀, 주소 하나를 함께 쓰는 사무실 전체가 이 한도에 걸린다. 서버는 그 SYN을 본 적이 없고, 연결이 하나 닫힐
때마다 하나가 더 들어간다.`,
	},
	Verdict: "refused",
	Fault:   twoTooFew,
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED", Stage: "connect"},
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Counter: faults.LimitCounter, Exactly: 1},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
