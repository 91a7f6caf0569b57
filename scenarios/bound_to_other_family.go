package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "bound-to-other-family",
	Cause:       diagnose.CauseBoundElsewhere,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{1},
	Title: lang.Text{
		English: "The service listens on addresses of the other family only: IPv4 without IPv6, or IPv6 without IPv4",
		Korean:  "서비스가 다른 주소 체계에서만 리슨한다: IPv6 없이 IPv4만, 또는 IPv4 없이 IPv6만",
	},
	Story: lang.Text{
		English: `The socket is bound to 0.0.0.0, and the name has an IPv6 address as well: each client that tries IPv6 is refused, and one that
falls back to IPv4 sees nothing of it. With IPv4 the lab shows the reverse: the socket is IPv6 alone (IPV6_V6ONLY). The host answers the SYN with RST, just as for
closed-port; on the server, ss -ltn shows which addresses the socket has.`,
		Korean: `소켓은 0.0.0.0에 바인드되어 있는데 이름에는 IPv6 주소도 있다. IPv6으로 시도하는 클라이언트는 모두 거부되고, IPv4로
넘어가는 클라이언트는 아무것도 눈치채지 못한다. IPv4로 실행하면 실습 환경은 반대 경우를 보여 준다. 소켓이 IPv6 전용이다(IPV6_V6ONLY). 호스트는
closed-port와 똑같이 SYN에 RST로 응답한다. 서버에서 ss -ltn을 실행하면 소켓이 어떤 주소에 있는지 보인다.`,
	},
	Alike:   notListeningThere,
	Verdict: "refused",
	Fault:   faults.BindOtherFamily{},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED"},
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
		},
	},
})
