package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

var _ = register(harness.Scenario{
	Name:        "failover-name-moved",
	Group:       "names",
	Place:       "server",
	Experiences: []int{2, 3},
	Title: lang.Text{
		English: "The primary is dead, and the name leads to the new one: a client that looks it up anew notices nothing",
		Korean:  "프라이머리가 죽었고 이름은 새 프라이머리를 가리킨다: 이름을 새로 조회하는 클라이언트는 아무것도 느끼지 못한다",
	},
	Story: lang.Text{
		English: `The second half of a failover: the record has changed, the old answer has expired, and whoever looks the name up now is led to the new primary and served at once. The old host is as dead as before, and nobody sends it
a packet any more, but those who never ask again: established connections of a pool, which nobody closes because a dead host sends neither FIN nor RST, and programs that keep the address. So the outage is over for new
connections and goes on for old ones, until a read timeout, TCP_USER_TIMEOUT or keep-alive ends them. Where some clients of one service are well and others are not, compare the addresses that they use (ss -tn) with what
the name says now. Before the record changes: failover-name-stale.`,
		Korean: `페일오버의 나머지 절반이다. 레코드가 바뀌었고 옛 응답은 만료되었으므로, 이제 이름을 조회하는 클라이언트는 새 프라이머리로 안내되어 곧바로 응답을 받는다. 옛 호스트는 여전히 죽어 있고, 그리로 패킷을
보내는 것은 다시 묻지 않는 쪽뿐이다. 죽은 호스트는 FIN도 RST도 보내지 않으므로 아무도 닫지 않는 풀의 연결, 그리고 주소를 쥐고 있는 프로그램이다. 그래서 장애는 새 연결에서는 끝났고 옛 연결에서는 read
타임아웃, TCP_USER_TIMEOUT, keepalive 가운데 하나가 끝낼 때까지 이어진다. 한 서비스의 클라이언트 중 일부만 멀쩡하다면, 쓰고 있는 주소(ss -tn)를 지금 이름이 가리키는 주소와 비교해 본다.
레코드가 바뀌기 전의 모습은 failover-name-stale 시나리오다.`,
	},
	Verdict:  "ok",
	Alike:    oldUnasked,
	Topology: lab.WithNamesAndSecond(),
	Fixtures: failoverFixtures,
	Client:   byName,
	Fault:    faults.Both{First: oldPrimaryOff, Second: faults.MisnameService{Server: nameServer, LeadsTo: lab.Second}},
	Want: harness.Want{
		Lookup: harness.LookupWant{Wire: onWayToNames(answeredQueryWire), Other: onWayToNames(emptyQueryWire)},
		Wire:   servedBySecond,
		Counters: []harness.CounterWant{
			{Host: lab.Second, Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpExtTCPSynRetrans", Exactly: 0},
		},
	},
})
