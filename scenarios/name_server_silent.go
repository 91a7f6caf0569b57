package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// unansweredQueryWire: the resolver asks again after its timeout, and gives up after its second attempt.
const unansweredQueryWire = `
+0       > dns
+timeout > dns
`

// beforeNames is what each vantage point up to the name server must see, whose host is off.
func beforeNames(wire string) map[string]string {
	return map[string]string{"client": wire, "router:to-client": wire, "router:to-names": wire, "names": nothingWire}
}

var _ = register(harness.Scenario{
	Name:        "name-server-silent",
	Cause:       diagnose.CauseDeadHost,
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{2, 11},
	Title: lang.Text{
		English: "The name server does not answer: each connection waits for the resolver's timeouts, and no SYN leaves",
		Korean:  "네임 서버가 응답하지 않는다: 연결마다 리졸버의 타임아웃을 기다리고, SYN은 나가지 않는다",
	},
	Story: lang.Text{
		English: `The name server's host is off, a firewall drops UDP port 53 on the way, or a VPN has changed the routes and left /etc/resolv.conf as it was. The resolver of each program asks again after its timeout, 5 s and two attempts where
/etc/resolv.conf says nothing else (resolv.conf(5); this lab has 1 s, so that it stays short), and then fails. Addresses still work, and so does what has its connections already: what is slow is whatever is new. A connect timeout does not help where a program looks
the name up before its clock starts. Go says "i/o timeout" and the address of the name server; curl 6 or 28, getaddrinfo "Temporary failure in name resolution" (EAI_AGAIN): not "no such host", which is an answer. sshd and mail servers that look their clients up backwards let
people wait in the same way. dig @SERVER NAME asks one server; a second nameserver line only shortens the wait (first-name-server-dead).`,
		Korean: `네임 서버의 호스트가 꺼져 있거나, 경로의 방화벽이 UDP 53번 포트를 드롭하거나, VPN이 경로를 바꾸면서 /etc/resolv.conf는 그대로 둔 경우다. 프로그램의 리졸버는 타임아웃이 지나면 다시 묻고 결국 실패한다. /etc/resolv.conf에 따로 적지 않으면
5초씩 두 번이다(resolv.conf(5). 이 랩은 짧게 끝나도록 1초로 두었다). 주소로 접속하면 여전히 되고 이미 맺은 연결도 멀쩡하다. 새로 맺는 것만 느리다. 프로그램이 이름을 먼저 조회한 뒤에 시간을 재기 시작한다면 연결 타임아웃도 도움이 되지 않는다. Go는
"i/o timeout"과 네임 서버의 주소를, curl은 6이나 28을, getaddrinfo는 "Temporary failure in name resolution"(EAI_AGAIN)을 말한다. 응답이 있었다는 뜻인 "no such host"와는 다르다. 클라이언트의 이름을 역으로 조회하는 sshd와 메일 서버도 똑같이 사람을
기다리게 한다. dig @SERVER NAME은 서버 하나에 물어본다. nameserver 줄을 하나 더 두어도 기다림이 짧아질 뿐이다(first-name-server-dead).`,
	},
	Verdict:  "no-answer",
	Topology: lab.WithNames(),
	Fixtures: []harness.Fixture{nameServer},
	Client:   byName,
	Fault:    faults.StopNameServer{Server: nameServer},
	Want: harness.Want{
		Client: harness.ClientWant{Code: lab.LookupTimeout, Stage: lab.StageLookup},
		Lookup: harness.LookupWant{Unanswered: harness.EveryTry, Wire: beforeNames(unansweredQueryWire), Other: beforeNames(unansweredQueryWire)},
		Wire:   nothingToServer, Counters: []harness.CounterWant{passedOn(0), nothingOpened},
	},
})
