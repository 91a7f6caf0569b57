package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// The lab of a failover: the old primary is the server, the new one runs the same service, and clients find either by the name.
var failoverFixtures = []harness.Fixture{nameServer, faults.Standby{Host: lab.Second}}

var oldPrimaryOff = faults.StopHost{Host: "server", LastHop: "router"}

var _ = register(harness.Scenario{
	Name:        "failover-name-stale",
	Cause:       diagnose.CauseDeadHost,
	Group:       "names",
	Place:       "server",
	Experiences: []int{2, 3},
	Title: lang.Text{
		English: "The primary is dead and the new one runs, but the name still leads to the old one: every client waits for its own timeout",
		Korean:  "프라이머리가 죽고 새 프라이머리가 돌고 있지만 이름은 아직 옛 주소를 가리킨다: 클라이언트마다 자체 타임아웃까지 기다린다",
	},
	Story: lang.Text{
		English: `A failover takes as long as its slowest part: the death must be noticed, the new primary must take over, the record must change, the old answer must expire where it is kept (its TTL), and the clients must ask again. Until then
each of them looks the name up, gets the address of the dead host, and hears nothing: SYNs at 0, 1, 3 s, and its own timeout, or 127 s where it has none. Who retries with a new lookup each time is the first to arrive at the new primary; who keeps the address
(a Java process with networkaddress.cache.ttl=-1, a pool that was given an address, a proxy that has resolved it at its start) never does. The new primary is well meanwhile and sees nothing. A TTL
of a few seconds, a connect timeout of about 3 s and a lookup before each retry make the outage short; an address that moves with the service (a virtual IP) needs none of that. The other half: failover-name-moved.`,
		Korean: `페일오버는 가장 느린 단계만큼 걸린다. 죽음을 알아채고, 새 프라이머리가 넘겨받고, 레코드를 바꾸고, 캐시된 옛 응답이 TTL만큼 지나 만료되고, 클라이언트가 다시 물어야 한다. 그때까지
클라이언트는 이름을 조회해 죽은 호스트의 주소를 받고 아무 응답도 듣지 못한다. SYN은 0, 1, 3초에 나가고, 그다음은 자체 타임아웃이며, 없으면 127초다. 재시도할 때마다 이름을 새로 조회하는 쪽이 가장 먼저 새 프라이머리에 닿는다. 주소를 쥐고 있는
쪽(networkaddress.cache.ttl=-1 설정의 Java 프로세스, 주소를 받아 둔 풀, 시작할 때 한 번만 조회한 프록시)은 영영 닿지 못한다. 그동안 새 프라이머리는 멀쩡하고 아무것도 보지 못한다. 몇
초짜리 TTL, 3초쯤의 연결 타임아웃, 재시도 전의 조회가 장애를 짧게 한다. 서비스를 따라 옮겨 가는 주소(가상 IP)에는 이 모두가 필요 없다. 나머지 절반은 failover-name-moved 시나리오다.`,
	},
	Verdict:  "no-answer",
	Alike:    deadFrames,
	Topology: lab.WithNamesAndSecond(),
	Fixtures: failoverFixtures,
	Client:   byName,
	Fault:    oldPrimaryOff,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "connect"},
		Lookup: harness.LookupWant{Wire: onWayToNames(answeredQueryWire), Other: onWayToNames(emptyQueryWire)},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           nothingWire,
			"second":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: lab.Names, Counter: "UdpInDatagrams", AtLeast: 2},
			{Host: lab.Second, Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
