package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// The first name server is silent, and the second is asked after the resolver's timeout: it has the address, or none of the other family.
const (
	answeredLateWire = `
+0       > dns
+timeout > dns
+any     < dns NOERROR answers 1
`
	emptyLateWire = `
+0       > dns
+timeout > dns
+any     < dns NOERROR answers 0
`
)

// bySecondName is what each vantage point must see where the second name server answers as it would have at once.
func bySecondName(late, atOnce string) map[string]string {
	wire := beforeNames(late)
	wire[lab.Names2] = atOnce
	return wire
}

var _ = register(harness.Scenario{
	Name:        "first-name-server-dead",
	Cause:       diagnose.CauseDeadHost,
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{2, 11},
	Title: lang.Text{
		English: "The first of two name servers is dead: all works, and every lookup is late by the resolver's timeout",
		Korean:  "두 네임 서버 중 첫 번째가 죽었다: 모두 동작하지만 이름을 조회할 때마다 리졸버의 타임아웃만큼 늦다",
	},
	Story: lang.Text{
		English: `/etc/resolv.conf has two nameserver lines, and the host of the first is off. A resolver asks them in their order: it waits for its timeout (5 s where nothing else is said, resolv.conf(5); 1 s in this lab), and then asks the second, which answers at once. Nothing fails, so nobody is called; each new connection of
each program is so much late, because most resolvers do not remember which server was silent. The connection itself is as fast as ever: a capture of the service's port shows nothing, one of port 53 shows each question twice. dig @FIRST NAME and dig @SECOND NAME tell which; "options rotate" spreads the delay, a
caching resolver on the host (systemd-resolved, dnsmasq, unbound) remembers.`,
		Korean: `/etc/resolv.conf에 nameserver 줄이 두 개 있고, 첫 번째 호스트가 꺼져 있다. 리졸버는 순서대로 묻는다. 타임아웃(따로 적지 않으면 5초, resolv.conf(5). 이 랩에서는 1초)을 기다린 뒤 두 번째에 묻고, 그쪽은 곧바로 답한다. 실패하는 것이 없으니 아무도 호출되지 않지만, 대부분의 리졸버는 어느 서버가
응답하지 않았는지 기억하지 않으므로 모든 프로그램의 새 연결이 그만큼씩 늦어진다. 연결 자체는 평소처럼 빠르다. 서비스 포트의 캡처에는 아무것도 보이지 않고, 53번 포트의 캡처에는 같은 질문이 두 번씩 보인다. dig @FIRST NAME과 dig @SECOND NAME으로 어느 쪽인지 알 수 있다. "options rotate"는 지연을
나눌 뿐이고, 호스트의 캐싱 리졸버(systemd-resolved, dnsmasq, unbound)는 기억한다.`,
	},
	Verdict:  "no-answer",
	Topology: lab.WithTwoNames(),
	Fixtures: []harness.Fixture{nameServer, faults.NameServer{Host: lab.Names2}},
	Client:   byName,
	Fault:    faults.StopNameServer{Server: nameServer},
	Want: harness.Want{
		Lookup: harness.LookupWant{Unanswered: 1, Wire: bySecondName(answeredLateWire, answeredQueryWire), Other: bySecondName(emptyLateWire, emptyQueryWire)},
		Wire:   servedEverywhere,
		Counters: []harness.CounterWant{
			{Host: lab.Names2, Counter: "UdpInDatagrams", AtLeast: 2},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
		},
	},
})
