package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

// earlySYNs is how many SYNs come too early: one connection may begin every 2.5 s, and the SYN is sent again after 1 s and after 3 s.
const earlySYNs = 2

var _ = register(harness.Scenario{
	Name:        "syn-rate-limited",
	Group:       "path",
	Place:       "router",
	Experiences: []int{3},
	Title: lang.Text{
		English: "A firewall limits new connections per minute: a SYN beyond the limit is dropped, and passes when it is sent again: now and then connecting takes 3 s",
		Korean:  "방화벽이 새 연결의 수를 분당으로 제한한다: 한도를 넘은 SYN은 드롭되고 재전송한 것은 통과해서, 가끔 연결에 3초가 걸린다",
	},
	Story: lang.Text{
		English: `A protection against floods lets so many new connections through a minute (iptables -m limit --limit 25/minute, hashlimit, nft limit rate) and drops the SYN that is one too many. Here 24 a minute may begin, none saved up, and somebody else has just taken the one that was free. Nothing is broken, and nobody
says anything: the client's kernel sends the SYN again after 1 s and after 3 s (RFC 6298), by then the limit has room for one, and the connection works. So the same service is fast for one user and slow by exactly 1 s or 3 s for another, in peaks alone, and a client with a connect timeout of 1 s fails. It looks like
a packet loss that takes SYNs alone: what is established is never slow. The server has not seen the SYNs that were dropped. The rule's counter on the firewall tells, and a larger burst, or connections that are kept, cure it.`,
		Korean: `연결 폭주를 막는 장치가 분당 정해진 수의 새 연결만 통과시키고(iptables -m limit --limit 25/minute, hashlimit, nft limit rate) 한도를 넘은 SYN을 드롭한다. 여기서는 분당 24개까지 시작할 수 있고 모아 두지는 못하며, 남아 있던 하나를 방금 다른 누군가가 가져갔다. 고장 난 곳은 없고 아무도 알려 주지
않는다. 클라이언트의 커널은 SYN을 1초 뒤와 3초 뒤에 재전송하고(RFC 6298), 그때는 한도에 자리가 나서 연결이 맺어진다. 그래서 같은 서비스가 누구에게는 빠르고 누구에게는 정확히 1초나 3초 느리다. 붐빌 때만 그렇고, 연결 타임아웃이 1초인 클라이언트는 실패한다. SYN만 골라 잃는 패킷 손실처럼 보이지만
이미 맺은 연결은 느려지지 않는다. 서버는 드롭된 SYN을 본 적이 없다. 방화벽 규칙의 카운터로 알 수 있고, 버스트 한도를 늘리거나 연결을 유지하면 해결된다.`,
	},
	Verdict: "ok",
	Timeout: harness.PatientTimeout,
	Fault:   faults.LimitRate{PerMinute: 24},
	Want: harness.Want{
		Client: harness.ClientWant{Retransmissions: earlySYNs},
		Wire: map[string]string{
			"client":           servedAfter(earlySYNs),
			"router:to-client": servedAfter(earlySYNs),
			"router:to-server": servedWire,
			"server":           servedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpExtTCPSynRetrans", Exactly: earlySYNs},
			{Host: "router", Counter: faults.RateCounter, Exactly: earlySYNs},
		},
	},
})
